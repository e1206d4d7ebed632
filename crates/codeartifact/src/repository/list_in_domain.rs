//! `ListRepositoriesInDomain`.

use model::Operation;
use model_codeartifact::operations::ListRepositoriesInDomain;
use model_codeartifact::types::{ListRepositoriesInDomainRequest, ListRepositoriesInDomainResult};
use service::Call;
use store::Tx;

use super::{names_with, summary, table};
use crate::domain::{self, DomainKey};
use crate::error::Error;
use crate::page::Asked;
use crate::{arn, limits};

/// Lists the repositories of a domain, whoever administers them, by name.
///
/// Errors in this order: domain not found, access denied, a page token of another list.
pub fn list_in_domain(
    tx: &mut Tx,
    call: &Call,
    input: &ListRepositoriesInDomainRequest,
) -> Result<ListRepositoriesInDomainResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::domain(&call.partition, &key);
    domain::reach(tx, call, "codeartifact:ListRepositoriesInDomain", &key, &resource)?;
    let administrator = input.administrator_account.as_deref().unwrap_or_default();
    let prefix = input.repository_prefix.as_deref();
    let filters = [key.account.as_str(), &key.name, administrator, prefix.unwrap_or_default()];
    let token = input.next_token.as_deref();
    let asked =
        Asked::new(call, ListRepositoriesInDomain::SPEC, &filters, input.max_results, limits::PAGE, token)?;
    let (from, to) = names_with(prefix);
    let mut found =
        table::list_in_domain(tx, &key, administrator, (&from, &to), asked.after(0), asked.read())?;
    let next_token = asked.cut(&mut found, |last| vec![last.key.name.clone()]);
    let repositories = found.into_iter().map(|repository| summary(call, repository)).collect();
    Ok(ListRepositoriesInDomainResult { repositories: Some(repositories), next_token })
}
