//! `CreateAsset`: a new asset of a model.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Asset, AssetState, arn, name, progress, resource, table, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id, own_id};
use crate::asset_model::{self, AssetModel, AssetModelType, ModelState};
use crate::error::{conflict, exists, invalid, limit};
use crate::id::{AssetId, ExternalId};
use crate::limits::{ASSETS_COUNTED_ONE_IN, ASSETS_PER_MODEL_MAX};
use crate::place::Place;
use crate::tag;

/// Creates an asset; it has the properties of its model's active version.
///
/// Errors in the order of their checks: unknown model, kind of the model, state of the model, id or external id
/// taken, name taken where names are unique, too many assets.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateAssetRequest,
) -> Result<t::CreateAssetResponse, Error> {
    let place = Place::of(call);
    let model_id = custom_id("assetModelId", &input.asset_model_id)?;
    let own = own_id("assetId", input.asset_id.as_deref(), AssetId::parse)?;
    let external = external_id("assetExternalId", input.asset_external_id.as_deref())?;
    let model = asset_model::load(tx, call, "iotsitewise:CreateAsset", &model_id)?;
    check_model(call, &model)?;
    check_free(tx, call, own.as_ref(), external.as_ref())?;
    name::check(tx, call, &input.asset_name, None)?;
    check_quota(tx, place, &model)?;
    let Some(active) = model.active else {
        return Err(not_usable(call, model.id.as_str(), "without an active version"));
    };
    let now = tx.now();
    let (state, due_at) = progress::begin(call, AssetState::Creating, now);
    let asset = Asset {
        id: own.unwrap_or_else(|| AssetId::stored(tx.uuid())),
        external_id: external,
        name: input.asset_name.clone(),
        description: description(input.asset_description.as_ref()),
        model_id: model.id,
        model_version: active,
        state,
        due_at,
        created_at: now,
        updated_at: now,
        parent_id: None,
        hierarchy_id: None,
    };
    let asset_arn = asset.arn(call);
    tag::of_new(tx, call, &resource(&asset.id), input.tags.as_ref())?;
    table::insert(tx, place, &asset)?;
    let event = json!({ "assetId": asset.id.as_str(), "assetModelId": asset.model_id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset.created", &event)?;
    Ok(t::CreateAssetResponse {
        asset_id: asset.id.to_string(),
        asset_arn,
        asset_status: wire::status(AssetState::Creating),
    })
}

/// Checks that assets may be made from a model: it is an asset model, and ACTIVE (user guide).
fn check_model(call: &Call, model: &AssetModel) -> Result<(), Error> {
    if model.model_type != AssetModelType::AssetModel {
        return Err(invalid(format!(
            "assetModelId '{}' is of type {}; assets are created from models of type ASSET_MODEL only",
            model.id,
            model.model_type.as_str()
        )));
    }
    if model.state != ModelState::Active {
        return Err(not_usable(call, model.id.as_str(), model.state.as_str()));
    }
    Ok(())
}

fn not_usable(call: &Call, id: &str, state: &str) -> Error {
    let message = format!("Asset model '{id}' is {state}; assets are created from ACTIVE models only");
    conflict(message, id, asset_model::arn(call, id))
}

/// Checks that no asset has an id or external id that the user chose.
pub fn check_free(
    tx: &mut Tx,
    call: &Call,
    id: Option<&AssetId>,
    external: Option<&ExternalId>,
) -> Result<(), Error> {
    let place = Place::of(call);
    if let Some(id) = id
        && table::by_id(tx, place, id.as_str())?.is_some()
    {
        let message = format!("Another resource is already using the id {id}");
        return Err(exists(message, id.as_str(), arn(call, id.as_str())));
    }
    if let Some(external) = external
        && let Some(asset) = table::by_external_id(tx, place, external)?
    {
        let message = format!("Another resource is already using the external id {external}");
        return Err(exists(message, asset.id.as_str(), asset.arn(call)));
    }
    Ok(())
}

/// Checks the quota on the assets of a model in one creation out of many.
fn check_quota(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<(), Error> {
    if !tx.random()[0].is_multiple_of(ASSETS_COUNTED_ONE_IN)
        || table::count(tx, place, &model.id)? < ASSETS_PER_MODEL_MAX
    {
        return Ok(());
    }
    Err(limit(format!(
        "Asset model '{}' has {ASSETS_PER_MODEL_MAX} assets, and no more are allowed",
        model.id
    )))
}
