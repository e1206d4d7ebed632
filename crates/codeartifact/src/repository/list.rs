//! `ListRepositories`.

use model::Operation;
use model_codeartifact::operations::ListRepositories;
use model_codeartifact::types::{ListRepositoriesRequest, ListRepositoriesResult};
use service::Call;
use store::Tx;

use super::{names_with, summary, table};
use crate::error::Error;
use crate::limits;
use crate::page::Asked;

/// Lists the repositories that the caller's account administers, in whatever domain, by name.
///
/// Errors in this order: access denied, a page token of another list.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &ListRepositoriesRequest,
) -> Result<ListRepositoriesResult, Error> {
    call.allow(tx, "codeartifact:ListRepositories", "*")?;
    let filters = [input.repository_prefix.as_deref().unwrap_or_default()];
    let token = input.next_token.as_deref();
    let asked = Asked::new(call, ListRepositories::SPEC, &filters, input.max_results, limits::PAGE, token)?;
    let (from, to) = names_with(input.repository_prefix.as_deref());
    let after = (asked.after(0), asked.after(1), asked.after(2));
    let mut found = table::list(tx, &call.account, &call.region, (&from, &to), after, asked.read())?;
    let next_token = asked.cut(&mut found, |last| {
        vec![last.key.name.clone(), last.key.domain.account.clone(), last.key.domain.name.clone()]
    });
    let repositories = found.into_iter().map(|repository| summary(call, repository)).collect();
    Ok(ListRepositoriesResult { repositories: Some(repositories), next_token })
}
