//! `DeleteAsset`: an asset that stands alone, with all of its data.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Asset, AssetState, load, progress, table, wire};
use crate::Error;
use crate::argument::custom_id;
use crate::computation_model::{self, Bindable};
use crate::error::conflict;
use crate::place::Place;

/// Deletes an asset.
///
/// Errors in the order of their checks: unknown asset, state, parent, children, a computation model that is bound
/// to it.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteAssetRequest,
) -> Result<t::DeleteAssetResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetId", &input.asset_id)?;
    let mut asset = load(tx, call, "iotsitewise:DeleteAsset", &id)?;
    asset.state.check_rests(asset.id.as_str(), asset.arn(call))?;
    check_alone(tx, call, &asset)?;
    computation_model::bound(tx, call, Bindable::Asset(&asset.id), asset.arn(call))?;
    asset.updated_at = tx.now();
    (asset.state, asset.due_at) = progress::begin(call, AssetState::Deleting, asset.updated_at);
    if asset.state == AssetState::Deleting {
        table::update(tx, place, &asset)?;
    } else {
        progress::vanish(tx, place, &asset)?;
    }
    Ok(t::DeleteAssetResponse {
        asset_id: Some(asset.id.to_string()),
        asset_status: wire::status(AssetState::Deleting),
    })
}

/// Checks that an asset has neither parent nor children (user guide); that the code is
/// `ConflictingOperationException` with the asset's own id and ARN is assumed.
fn check_alone(tx: &mut Tx, call: &Call, asset: &Asset) -> Result<(), Error> {
    let id = asset.id.as_str();
    let relative = match &asset.parent_id {
        Some(parent) => Some(format!("the child of asset '{parent}'")),
        None => table::any_child(tx, Place::of(call), &asset.id)?
            .map(|child| format!("the parent of asset '{child}'")),
    };
    let Some(relative) = relative else { return Ok(()) };
    Err(conflict(format!("Asset '{id}' is {relative}; disassociate them first"), id, asset.arn(call)))
}
