//! `CreateAccessPolicy`: lets somebody into a portal or a project.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{AccessPolicy, arn, check_only, resource, table, wire};
use crate::Error;
use crate::id::AccessPolicyId;
use crate::place::Place;
use crate::tag;

/// Creates an access policy; the permission is asked on the portal or project, as AWS's policies have it.
///
/// Errors in the order of their checks: not exactly one identity, not exactly one resource, unknown portal or
/// project, portal that is being deleted, policy of the same identity and resource, reserved tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateAccessPolicyRequest,
) -> Result<t::CreateAccessPolicyResponse, Error> {
    let place = Place::of(call);
    let identity = wire::identity(&input.access_policy_identity)?;
    let target = wire::target(&input.access_policy_resource)?;
    target.check(tx, call, "iotsitewise:CreateAccessPolicy")?;
    check_only(tx, place, (&identity, &target), None)?;
    let now = tx.now();
    let policy = AccessPolicy {
        id: AccessPolicyId::stored(tx.uuid()),
        identity,
        target,
        permission: input.access_policy_permission.clone(),
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(policy.id.as_str()), input.tags.as_ref())?;
    table::put(tx, place, &policy)?;
    let event = json!({ "accessPolicyId": policy.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.access_policy.created", &event)?;
    Ok(t::CreateAccessPolicyResponse {
        access_policy_arn: arn(call, policy.id.as_str()),
        access_policy_id: policy.id.to_string(),
    })
}
