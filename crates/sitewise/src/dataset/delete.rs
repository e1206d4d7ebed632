//! `DeleteDataset`: a connection is given up; the documents are elsewhere and stay.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{DatasetState, load, progress, table, wire};
use crate::Error;
use crate::place::Place;

/// Deletes a dataset.
///
/// Errors in the order of their checks: unknown dataset or workspace, state.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteDatasetRequest,
) -> Result<t::DeleteDatasetResponse, Error> {
    let place = Place::of(call);
    let workspace = input.workspace_name.as_deref();
    let mut dataset = load(tx, call, "iotsitewise:DeleteDataset", &input.dataset_id, workspace)?;
    dataset.state.check_rests(dataset.id.as_str(), dataset.arn(call))?;
    dataset.updated_at = tx.now();
    (dataset.state, dataset.due_at) = progress::begin(call, DatasetState::Deleting, dataset.updated_at);
    match dataset.due_at {
        Some(_) => table::update(tx, place, &dataset)?,
        None => progress::vanish(tx, place, &dataset)?,
    }
    Ok(t::DeleteDatasetResponse { dataset_status: wire::status(DatasetState::Deleting) })
}
