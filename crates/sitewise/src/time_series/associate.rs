//! `AssociateTimeSeriesToAssetProperty`: a stream of its own becomes the one of a property.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{TimeSeries, arn, attach, check_alias, missing, table};
use crate::Error;
use crate::argument::custom_id;
use crate::asset::{self, Asset};
use crate::asset_model::property::{Property, PropertyKind};
use crate::error::{conflict, invalid};
use crate::place::Place;

/// Gives a property the stream under an alias, with all of its values.
///
/// Errors in the order of their checks: unknown stream, stream of another property, unknown asset, unknown property,
/// no measurement, property with a stream already, other data type, state of the asset. The order and the codes are
/// assumed.
pub fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &t::AssociateTimeSeriesToAssetPropertyRequest,
) -> Result<(), Error> {
    const ACTION: &str = "iotsitewise:AssociateTimeSeriesToAssetProperty";
    let place = Place::of(call);
    let asset_id = custom_id("assetId", &input.asset_id)?;
    let property_id = custom_id("propertyId", &input.property_id)?;
    check_alias("alias", &input.alias)?;
    let asset = asset::table::get(tx, place, &asset_id)?;
    let series = table::by_alias(tx, place, &input.alias)?;
    let named = asset.as_ref().map_or_else(|| asset_id.to_string(), |asset| asset.id.to_string());
    call.allow(tx, ACTION, &asset::arn(call, &named))?;
    call.allow(tx, ACTION, &arn(call, series.as_ref().map_or("*", |series| &series.id)))?;
    let series = series.ok_or_else(|| missing(&input.alias))?;
    check_free(call, &series)?;
    let asset = asset.ok_or_else(|| asset::missing(&asset_id))?;
    let definition = asset.definition(tx, call)?;
    let property = asset::property::find(&definition, &asset, &property_id)?.0;
    check_measurement(property)?;
    check_without_stream(tx, call, &asset, property)?;
    check_type(&series, property)?;
    asset.state.check_active(asset.id.as_str(), asset.arn(call))?;
    attach(tx, place, series, &asset, property)?;
    let event = json!({
        "alias": input.alias, "assetId": asset.id.as_str(), "propertyId": property.id.as_str(),
    });
    tx.emit(place.account, place.region, "sitewise.time_series.associated", &event)?;
    Ok(())
}

/// Checks that a stream belongs to no property yet (user guide); the code is assumed.
fn check_free(call: &Call, series: &TimeSeries) -> Result<(), Error> {
    let Some((asset, property)) = &series.property else { return Ok(()) };
    let message = format!(
        "The time series with alias '{}' is associated to property '{property}' of asset '{asset}' already",
        series.alias.as_deref().unwrap_or_default()
    );
    Err(conflict(message, &series.id, arn(call, &series.id)))
}

/// Checks that streams may be associated to a property: only measurements take them (user guide).
pub fn check_measurement(property: &Property) -> Result<(), Error> {
    if matches!(property.kind, PropertyKind::Measurement { .. }) {
        return Ok(());
    }
    Err(invalid(format!(
        "Property '{}' ({}) is not a measurement; time series are associated to measurements only",
        property.name, property.id
    )))
}

/// Checks that a property has no stream: neither an alias nor values of its own.
fn check_without_stream(tx: &mut Tx, call: &Call, asset: &Asset, property: &Property) -> Result<(), Error> {
    let Some(own) = table::by_property(tx, Place::of(call), &asset.id, &property.id)? else {
        return Ok(());
    };
    let has = own.alias.map_or_else(|| "values".to_owned(), |alias| format!("the alias '{alias}'"));
    let message = format!(
        "Property '{}' of asset '{}' has a time series already, with {has}; a property has one",
        property.id, asset.id
    );
    Err(conflict(message, &own.id, arn(call, &own.id)))
}

/// Checks that the values of a stream can be those of a property.
pub fn check_type(series: &TimeSeries, property: &Property) -> Result<(), Error> {
    if series.data_type == property.data_type && series.data_type_spec == property.data_type_spec {
        return Ok(());
    }
    Err(invalid(format!(
        "The time series with alias '{}' has the data type {}, property '{}' has {}; they must be equal",
        series.alias.as_deref().unwrap_or_default(),
        series.data_type.as_str(),
        property.id,
        property.data_type.as_str()
    )))
}
