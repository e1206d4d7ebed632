//! `DescribeDashboard`: a dashboard with its definition.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{arn, load, table};
use crate::Error;
use crate::id::DashboardId;
use crate::place::Place;

/// Describes a dashboard; its definition is the text that was sent, byte for byte.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeDashboardRequest,
) -> Result<t::DescribeDashboardResponse, Error> {
    let id = DashboardId::stored(input.dashboard_id.clone());
    let dashboard = load(tx, call, "iotsitewise:DescribeDashboard", &id)?;
    let definition = table::definition(tx, Place::of(call), &id)?;
    Ok(t::DescribeDashboardResponse {
        dashboard_id: id.to_string(),
        dashboard_arn: arn(call, id.as_str()),
        dashboard_name: dashboard.name,
        project_id: dashboard.project_id.to_string(),
        dashboard_description: dashboard.description,
        dashboard_definition: definition.expect("the dashboard was there a statement ago"),
        dashboard_creation_date: dashboard.created_at,
        dashboard_last_update_date: dashboard.updated_at,
    })
}
