//! Which properties a computation model may read and write.

use std::sync::Arc;

use service::Call;
use store::Tx;

use super::definition::{BoundProperty, Definition};
use crate::Error;
use crate::asset::{self, AssetState};
use crate::asset_model::property::{DataType, Property, PropertyKind};
use crate::asset_model::{self, AssetModelType, ModelState};
use crate::error::{conflict, invalid, not_found};
use crate::id::{AssetId, AssetModelId, CustomId};
use crate::place::Place;

/// Checks every property that a definition binds.
///
/// Inputs are measurements or transforms of type DOUBLE or INTEGER, the result is a measurement of type
/// STRING (user guide, "Enable anomaly detection"). Errors in the order of their checks, inputs first:
/// unknown asset or asset model, its state, a kind of model without assets, unknown property, type.
pub fn check(tx: &mut Tx, call: &Call, definition: &Definition) -> Result<(), Error> {
    for bound in definition.input_properties() {
        let property = find(tx, call, bound)?;
        check_input(&property)?;
    }
    for bound in definition.result_property() {
        let property = find(tx, call, bound)?;
        check_result(&property)?;
    }
    Ok(())
}

fn find(tx: &mut Tx, call: &Call, bound: &BoundProperty) -> Result<Property, Error> {
    let definition = match bound {
        BoundProperty::AssetModel(id, _) => definition_of_model(tx, call, id)?,
        BoundProperty::Asset(id, _) => definition_of_asset(tx, call, id)?,
    };
    let id = bound.property();
    let found = definition.property_anywhere(&CustomId::Id(id.to_string()));
    found
        .map(|(property, _)| property.clone())
        .ok_or_else(|| not_found(format!("{} has no property with id {id}", bound.owner())))
}

fn definition_of_model(
    tx: &mut Tx,
    call: &Call,
    id: &AssetModelId,
) -> Result<Arc<asset_model::Definition>, Error> {
    let place = Place::of(call);
    let Some(model) = asset_model::table::by_id(tx, place, id.as_str())? else {
        return Err(asset_model::missing(&CustomId::Id(id.to_string())));
    };
    let Some(active) = model.active.as_ref().filter(|_| model.state != ModelState::Deleting) else {
        let message = format!("Asset model '{id}' is {}; wait until it is ACTIVE", model.state.as_str());
        return Err(conflict(message, id.as_str(), asset_model::arn(call, id.as_str())));
    };
    if model.model_type != AssetModelType::AssetModel {
        return Err(invalid(format!(
            "Asset model '{id}' is of type {}; computation models are bound to an ASSET_MODEL, since they run on its \
             assets",
            model.model_type.as_str()
        )));
    }
    Ok(asset_model::definition(tx, place, id, active)?)
}

fn definition_of_asset(
    tx: &mut Tx,
    call: &Call,
    id: &AssetId,
) -> Result<Arc<asset_model::Definition>, Error> {
    let Some(asset) = asset::table::by_id(tx, Place::of(call), id.as_str())? else {
        return Err(asset::missing(&CustomId::Id(id.to_string())));
    };
    if matches!(asset.state, AssetState::Creating | AssetState::Deleting) {
        let message = format!("Asset '{id}' is {}; wait until it is ACTIVE", asset.state.as_str());
        return Err(conflict(message, id.as_str(), asset.arn(call)));
    }
    asset.definition(tx, call)
}

fn check_input(property: &Property) -> Result<(), Error> {
    let numeric = matches!(property.data_type, DataType::Double | DataType::Integer);
    let flows = matches!(property.kind, PropertyKind::Measurement { .. } | PropertyKind::Transform { .. });
    if numeric && flows {
        return Ok(());
    }
    Err(invalid(format!(
        "Property '{}' ({}) can't be an input: inputs are measurements or transforms of type DOUBLE or INTEGER, and \
         it is {} of type {}",
        property.name,
        property.id,
        kind(property),
        property.data_type.as_str()
    )))
}

fn check_result(property: &Property) -> Result<(), Error> {
    let measured = matches!(property.kind, PropertyKind::Measurement { .. });
    if measured && property.data_type == DataType::String {
        return Ok(());
    }
    Err(invalid(format!(
        "Property '{}' ({}) can't take results: they go to a measurement of type STRING, and it is {} of type {}",
        property.name,
        property.id,
        kind(property),
        property.data_type.as_str()
    )))
}

fn kind(property: &Property) -> &'static str {
    match property.kind {
        PropertyKind::Attribute { .. } => "an attribute",
        PropertyKind::Measurement { .. } => "a measurement",
        PropertyKind::Transform { .. } => "a transform",
        PropertyKind::Metric { .. } => "a metric",
    }
}
