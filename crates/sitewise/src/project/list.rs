//! `ListProjects`: the projects of a portal.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::table;
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::id::PortalId;
use crate::place::Place;
use crate::portal;

/// Lists the projects of a portal in the order of their creation; an unknown portal has none, since the operation
/// declares no error for it (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListProjectsRequest,
) -> Result<t::ListProjectsResponse, Error> {
    let portal_id = PortalId::stored(input.portal_id.clone());
    call.allow(tx, "iotsitewise:ListProjects", &portal::arn(call, portal_id.as_str()))?;
    let filters = [portal_id.as_str()];
    let paging =
        Paging::open(call, op::ListProjects::SPEC, &filters, input.next_token.as_deref(), input.max_results)?;
    let mut projects = table::list(tx, Place::of(call), &portal_id, paging.after_created()?, paging.limit())?;
    let next_token =
        paging.close(&mut projects, |project| created_key(project.created_at, project.id.as_str()));
    let summaries = projects.into_iter().map(|project| t::ProjectSummary {
        id: project.id.to_string(),
        name: project.name,
        description: project.description,
        creation_date: Some(project.created_at),
        last_update_date: Some(project.updated_at),
    });
    Ok(t::ListProjectsResponse { project_summaries: summaries.collect(), next_token })
}
