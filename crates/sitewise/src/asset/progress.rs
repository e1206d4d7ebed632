//! How an asset gets through its passing states: at once, or when they are due.

use model::Timestamp;
use serde_json::json;
use service::Call;
use store::{Error, Tx};

use super::{Asset, AssetState, property, resource, table};
use crate::place::Place;
use crate::time_series::store::{SERIES, SeriesStore as _, Which};
use crate::{action, project, tag};

/// Begins a passing state: answers the state to keep and when it is over.
///
/// Without a propagation delay an asset is at rest again before the answer is sent, so that creation costs one
/// statement; only the answer speaks of the passing state.
pub fn begin(call: &Call, passing: AssetState, now: Timestamp) -> (AssetState, Option<Timestamp>) {
    match call.installation.propagation_ms {
        0 => (AssetState::Active, None),
        delay => (passing, Some(now.plus_millis(delay))),
    }
}

/// Takes an asset whose passing state is over to rest, or away.
pub fn step(tx: &mut Tx, place: Place<'_>, asset: &Asset) -> Result<(), Error> {
    if asset.state == AssetState::Deleting {
        return vanish(tx, place, asset);
    }
    table::update(tx, place, &Asset { state: AssetState::Active, due_at: None, ..asset.clone() })?;
    let event = json!({ "assetId": asset.id.as_str(), "state": AssetState::Active.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset.state", &event)
}

/// Removes an asset and everything that belongs to it alone.
pub fn vanish(tx: &mut Tx, place: Place<'_>, asset: &Asset) -> Result<(), Error> {
    table::delete(tx, place, &asset.id)?;
    property::table::delete_of_asset(tx, place, &asset.id)?;
    SERIES.forget(tx, place, Which::Asset(&asset.id))?;
    tag::table::delete_all(tx, place, &resource(&asset.id))?;
    project::table::forget_asset(tx, place, &asset.id)?;
    action::forget(tx, place, asset.id.as_str())?;
    let event = json!({ "assetId": asset.id.as_str(), "assetModelId": asset.model_id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset.deleted", &event)
}
