//! `ListDomains`.

use model::Operation;
use model_codeartifact::operations::ListDomains;
use model_codeartifact::types::{ListDomainsRequest, ListDomainsResult};
use service::Call;
use store::Tx;

use super::{summary, table};
use crate::error::Error;
use crate::limits;
use crate::page::Asked;

/// Lists the domains that the caller's account owns, by name.
///
/// Errors in this order: access denied, a page token of another list.
pub fn list(tx: &mut Tx, call: &Call, input: &ListDomainsRequest) -> Result<ListDomainsResult, Error> {
    call.allow(tx, "codeartifact:ListDomains", "*")?;
    let asked = Asked::new(
        call,
        ListDomains::SPEC,
        &[],
        input.max_results,
        limits::PAGE,
        input.next_token.as_deref(),
    )?;
    let mut domains = table::list(tx, &call.account, &call.region, asked.after(0), asked.read())?;
    let next_token = asked.cut(&mut domains, |domain| vec![domain.key.name.clone()]);
    let domains = domains.into_iter().map(|domain| summary(call, domain)).collect();
    Ok(ListDomainsResult { domains: Some(domains), next_token })
}
