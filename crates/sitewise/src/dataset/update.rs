//! `UpdateDataset`: all that the user says about a dataset, said anew.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::draft::{self, EXTERNAL, Said};
use super::{DatasetState, load, progress, table, wire};
use crate::Error;
use crate::place::Place;

/// Replaces what a dataset is said to be; what is left out is gone (assumed, since the method is PUT).
///
/// Errors in the order of their checks: unknown dataset or workspace, source doesn't fit, state.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateDatasetRequest,
) -> Result<t::UpdateDatasetResponse, Error> {
    let workspace = input.workspace_name.as_deref();
    let mut dataset = load(tx, call, "iotsitewise:UpdateDataset", &input.dataset_id, workspace)?;
    let said = Said {
        name: &input.dataset_name,
        description: input.dataset_description.as_ref(),
        config: input.dataset_config.as_ref(),
        workspace,
        metadata: input.metadata.as_ref(),
        source: &input.dataset_source,
    };
    draft::check(EXTERNAL, &said)?;
    dataset.state.check_rests(dataset.id.as_str(), dataset.arn(call))?;
    dataset.content = draft::content(&said);
    dataset.version += 1;
    dataset.updated_at = tx.now();
    (dataset.state, dataset.due_at) = progress::begin(call, DatasetState::Updating, dataset.updated_at);
    let place = Place::of(call);
    table::update(tx, place, &dataset)?;
    let event = json!({ "datasetId": dataset.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dataset.updated", &event)?;
    if dataset.due_at.is_none() {
        progress::tell(tx, place, &dataset)?;
    }
    Ok(t::UpdateDatasetResponse {
        dataset_arn: Some(dataset.arn(call)),
        dataset_id: Some(dataset.id.to_string()),
        dataset_status: Some(wire::status(DatasetState::Updating)),
    })
}
