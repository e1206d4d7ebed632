//! `DeleteAccessPolicy`, and the end of a project's policies with the project.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Target, load, resource, table};
use crate::Error;
use crate::id::AccessPolicyId;
use crate::place::Place;
use crate::tag;

/// Policies that are read at once when all of a target go.
const POLICIES_AT_ONCE: i64 = 100;

/// Deletes an access policy.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteAccessPolicyRequest,
) -> Result<t::DeleteAccessPolicyResponse, Error> {
    let id = AccessPolicyId::stored(input.access_policy_id.clone());
    load(tx, call, "iotsitewise:DeleteAccessPolicy", &id)?;
    remove(tx, Place::of(call), &id)?;
    Ok(t::DeleteAccessPolicyResponse {})
}

/// Removes all policies about a portal or project that is deleted itself.
pub fn delete_of(tx: &mut Tx, place: Place<'_>, target: &Target) -> Result<(), store::Error> {
    loop {
        let policies = table::list_of_target(tx, place, target, (i64::MIN, ""), POLICIES_AT_ONCE)?;
        if policies.is_empty() {
            return Ok(());
        }
        for policy in policies {
            remove(tx, place, &policy.id)?;
        }
    }
}

fn remove(tx: &mut Tx, place: Place<'_>, id: &AccessPolicyId) -> Result<(), store::Error> {
    table::delete(tx, place, id)?;
    tag::table::delete_all(tx, place, &resource(id.as_str()))?;
    let event = json!({ "accessPolicyId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.access_policy.deleted", &event)
}
