//! Dashboards of SiteWise Monitor: what a project shows, as a JSON document that nobody here looks into.

pub mod create;
pub mod definition;
pub mod delete;
pub mod describe;
pub mod list;
pub mod table;
pub mod update;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

use crate::Error;
use crate::error::not_found;
use crate::id::{DashboardId, ProjectId};
use crate::place::Place;

/// One dashboard, without its definition, which is the long part.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    /// Id.
    pub id: DashboardId,
    /// The project that it stands in, for good.
    pub project_id: ProjectId,
    /// Name; several dashboards may have the same.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
}

/// Enters the operations on dashboards.
pub fn register(table: &mut Table) {
    table.write::<op::CreateDashboard>(create::create);
    table.read::<op::DescribeDashboard>(describe::describe);
    table.write::<op::UpdateDashboard>(update::update);
    table.write::<op::DeleteDashboard>(delete::delete);
    table.read::<op::ListDashboards>(list::list);
}

/// Names a dashboard of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a dashboard inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("dashboard/{id}")
}

/// Asks whether the caller may, then finds the dashboard; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &DashboardId) -> Result<Dashboard, Error> {
    call.allow(tx, action, &arn(call, id.as_str()))?;
    let found = table::get(tx, Place::of(call), id)?;
    found.ok_or_else(|| not_found(format!("Dashboard with id {id} not found")))
}
