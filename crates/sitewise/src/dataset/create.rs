//! `CreateDataset`: a new connection to a source of documents.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::draft::{self, EXTERNAL, Said};
use super::{Dataset, DatasetState, arn, progress, resource, table, wire};
use crate::Error;
use crate::error::exists;
use crate::id::DatasetId;
use crate::place::Place;
use crate::tag;

/// Creates a dataset; names need not be unique (assumed).
///
/// Errors in the order of their checks: type, workspace and source don't fit, unknown workspace, id taken, reserved
/// tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateDatasetRequest,
) -> Result<t::CreateDatasetResponse, Error> {
    let place = Place::of(call);
    let own = input.dataset_id.clone();
    call.allow(tx, "iotsitewise:CreateDataset", &arn(call, own.as_deref().unwrap_or("*")))?;
    let said = Said {
        name: &input.dataset_name,
        description: input.dataset_description.as_ref(),
        config: input.dataset_config.as_ref(),
        workspace: input.workspace_name.as_deref(),
        metadata: input.metadata.as_ref(),
        source: &input.dataset_source,
    };
    draft::check(input.dataset_type.as_deref().unwrap_or(EXTERNAL), &said)?;
    if let Some(id) = &own
        && table::by_id(tx, place, id)?.is_some()
    {
        return Err(exists(format!("Another resource is already using the id {id}"), id, arn(call, id)));
    }
    let now = tx.now();
    let (state, due_at) = progress::begin(call, DatasetState::Creating, now);
    let dataset = Dataset {
        id: DatasetId::stored(own.unwrap_or_else(|| tx.uuid())),
        content: draft::content(&said),
        state,
        due_at,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(dataset.id.as_str()), input.tags.as_ref())?;
    table::insert(tx, place, &dataset)?;
    let event = json!({ "datasetId": dataset.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dataset.created", &event)?;
    if dataset.due_at.is_none() {
        progress::tell(tx, place, &dataset)?;
    }
    Ok(t::CreateDatasetResponse {
        dataset_arn: dataset.arn(call),
        dataset_id: dataset.id.to_string(),
        dataset_status: wire::status(DatasetState::Creating),
    })
}
