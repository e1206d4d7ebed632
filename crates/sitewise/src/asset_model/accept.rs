//! How a checked definition becomes the next version of its model, whoever asked for it.

use model::Timestamp;
use serde_json::json;
use store::{Error, Tx};

use super::draft::Checked;
use super::progress::{self, Budget};
use super::{AssetModel, Definition, ModelState, Version, definition, table};
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
    accept_within(tx, place, model, checked, (due_at, &mut Budget::default()))
}

/// The same as a part of something bigger, which says how much may still be done at once.
pub fn accept_within(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    checked: Checked,
    (due_at, budget): (Timestamp, &mut Budget),
) -> Result<(), Error> {
    let number = model.latest.number + 1;
    let document = checked.definition.encode();
    model.latest = version(model, number, &document);
    model.state = ModelState::Updating;
    model.error = checked.failure;
    keep(tx, place, model, (&checked.definition, &document), due_at)?;
    progress::settle_within(tx, place, model, budget)
}

/// Gives a model that has FAILED a next version of its active definition, which comes into force, and one of its
/// latest definition, which stays invalid: the model is PROPAGATING, and FAILED again afterwards.
pub fn accept_both(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    (active, latest): (Checked, Checked),
    (due_at, budget): (Timestamp, &mut Budget),
) -> Result<(), Error> {
    let number = model.latest.number + 1;
    let document = active.definition.encode();
    let in_force = version(model, number, &document);
    table::put_document(tx, place, &model.id, number, &document)?;
    progress::put_in_force(tx, place, model, (in_force, &active.definition))?;
    let document = latest.definition.encode();
    model.latest = version(model, number + 1, &document);
    model.state = ModelState::Propagating;
    model.error = latest.failure;
    keep(tx, place, model, (&latest.definition, &document), due_at)?;
    progress::settle_within(tx, place, model, budget)
}

fn version(model: &AssetModel, number: i64, document: &str) -> Version {
    Version { number, etag: definition::etag(&model.id, number, document) }
}

fn keep(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    latest: (&Definition, &str),
    due_at: Timestamp,
) -> Result<(), Error> {
    model.name.clone_from(&latest.0.name);
    model.due_at = Some(due_at);
    model.updated_at = tx.now();
    progress::keep(tx, place, model, latest)?;
    let event = json!({ "assetModelId": model.id.as_str(), "version": model.latest.number });
    tx.emit(place.account, place.region, "sitewise.asset_model.updated", &event)
}
