//! `UpdateAssetProperty`: alias, unit and notifications of one property of one asset.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{find, table};
use crate::Error;
use crate::argument::custom_id;
use crate::asset::{Asset, load};
use crate::asset_model::property::Property;
use crate::error::{conflict, invalid};
use crate::place::Place;
use crate::time_series::associate::{check_measurement, check_type};
use crate::time_series::store::{SERIES, SeriesStore as _, Which};
use crate::time_series::{self, TimeSeries, arrival, attach, check_alias};

/// Overwrites the three things that a property has of its own; one that is left out is back to what the model says:
/// no alias, notifications off, the model's unit.
///
/// Errors in the order of their checks: unknown asset, unknown property, state of the asset, alias of another
/// property; where the alias is that of a stream without a property, those of associating it: no measurement, other
/// data type, property with values. The date of the asset stays (assumed: the asset itself is not updated).
pub fn update(tx: &mut Tx, call: &Call, input: &t::UpdateAssetPropertyRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let id = custom_id("assetId", &input.asset_id)?;
    let property_id = custom_id("propertyId", &input.property_id)?;
    let alias = input.property_alias.as_deref();
    alias.map_or(Ok(()), |alias| check_alias("propertyAlias", alias))?;
    let asset = load(tx, call, "iotsitewise:UpdateAssetProperty", &id)?;
    let definition = asset.definition(tx, call)?;
    let property = find(&definition, &asset, &property_id)?.0;
    asset.state.check_active(asset.id.as_str(), asset.arn(call))?;
    set_alias(tx, call, &asset, property, alias)?;
    let (unit, notified) =
        (input.property_unit.as_deref(), input.property_notification_state.as_deref() == Some("ENABLED"));
    if unit.is_some() || notified {
        table::put(tx, place, (&asset.id, &property.id), unit, notified)?;
    } else {
        table::delete(tx, place, &asset.id, &property.id)?;
    }
    let event = json!({ "assetId": asset.id.as_str(), "propertyId": property.id.as_str(), "alias": alias });
    tx.emit(place.account, place.region, "sitewise.asset_property.updated", &event)?;
    Ok(())
}

/// Gives a property its alias, or takes it away; values that it has stay with it (assumed).
fn set_alias(
    tx: &mut Tx,
    call: &Call,
    asset: &Asset,
    property: &Property,
    wanted: Option<&str>,
) -> Result<(), Error> {
    let place = Place::of(call);
    let own = time_series::table::by_property(tx, place, &asset.id, &property.id)?;
    if own.as_ref().and_then(|own| own.alias.as_deref()) == wanted {
        return Ok(());
    }
    let Some(wanted) = wanted else { return remove_alias(tx, place, own) };
    match time_series::table::by_alias(tx, place, wanted)? {
        None => arrival::release(tx, place, wanted)?,
        Some(other) if other.property.is_none() => return take(tx, call, (asset, property), own, other),
        Some(other) => return Err(taken(wanted, &other)),
    }
    match own {
        Some(own) => {
            let updated_at = tx.now();
            let alias = Some(wanted.to_owned());
            time_series::table::update(tx, place, &TimeSeries { alias, updated_at, ..own })?;
        }
        None => {
            arrival::begin(tx, place, &asset.id, property, Some(wanted))?;
        }
    }
    Ok(())
}

/// Says that an alias is that of another property; `ResourceAlreadyExistsException` is not declared, so this is
/// `InvalidRequestException` (assumed).
fn taken(alias: &str, other: &TimeSeries) -> Error {
    let (asset, property) = other.property.as_ref().expect("only series of properties are refused");
    invalid(format!(
        "propertyAlias '{alias}' is already that of property '{property}' of asset '{asset}'; an alias is unique"
    ))
}

fn remove_alias(tx: &mut Tx, place: Place<'_>, own: Option<TimeSeries>) -> Result<(), Error> {
    let Some(own) = own else { return Ok(()) };
    if own.has_data {
        let updated_at = tx.now();
        time_series::table::update(tx, place, &TimeSeries { alias: None, updated_at, ..own })?;
        return Ok(());
    }
    // Without alias and values there is no series.
    SERIES.forget(tx, place, Which::Stream(own.stream))?;
    Ok(())
}

/// Associates the stream that has the wanted alias, as `AssociateTimeSeriesToAssetProperty` would (assumed: whoever
/// names its alias wants that stream); an alias that the property had without any values gives way.
fn take(
    tx: &mut Tx,
    call: &Call,
    (asset, property): (&Asset, &Property),
    own: Option<TimeSeries>,
    stream: TimeSeries,
) -> Result<(), Error> {
    let place = Place::of(call);
    check_measurement(property)?;
    check_type(&stream, property)?;
    if let Some(own) = own {
        if own.has_data {
            let message = format!(
                "Property '{}' of asset '{}' has values; it can't take over the time series with the alias '{}'",
                property.id,
                asset.id,
                stream.alias.as_deref().unwrap_or_default()
            );
            return Err(conflict(message, &own.id, time_series::arn(call, &own.id)));
        }
        SERIES.forget(tx, place, Which::Stream(own.stream))?;
    }
    attach(tx, place, stream, asset, property)?;
    Ok(())
}
