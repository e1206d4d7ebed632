//! `CreateProject`: a new project in a portal.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Project, arn, resource, table};
use crate::Error;
use crate::argument::description;
use crate::error::limit;
use crate::id::{PortalId, ProjectId};
use crate::limits::PROJECTS_PER_PORTAL_MAX;
use crate::place::Place;
use crate::{portal, tag};

/// Creates a project; names need not be unique, since the operation declares no error for that.
///
/// Errors in the order of their checks: unknown portal, portal that is being deleted, too many projects, reserved
/// tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateProjectRequest,
) -> Result<t::CreateProjectResponse, Error> {
    let place = Place::of(call);
    let portal_id = PortalId::stored(input.portal_id.clone());
    let portal = portal::load(tx, call, "iotsitewise:CreateProject", &portal_id)?;
    portal.state.check_stays(portal_id.as_str())?;
    if table::count(tx, place, &portal_id)? >= PROJECTS_PER_PORTAL_MAX {
        return Err(limit(format!(
            "Portal '{portal_id}' has {PROJECTS_PER_PORTAL_MAX} projects, and no more are allowed"
        )));
    }
    let now = tx.now();
    let project = Project {
        id: ProjectId::stored(tx.uuid()),
        portal_id,
        name: input.project_name.clone(),
        description: description(input.project_description.as_ref()),
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(project.id.as_str()), input.tags.as_ref())?;
    table::put(tx, place, &project)?;
    let event = json!({ "projectId": project.id.as_str(), "portalId": project.portal_id.as_str() });
    tx.emit(place.account, place.region, "sitewise.project.created", &event)?;
    Ok(t::CreateProjectResponse {
        project_arn: arn(call, project.id.as_str()),
        project_id: project.id.to_string(),
    })
}
