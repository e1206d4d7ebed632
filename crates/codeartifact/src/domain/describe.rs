//! `DescribeDomain`.

use model_codeartifact::types::{DescribeDomainRequest, DescribeDomainResult};
use service::Call;
use store::Tx;

use super::{DomainKey, description, reach};
use crate::arn;
use crate::error::Error;

/// Describes a domain, with its repositories and its distinct asset bytes counted now.
///
/// Errors in this order: access denied, not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &DescribeDomainRequest,
) -> Result<DescribeDomainResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::domain(&call.partition, &key);
    let domain = reach(tx, call, "codeartifact:DescribeDomain", &key, &resource)?;
    Ok(DescribeDomainResult { domain: Some(description(tx, call, &domain, "Active")?) })
}
