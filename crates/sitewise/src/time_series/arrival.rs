//! How a time series comes to be when values arrive for it.
//!
//! Whether a stream without a property may be begun is the account's storage configuration; the caller asks it first.

use store::{Error, Tx};

use super::store::{SERIES, SeriesStore as _, Which};
use super::{Stream, TimeSeries, associated_id, table};
use crate::asset_model::property::{DataType, Property};
use crate::id::AssetId;
use crate::place::Place;

/// Answers the series under an alias that values have arrived for; begins a stream without a property, of the type of
/// its first value, if there is none.
///
/// Whether later values fit the type is for the caller to see.
pub fn by_alias(
    tx: &mut Tx,
    place: Place<'_>,
    alias: &str,
    data_type: DataType,
) -> Result<TimeSeries, Error> {
    if let Some(series) = table::by_alias(tx, place, alias)? {
        return with_data(tx, place, series);
    }
    release(tx, place, alias)?;
    let series = TimeSeries {
        stream: new_stream(tx)?,
        id: tx.uuid(),
        alias: Some(alias.to_owned()),
        property: None,
        data_type,
        data_type_spec: None,
        has_data: true,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    table::insert(tx, place, &series)?;
    Ok(series)
}

/// Answers the series of a property of an asset that values have arrived for; makes its row if there is none.
pub fn by_property(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property: &Property,
) -> Result<TimeSeries, Error> {
    match table::by_property(tx, place, asset_id, &property.id)? {
        Some(series) => with_data(tx, place, series),
        None => begin(tx, place, asset_id, property, None),
    }
}

/// Makes the row of a property's series: with an alias and no values, or with values and no alias (assumed: without
/// either a property has no series).
pub fn begin(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property: &Property,
    alias: Option<&str>,
) -> Result<TimeSeries, Error> {
    let series = TimeSeries {
        stream: new_stream(tx)?,
        id: associated_id(asset_id, &property.id),
        alias: alias.map(ToOwned::to_owned),
        property: Some((asset_id.clone(), property.id.clone())),
        data_type: property.data_type,
        data_type_spec: property.data_type_spec.clone(),
        has_data: alias.is_none(),
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    table::insert(tx, place, &series)?;
    Ok(series)
}

/// Frees an alias that a series still holds whose property is gone from its model; its row would go soon anyway.
pub fn release(tx: &mut Tx, place: Place<'_>, alias: &str) -> Result<(), Error> {
    if let Some(stream) = table::dropped_by_alias(tx, place, alias)? {
        SERIES.forget(tx, place, Which::Stream(stream))?;
    }
    Ok(())
}

fn with_data(tx: &mut Tx, place: Place<'_>, mut series: TimeSeries) -> Result<TimeSeries, Error> {
    if !series.has_data {
        series.has_data = true;
        table::update(tx, place, &series)?;
    }
    Ok(series)
}

/// Draws a stream that nothing has or had: a positive number of 63 bits.
fn new_stream(tx: &mut Tx) -> Result<Stream, Error> {
    loop {
        let random = u128::from_be_bytes(tx.random()) & u128::from(i64::MAX.unsigned_abs());
        let stream = Stream(i64::try_from(random).expect("the sign bit is masked"));
        if stream.0 != 0 && table::is_free(tx, stream)? {
            return Ok(stream);
        }
    }
}
