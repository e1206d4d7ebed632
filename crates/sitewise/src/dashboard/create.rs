//! `CreateDashboard`: a new dashboard in a project.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Dashboard, arn, definition, resource, table};
use crate::Error;
use crate::argument::description;
use crate::error::limit;
use crate::id::{DashboardId, ProjectId};
use crate::limits::DASHBOARDS_PER_PROJECT_MAX;
use crate::place::Place;
use crate::{project, tag};

/// Creates a dashboard; names need not be unique, since the operation declares no error for that.
///
/// Errors in the order of their checks: unknown project, definition that is no JSON, too many dashboards, reserved
/// tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateDashboardRequest,
) -> Result<t::CreateDashboardResponse, Error> {
    let place = Place::of(call);
    let project_id = ProjectId::stored(input.project_id.clone());
    project::load(tx, call, "iotsitewise:CreateDashboard", &project_id)?;
    definition::check(&input.dashboard_definition)?;
    if table::count(tx, place, &project_id)? >= DASHBOARDS_PER_PROJECT_MAX {
        return Err(limit(format!(
            "Project '{project_id}' has {DASHBOARDS_PER_PROJECT_MAX} dashboards, and no more are allowed"
        )));
    }
    let now = tx.now();
    let dashboard = Dashboard {
        id: DashboardId::stored(tx.uuid()),
        project_id,
        name: input.dashboard_name.clone(),
        description: description(input.dashboard_description.as_ref()),
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(dashboard.id.as_str()), input.tags.as_ref())?;
    table::put(tx, place, &dashboard, &input.dashboard_definition)?;
    let event = json!({ "dashboardId": dashboard.id.as_str(), "projectId": dashboard.project_id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dashboard.created", &event)?;
    Ok(t::CreateDashboardResponse {
        dashboard_arn: arn(call, dashboard.id.as_str()),
        dashboard_id: dashboard.id.to_string(),
    })
}
