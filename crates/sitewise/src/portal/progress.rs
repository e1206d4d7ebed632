//! How a portal gets through its passing states: at once, or when they are due.

use model::Timestamp;
use serde_json::json;
use service::Call;
use store::{Error, Tx};

use super::{Portal, PortalState, resource, table};
use crate::place::Place;
use crate::tag;

/// Begins a passing state: answers the state to keep and when it is over.
pub fn begin(call: &Call, passing: PortalState, now: Timestamp) -> (PortalState, Option<Timestamp>) {
    match call.installation.propagation_ms {
        0 => (PortalState::Active, None),
        delay => (passing, Some(now.plus_millis(delay))),
    }
}

/// Takes a portal whose passing state is over to rest, or away.
pub fn step(tx: &mut Tx, place: Place<'_>, portal: &Portal) -> Result<(), Error> {
    if portal.state == PortalState::Deleting {
        return vanish(tx, place, portal);
    }
    table::put(tx, place, &Portal { state: PortalState::Active, due_at: None, ..portal.clone() })?;
    let event = json!({ "portalId": portal.id.as_str(), "state": PortalState::Active.as_str() });
    tx.emit(place.account, place.region, "sitewise.portal.state", &event)
}

/// Removes a portal with its logo and tags; projects and access policies it has none any more.
pub fn vanish(tx: &mut Tx, place: Place<'_>, portal: &Portal) -> Result<(), Error> {
    if let Some(logo_id) = &portal.logo_id {
        table::delete_logo(tx, place, logo_id)?;
    }
    table::delete(tx, place, &portal.id)?;
    tag::table::delete_all(tx, place, &resource(portal.id.as_str()))?;
    let event = json!({ "portalId": portal.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.portal.deleted", &event)
}
