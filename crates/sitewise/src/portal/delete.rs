//! `DeletePortal`: a portal without projects and access policies.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Portal, PortalState, arn, load, progress, table, wire};
use crate::Error;
use crate::access_policy::{self, Target};
use crate::error::conflict;
use crate::id::PortalId;
use crate::place::Place;
use crate::project;

/// Deletes a portal.
///
/// Errors in the order of their checks: unknown portal, state, projects, access policies.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeletePortalRequest,
) -> Result<t::DeletePortalResponse, Error> {
    let place = Place::of(call);
    let id = PortalId::stored(input.portal_id.clone());
    let mut portal = load(tx, call, "iotsitewise:DeletePortal", &id)?;
    portal.state.check_active(id.as_str(), arn(call, id.as_str()))?;
    check_empty(tx, call, &portal)?;
    portal.updated_at = tx.now();
    (portal.state, portal.due_at) = progress::begin(call, PortalState::Deleting, portal.updated_at);
    if portal.state == PortalState::Deleting {
        table::put(tx, place, &portal)?;
    } else {
        progress::vanish(tx, place, &portal)?;
    }
    Ok(t::DeletePortalResponse { portal_status: wire::status(PortalState::Deleting) })
}

/// Checks that nothing is left in a portal (user guide); that the code is `ConflictingOperationException` with the
/// portal's own id and ARN is assumed.
fn check_empty(tx: &mut Tx, call: &Call, portal: &Portal) -> Result<(), Error> {
    let (place, id) = (Place::of(call), &portal.id);
    let left = match project::table::any_of(tx, place, id)? {
        Some(project) => Some(format!("the project '{project}'")),
        None => access_policy::table::any_of(tx, place, &Target::Portal(id.clone()))?
            .map(|policy| format!("the access policy '{policy}'")),
    };
    let Some(left) = left else { return Ok(()) };
    let message =
        format!("Portal '{id}' has {left}; delete its projects, then its access policies, before the portal");
    Err(conflict(message, id.as_str(), arn(call, id.as_str())))
}
