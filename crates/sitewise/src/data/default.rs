//! What an attribute answers that nobody has written a value to: the default of its model, as a point that is stored
//! only when a first value comes beside it.

use std::sync::Arc;

use series::{Point, Quality, Value};
use store::{Error, Tx};

use super::route::{self, Target};
use crate::asset::Asset;
use crate::asset_model::property::{DataType, Property, PropertyKind};
use crate::place::Place;

/// Finds the point that the attribute at which a target leads has by default; nothing if it is no attribute or has no
/// default. Whether values were written is for the caller to see.
pub fn of(tx: &mut Tx, place: Place<'_>, target: &Target<'_>) -> Result<Option<Point>, Error> {
    let found = route::property(tx, place, target)?;
    Ok(found.and_then(|(asset, property)| point(&asset, &property)))
}

/// Makes the default of an attribute of an asset a point (assumed): of quality GOOD, at the creation of the asset, for
/// when the model's default changed last is not known.
pub fn point(asset: &Asset, property: &Property) -> Option<Point> {
    let value = value(property)?;
    let timestamp = asset.created_at.millis().saturating_mul(1_000_000);
    Some(Point { timestamp, quality: Quality::Good, value })
}

/// Answers the default of an attribute as a value.
pub fn value(property: &Property) -> Option<Value> {
    let PropertyKind::Attribute { default_value: Some(text) } = &property.kind else { return None };
    Some(match property.data_type {
        DataType::Double => Value::Double(text.parse().ok()?),
        DataType::Integer => Value::Integer(text.parse().ok()?),
        DataType::Boolean => Value::Boolean(text.parse().ok()?),
        DataType::String | DataType::Struct => Value::String(Arc::from(text.as_str())),
    })
}
