//! Projects of SiteWise Monitor: the dashboards of a portal that belong together, over one asset and all below it.

pub mod asset;
pub mod create;
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
use crate::id::{PortalId, ProjectId};
use crate::place::Place;

/// One project, without its assets and dashboards.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// The portal that it stands in, for good.
    pub portal_id: PortalId,
    /// Name; several projects may have the same.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name or description was last updated.
    pub updated_at: Timestamp,
}

/// Enters the operations on projects.
pub fn register(table: &mut Table) {
    table.write::<op::CreateProject>(create::create);
    table.read::<op::DescribeProject>(describe::describe);
    table.write::<op::UpdateProject>(update::update);
    table.write::<op::DeleteProject>(delete::delete);
    table.read::<op::ListProjects>(list::list);
    table.write::<op::BatchAssociateProjectAssets>(asset::associate);
    table.write::<op::BatchDisassociateProjectAssets>(asset::disassociate);
    table.read::<op::ListProjectAssets>(asset::list);
}

/// Names a project of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a project inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("project/{id}")
}

/// Asks whether the caller may, then finds the project; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &ProjectId) -> Result<Project, Error> {
    call.allow(tx, action, &arn(call, id.as_str()))?;
    table::get(tx, Place::of(call), id)?.ok_or_else(|| not_found(format!("Project with id {id} not found")))
}
