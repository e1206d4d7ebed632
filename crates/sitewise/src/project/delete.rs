//! `DeleteProject`: a project without dashboards.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{load, resource, table};
use crate::Error;
use crate::access_policy::{self, Target};
use crate::error::invalid;
use crate::id::ProjectId;
use crate::place::Place;
use crate::{dashboard, tag};

/// Deletes a project with its access policies; its assets only leave it.
///
/// Errors in the order of their checks: unknown project, dashboards.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteProjectRequest,
) -> Result<t::DeleteProjectResponse, Error> {
    let place = Place::of(call);
    let id = ProjectId::stored(input.project_id.clone());
    load(tx, call, "iotsitewise:DeleteProject", &id)?;
    check_empty(tx, place, &id)?;
    access_policy::delete::delete_of(tx, place, &Target::Project(id.clone()))?;
    table::delete(tx, place, &id)?;
    tag::table::delete_all(tx, place, &resource(id.as_str()))?;
    let event = json!({ "projectId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.project.deleted", &event)?;
    Ok(t::DeleteProjectResponse {})
}

/// Checks that a project has no dashboards. AWS does not say what happens to them; cleaning tools delete them first,
/// and the operation declares no conflict, so the code is `InvalidRequestException` (assumed).
fn check_empty(tx: &mut Tx, place: Place<'_>, id: &ProjectId) -> Result<(), Error> {
    match dashboard::table::any_of(tx, place, id)? {
        None => Ok(()),
        Some(dashboard) => Err(invalid(format!(
            "Project '{id}' has the dashboard '{dashboard}'; delete its dashboards before the project"
        ))),
    }
}
