//! `UpdateProject`: another name, another description.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{load, table};
use crate::Error;
use crate::argument::description;
use crate::id::ProjectId;
use crate::place::Place;

/// Updates a project; a description that is left out is gone (assumed, since the method is PUT).
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateProjectRequest,
) -> Result<t::UpdateProjectResponse, Error> {
    let place = Place::of(call);
    let id = ProjectId::stored(input.project_id.clone());
    let mut project = load(tx, call, "iotsitewise:UpdateProject", &id)?;
    project.name.clone_from(&input.project_name);
    project.description = description(input.project_description.as_ref());
    project.updated_at = tx.now();
    table::put(tx, place, &project)?;
    let event = json!({ "projectId": id.as_str() });
    tx.emit(place.account, place.region, "sitewise.project.updated", &event)?;
    Ok(t::UpdateProjectResponse {})
}
