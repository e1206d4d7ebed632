//! How a dataset gets through its passing states: at once, or when they are due.

use model::Timestamp;
use serde_json::json;
use service::Call;
use store::{Error, Tx};

use super::{Dataset, DatasetState, resource, table};
use crate::place::Place;
use crate::tag;

/// Begins a passing state: answers the state to keep and when it is over.
pub fn begin(call: &Call, passing: DatasetState, now: Timestamp) -> (DatasetState, Option<Timestamp>) {
    match call.installation.propagation_ms {
        0 => (outcome(), None),
        delay => (passing, Some(now.plus_millis(delay))),
    }
}

/// Says how connecting to a source of documents ends: this server has nothing that could retrieve from one, so the
/// dataset is kept and FAILED with a validation error, which the user sees before an assistant would (assumed).
fn outcome() -> DatasetState {
    DatasetState::Failed
}

/// Tells that a dataset's passing state is over.
pub fn tell(tx: &mut Tx, place: Place<'_>, dataset: &Dataset) -> Result<(), Error> {
    let event = json!({ "datasetId": dataset.id.as_str(), "state": dataset.state.as_str() });
    tx.emit(place.account, place.region, "sitewise.dataset.state", &event)
}

/// Takes a dataset whose passing state is over to rest, or away.
pub fn step(tx: &mut Tx, place: Place<'_>, dataset: &Dataset) -> Result<(), Error> {
    if dataset.state == DatasetState::Deleting {
        return vanish(tx, place, dataset);
    }
    let rests = Dataset { state: outcome(), due_at: None, ..dataset.clone() };
    table::update(tx, place, &rests)?;
    tell(tx, place, &rests)
}

/// Removes a dataset and everything that belongs to it alone.
pub fn vanish(tx: &mut Tx, place: Place<'_>, dataset: &Dataset) -> Result<(), Error> {
    table::delete(tx, place, &dataset.id)?;
    tag::table::delete_all(tx, place, &resource(dataset.id.as_str()))?;
    let event = json!({ "datasetId": dataset.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.dataset.deleted", &event)
}
