//! `DescribeAccessPolicy`: who may do what with which portal or project.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{arn, load, wire};
use crate::Error;
use crate::id::AccessPolicyId;

/// Describes an access policy.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAccessPolicyRequest,
) -> Result<t::DescribeAccessPolicyResponse, Error> {
    let id = AccessPolicyId::stored(input.access_policy_id.clone());
    let policy = load(tx, call, "iotsitewise:DescribeAccessPolicy", &id)?;
    Ok(t::DescribeAccessPolicyResponse {
        access_policy_id: id.to_string(),
        access_policy_arn: arn(call, id.as_str()),
        access_policy_identity: wire::show_identity(policy.identity),
        access_policy_resource: wire::show_target(&policy.target),
        access_policy_permission: policy.permission,
        access_policy_creation_date: policy.created_at,
        access_policy_last_update_date: policy.updated_at,
    })
}
