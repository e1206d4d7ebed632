//! How a checked definition becomes the next version of its model, whoever asked for it.

use model::Timestamp;
use serde_json::json;
use store::{Error, Tx};

use super::draft::Checked;
use super::{AssetModel, ModelState, Version, definition, progress};
use crate::place::Place;

/// Accepts a checked definition as the next version of a model that rests: the model becomes UPDATING, and goes on
/// from there as far as it can until now.
///
/// Whoever calls it has checked everything that refuses a request; `due_at` says when UPDATING is over. The model
/// given must be the row as read in this transaction, perhaps with a new external id.
pub fn accept(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    checked: Checked,
    due_at: Timestamp,
) -> Result<(), Error> {
    let document = checked.definition.encode();
    let number = model.latest.number + 1;
    model.latest = Version { number, etag: definition::etag(&model.id, number, &document) };
    model.name.clone_from(&checked.definition.name);
    model.state = ModelState::Updating;
    model.due_at = Some(due_at);
    model.error = checked.failure;
    model.updated_at = tx.now();
    progress::keep(tx, place, model, (&checked.definition, &document))?;
    let event = json!({ "assetModelId": model.id.as_str(), "version": number });
    tx.emit(place.account, place.region, "sitewise.asset_model.updated", &event)?;
    progress::settle(tx, place, model)
}
