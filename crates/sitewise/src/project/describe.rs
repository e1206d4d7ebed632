//! `DescribeProject`: a project with the portal that it stands in.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{arn, load};
use crate::Error;
use crate::id::ProjectId;

/// Describes a project.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeProjectRequest,
) -> Result<t::DescribeProjectResponse, Error> {
    let id = ProjectId::stored(input.project_id.clone());
    let project = load(tx, call, "iotsitewise:DescribeProject", &id)?;
    Ok(t::DescribeProjectResponse {
        project_id: id.to_string(),
        project_arn: arn(call, id.as_str()),
        project_name: project.name,
        portal_id: project.portal_id.to_string(),
        project_description: project.description,
        project_creation_date: project.created_at,
        project_last_update_date: project.updated_at,
    })
}
