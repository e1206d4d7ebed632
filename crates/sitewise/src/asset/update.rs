//! `UpdateAsset`: another name, another description, an external id where there is none.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::create::check_free;
use super::{Asset, AssetState, load, name, progress, table, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id};
use crate::error::invalid;
use crate::id::ExternalId;
use crate::place::Place;

/// Updates an asset; a description that is left out is gone (assumed, since the method is PUT).
///
/// Errors in the order of their checks: unknown asset, state, external id changed, external id taken, name taken where
/// names are unique.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateAssetRequest,
) -> Result<t::UpdateAssetResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetId", &input.asset_id)?;
    let external = external_id("assetExternalId", input.asset_external_id.as_deref())?;
    let mut asset = load(tx, call, "iotsitewise:UpdateAsset", &id)?;
    asset.state.check_rests(asset.id.as_str(), asset.arn(call))?;
    asset.external_id = next_external_id(tx, call, &asset, external)?;
    if input.asset_name != asset.name {
        name::check(tx, call, &input.asset_name, Some(&asset))?;
    }
    asset.name.clone_from(&input.asset_name);
    asset.description = description(input.asset_description.as_ref());
    asset.updated_at = tx.now();
    (asset.state, asset.due_at) = progress::begin(call, AssetState::Updating, asset.updated_at);
    table::update(tx, place, &asset)?;
    let event = json!({ "assetId": asset.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset.updated", &event)?;
    Ok(t::UpdateAssetResponse {
        asset_id: Some(asset.id.to_string()),
        asset_status: wire::status(AssetState::Updating),
    })
}

/// Decides the asset's external id: it may be set once, and never changed or removed.
fn next_external_id(
    tx: &mut Tx,
    call: &Call,
    asset: &Asset,
    wanted: Option<ExternalId>,
) -> Result<Option<ExternalId>, Error> {
    match (wanted, &asset.external_id) {
        (None, current) => Ok(current.clone()),
        (Some(wanted), Some(current)) if wanted == *current => Ok(Some(wanted)),
        (Some(wanted), Some(current)) => Err(invalid(format!(
            "assetExternalId of asset '{}' is '{current}' and can't be changed to '{wanted}'",
            asset.id
        ))),
        (Some(wanted), None) => {
            check_free(tx, call, None, Some(&wanted))?;
            Ok(Some(wanted))
        }
    }
}
