//! `DeleteDashboard`: a dashboard with its tags.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{load, resource, table};
use crate::Error;
use crate::id::DashboardId;
use crate::place::Place;
use crate::tag;

/// Deletes a dashboard.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteDashboardRequest,
) -> Result<t::DeleteDashboardResponse, Error> {
    let place = Place::of(call);
    let id = DashboardId::stored(input.dashboard_id.clone());
    load(tx, call, "iotsitewise:DeleteDashboard", &id)?;
    table::delete(tx, place, &id)?;
    tag::table::delete_all(tx, place, &resource(id.as_str()))?;
    let event = json!({ "dashboardId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dashboard.deleted", &event)?;
    Ok(t::DeleteDashboardResponse {})
}
