//! `ListDashboards`: the dashboards of a project.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::table;
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::id::ProjectId;
use crate::place::Place;
use crate::project;

/// Lists the dashboards of a project in the order of their creation; an unknown project has none, since the
/// operation declares no error for it (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListDashboardsRequest,
) -> Result<t::ListDashboardsResponse, Error> {
    let project_id = ProjectId::stored(input.project_id.clone());
    call.allow(tx, "iotsitewise:ListDashboards", &project::arn(call, project_id.as_str()))?;
    let filters = [project_id.as_str()];
    let (spec, token) = (op::ListDashboards::SPEC, input.next_token.as_deref());
    let paging = Paging::open(call, spec, &filters, token, input.max_results)?;
    let mut dashboards =
        table::list(tx, Place::of(call), &project_id, paging.after_created()?, paging.limit())?;
    let next_token =
        paging.close(&mut dashboards, |dashboard| created_key(dashboard.created_at, dashboard.id.as_str()));
    let summaries = dashboards.into_iter().map(|dashboard| t::DashboardSummary {
        id: dashboard.id.to_string(),
        name: dashboard.name,
        description: dashboard.description,
        creation_date: Some(dashboard.created_at),
        last_update_date: Some(dashboard.updated_at),
    });
    Ok(t::ListDashboardsResponse { dashboard_summaries: summaries.collect(), next_token })
}
