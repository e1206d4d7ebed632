//! `UpdateAccessPolicy`: everything that an access policy says, anew.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{check_only, load, table, wire};
use crate::Error;
use crate::id::AccessPolicyId;
use crate::place::Place;

/// Updates an access policy; also identity and resource may change, since the method is PUT.
///
/// Errors in the order of their checks: not exactly one identity, not exactly one resource, unknown policy, unknown
/// portal or project, portal that is being deleted, other policy of the same identity and resource.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateAccessPolicyRequest,
) -> Result<t::UpdateAccessPolicyResponse, Error> {
    const ACTION: &str = "iotsitewise:UpdateAccessPolicy";
    let place = Place::of(call);
    let identity = wire::identity(&input.access_policy_identity)?;
    let target = wire::target(&input.access_policy_resource)?;
    let id = AccessPolicyId::stored(input.access_policy_id.clone());
    let mut policy = load(tx, call, ACTION, &id)?;
    target.check(tx, call, ACTION)?;
    check_only(tx, place, (&identity, &target), Some(&id))?;
    (policy.identity, policy.target) = (identity, target);
    policy.permission.clone_from(&input.access_policy_permission);
    policy.updated_at = tx.now();
    table::put(tx, place, &policy)?;
    let event = json!({ "accessPolicyId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.access_policy.updated", &event)?;
    Ok(t::UpdateAccessPolicyResponse {})
}
