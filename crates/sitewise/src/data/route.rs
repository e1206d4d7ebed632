//! From how a request names a stream of values to where the values are kept.

use std::borrow::Cow;

use series::{Kind, SeriesKey};
use store::{Error, Tx};

use crate::asset::{self, Asset};
use crate::asset_model;
use crate::asset_model::property::{DataType, Property, PropertyKind};
use crate::id::CustomId;
use crate::place::Place;
use crate::time_series::{Stream, TimeSeries, arrival, table};

/// How a request names a stream of values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// By an alias.
    Alias(Cow<'a, str>),
    /// As a property of an asset, both by their UUIDs.
    Property {
        /// The asset.
        asset: Cow<'a, str>,
        /// The property.
        property: Cow<'a, str>,
    },
}

/// Where the values of a stream are kept, and what may be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// What they are kept under; nothing while a property never had a value.
    pub key: Option<SeriesKey>,
    /// Whether its row says that values have arrived.
    pub has_data: bool,
    /// What the values are.
    pub data_type: DataType,
    /// Where the values come from.
    pub source: Source,
    /// Whether the asset is about to vanish.
    pub is_going: bool,
}

/// Where the values of a stream come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From whoever writes them under an alias that belongs to no property.
    Stream,
    /// An attribute of an asset.
    Attribute,
    /// A measurement of an asset.
    Measurement,
    /// A transform, computed here.
    Transform,
    /// A metric, computed here.
    Metric,
}

impl Target<'_> {
    /// Takes the target out of the request.
    pub fn to_owned(&self) -> Target<'static> {
        match self {
            Self::Alias(alias) => Target::Alias(Cow::Owned(alias.to_string())),
            Self::Property { asset, property } => Target::Property {
                asset: Cow::Owned(asset.to_string()),
                property: Cow::Owned(property.to_string()),
            },
        }
    }
}

impl Source {
    /// Answers where the values of a property come from.
    pub fn of(property: &Property) -> Self {
        match property.kind {
            PropertyKind::Attribute { .. } => Self::Attribute,
            PropertyKind::Measurement { .. } => Self::Measurement,
            PropertyKind::Transform { .. } => Self::Transform,
            PropertyKind::Metric { .. } => Self::Metric,
        }
    }

    /// Says whether requests may write the values.
    pub fn is_writable(self) -> bool {
        !matches!(self, Self::Transform | Self::Metric)
    }
}

/// Answers what the values of a stream are kept under.
pub fn key(stream: Stream) -> SeriesKey {
    SeriesKey(stream.0.unsigned_abs())
}

/// Answers how the engine keeps values of a data type; structures are text.
pub fn kind(data_type: DataType) -> Kind {
    match data_type {
        DataType::Double => Kind::Double,
        DataType::Integer => Kind::Integer,
        DataType::Boolean => Kind::Boolean,
        DataType::String | DataType::Struct => Kind::String,
    }
}

/// Finds where a target leads; nothing if there is no such stream, or no such property of such an asset.
pub fn find(tx: &mut Tx, place: Place<'_>, target: &Target<'_>) -> Result<Option<Route>, Error> {
    match target {
        Target::Alias(alias) => match table::by_alias(tx, place, alias)? {
            None => Ok(None),
            Some(series) => of_series(tx, place, &series),
        },
        Target::Property { asset, property } => {
            let Some((asset, property)) = property_of(tx, place, asset, property)? else { return Ok(None) };
            let series = table::by_property(tx, place, &asset.id, &property.id)?;
            Ok(Some(Route {
                key: series.as_ref().map(|series| key(series.stream)),
                has_data: series.is_some_and(|series| series.has_data),
                data_type: property.data_type,
                source: Source::of(&property),
                is_going: is_going(&asset),
            }))
        }
    }
}

fn of_series(tx: &mut Tx, place: Place<'_>, series: &TimeSeries) -> Result<Option<Route>, Error> {
    let route = |source, is_going| Route {
        key: Some(key(series.stream)),
        has_data: series.has_data,
        data_type: series.data_type,
        source,
        is_going,
    };
    let Some((asset, property)) = &series.property else { return Ok(Some(route(Source::Stream, false))) };
    let found = property_of(tx, place, asset.as_str(), property.as_str())?;
    Ok(found.map(|(asset, property)| route(Source::of(&property), is_going(&asset))))
}

/// Finds the property of an asset at which a target leads; nothing for a stream without one.
pub fn property(
    tx: &mut Tx,
    place: Place<'_>,
    target: &Target<'_>,
) -> Result<Option<(Asset, Property)>, Error> {
    match target {
        Target::Property { asset, property } => property_of(tx, place, asset, property),
        Target::Alias(alias) => match table::by_alias(tx, place, alias)?.and_then(|series| series.property) {
            Some((asset, property)) => property_of(tx, place, asset.as_str(), property.as_str()),
            None => Ok(None),
        },
    }
}

/// Says whether an asset is about to vanish.
fn is_going(asset: &Asset) -> bool {
    asset.state == asset::AssetState::Deleting
}

/// Finds a property of an asset.
fn property_of(
    tx: &mut Tx,
    place: Place<'_>,
    asset: &str,
    property: &str,
) -> Result<Option<(Asset, Property)>, Error> {
    let Some(asset) = asset::table::by_id(tx, place, asset)? else { return Ok(None) };
    let definition = asset_model::definition(tx, place, &asset.model_id, &asset.model_version)?;
    let Some(id) = CustomId::parse(property) else { return Ok(None) };
    let found = definition.property_anywhere(&id).map(|(property, _)| property.clone());
    Ok(found.map(|property| (asset, property)))
}

/// Makes sure that a stream has a row that says that values have arrived, and answers where it leads then.
///
/// Under an alias of nobody a stream of `data_type` begins; a property that is not there is nothing.
pub fn begin(
    tx: &mut Tx,
    place: Place<'_>,
    target: &Target<'_>,
    data_type: DataType,
) -> Result<Option<Route>, Error> {
    match target {
        Target::Alias(alias) => {
            let series = arrival::by_alias(tx, place, alias, data_type)?;
            of_series(tx, place, &series)
        }
        Target::Property { asset, property } => {
            let Some((asset, property)) = property_of(tx, place, asset, property)? else { return Ok(None) };
            let series = arrival::by_property(tx, place, &asset.id, &property)?;
            Ok(Some(Route {
                key: Some(key(series.stream)),
                has_data: series.has_data,
                data_type: property.data_type,
                source: Source::of(&property),
                is_going: is_going(&asset),
            }))
        }
    }
}
