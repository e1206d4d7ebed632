//! `UpdateDashboard`: everything that is said about a dashboard, anew.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{definition, load, table};
use crate::Error;
use crate::argument::description;
use crate::id::DashboardId;
use crate::place::Place;

/// Updates a dashboard; a description that is left out is gone (assumed, since the method is PUT).
///
/// Errors in the order of their checks: unknown dashboard, definition that is no JSON.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateDashboardRequest,
) -> Result<t::UpdateDashboardResponse, Error> {
    let place = Place::of(call);
    let id = DashboardId::stored(input.dashboard_id.clone());
    let mut dashboard = load(tx, call, "iotsitewise:UpdateDashboard", &id)?;
    definition::check(&input.dashboard_definition)?;
    dashboard.name.clone_from(&input.dashboard_name);
    dashboard.description = description(input.dashboard_description.as_ref());
    dashboard.updated_at = tx.now();
    table::put(tx, place, &dashboard, &input.dashboard_definition)?;
    let event = json!({ "dashboardId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dashboard.updated", &event)?;
    Ok(t::UpdateDashboardResponse {})
}
