//! `DisassociateTimeSeriesFromAssetProperty`: a stream leaves its property with all of its values.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::associate::check_measurement;
use super::{TimeSeries, check_alias, missing, resource, table};
use crate::Error;
use crate::argument::custom_id;
use crate::asset;
use crate::error::not_found;
use crate::place::Place;
use crate::tag;

/// Takes a stream from its property: it lives on under its alias, with its values and a new id; the property stays
/// without alias and without values.
///
/// Errors in the order of their checks: unknown asset, unknown property, unknown stream, not this property's stream,
/// no measurement, state of the asset. The order and the codes are assumed.
pub fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &t::DisassociateTimeSeriesFromAssetPropertyRequest,
) -> Result<(), Error> {
    const ACTION: &str = "iotsitewise:DisassociateTimeSeriesFromAssetProperty";
    let place = Place::of(call);
    let asset_id = custom_id("assetId", &input.asset_id)?;
    let property_id = custom_id("propertyId", &input.property_id)?;
    check_alias("alias", &input.alias)?;
    let asset = asset::load(tx, call, ACTION, &asset_id)?;
    let definition = asset.definition(tx, call)?;
    let property = asset::property::find(&definition, &asset, &property_id)?.0;
    let series = table::by_alias(tx, place, &input.alias)?.ok_or_else(|| missing(&input.alias))?;
    if series.property.as_ref() != Some(&(asset.id.clone(), property.id.clone())) {
        return Err(not_found(format!(
            "The time series with alias {} is not associated to property {} of asset {}",
            input.alias, property.id, asset.id
        )));
    }
    check_measurement(property)?;
    asset.state.check_rests(asset.id.as_str(), asset.arn(call))?;
    let id = tx.uuid();
    tag::table::move_all(tx, place, &resource(&series.id), &resource(&id))?;
    let updated_at = tx.now();
    table::update(tx, place, &TimeSeries { id, property: None, updated_at, ..series })?;
    let event = json!({
        "alias": input.alias, "assetId": asset.id.as_str(), "propertyId": property.id.as_str(),
    });
    tx.emit(place.account, place.region, "sitewise.time_series.disassociated", &event)?;
    Ok(())
}
