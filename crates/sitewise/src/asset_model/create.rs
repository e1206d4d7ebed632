//! `CreateAssetModel`: a new model with its properties and hierarchies.

use model::Timestamp;
use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::draft::{Draft, check, check_lengths};
use super::{
    AssetModel, AssetModelType, ModelState, Version, arn, composite, definition, progress, resource, table,
    wire,
};
use crate::Error;
use crate::argument::{description, external_id, own_id};
use crate::error::{exists, invalid, limit};
use crate::id::{AssetModelId, ExternalId};
use crate::limits::ASSET_MODELS_MAX;
use crate::place::Place;
use crate::tag;

/// Creates a model; its formulas are validated before it becomes ACTIVE.
///
/// Errors in the order of their checks: name, id or external id taken; too many models; then those of
/// [`draft::check`](super::draft::check).
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateAssetModelRequest,
) -> Result<t::CreateAssetModelResponse, Error> {
    let place = Place::of(call);
    let model_type = model_type(input.asset_model_type.as_deref())?;
    let own = own_id("assetModelId", input.asset_model_id.as_deref(), AssetModelId::parse)?;
    let external = external_id("assetModelExternalId", input.asset_model_external_id.as_deref())?;
    let id = own.clone().unwrap_or_else(|| AssetModelId::stored(tx.uuid()));
    call.allow(tx, "iotsitewise:CreateAssetModel", &arn(call, id.as_str()))?;
    check_name(tx, call, &input.asset_model_name)?;
    check_free(tx, call, own.as_ref(), external.as_ref())?;
    check_quota(tx, place, model_type)?;
    check_lengths(
        input.asset_model_properties.as_deref().unwrap_or_default().len(),
        input.asset_model_hierarchies.as_deref().unwrap_or_default().len(),
    )?;
    let draft = Draft {
        name: input.asset_model_name.clone(),
        description: description(input.asset_model_description.as_ref()),
        properties: wire::new_properties(
            "assetModelProperties",
            input.asset_model_properties.as_deref().unwrap_or_default(),
        )?,
        hierarchies: wire::new_hierarchies(input.asset_model_hierarchies.as_deref().unwrap_or_default())?,
        composites: composite::wire::new_drafts(
            input.asset_model_composite_models.as_deref().unwrap_or_default(),
        )?,
    };
    let checked = check(tx, call, (&id, model_type), draft, None)?;
    let document = checked.definition.encode();
    let now = tx.now();
    let mut model = AssetModel {
        latest: Version { number: 1, etag: definition::etag(&id, 1, &document) },
        id,
        external_id: external,
        name: input.asset_model_name.clone(),
        model_type,
        state: ModelState::Creating,
        due_at: Some(due_at(call, now)),
        error: checked.failure,
        created_at: now,
        updated_at: now,
        active: None,
    };
    tag::of_new(tx, call, &resource(&model.id), input.tags.as_ref())?;
    progress::keep(tx, place, &model, (&checked.definition, &document))?;
    let event = json!({ "assetModelId": model.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset_model.created", &event)?;
    progress::settle(tx, place, &mut model)?;
    Ok(t::CreateAssetModelResponse {
        asset_model_arn: arn(call, model.id.as_str()),
        asset_model_id: model.id.to_string(),
        asset_model_status: wire::promised(ModelState::Creating),
    })
}

/// Says when a passing state that begins now is over.
pub fn due_at(call: &Call, now: Timestamp) -> Timestamp {
    now.plus_millis(call.installation.propagation_ms)
}

fn model_type(text: Option<&str>) -> Result<AssetModelType, Error> {
    let Some(text) = text else { return Ok(AssetModelType::AssetModel) };
    AssetModelType::parse(text).ok_or_else(|| {
        invalid(format!("assetModelType '{text}' is not ASSET_MODEL, COMPONENT_MODEL or INTERFACE"))
    })
}

/// Checks that no model has a name; all kinds of model share the names of an account in a Region.
pub fn check_name(tx: &mut Tx, call: &Call, name: &str) -> Result<(), Error> {
    match table::id_by_name(tx, Place::of(call), name)? {
        None => Ok(()),
        Some(id) => {
            Err(exists(format!("Another resource is already using the name {name}"), &id, arn(call, &id)))
        }
    }
}

/// Checks that no model has an id or external id that the user chose.
pub fn check_free(
    tx: &mut Tx,
    call: &Call,
    id: Option<&AssetModelId>,
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
        && let Some(model) = table::by_external_id(tx, place, external)?
    {
        let message = format!("Another resource is already using the external id {external}");
        return Err(exists(message, model.id.as_str(), arn(call, model.id.as_str())));
    }
    Ok(())
}

fn check_quota(tx: &mut Tx, place: Place<'_>, model_type: AssetModelType) -> Result<(), Error> {
    let interface = model_type == AssetModelType::Interface;
    if table::count(tx, place, interface)? < ASSET_MODELS_MAX {
        return Ok(());
    }
    let what = if interface { "interfaces" } else { "asset models" };
    Err(limit(format!("The account has {ASSET_MODELS_MAX} {what} in this Region, and no more are allowed")))
}
