//! What a request to write values holds, however it was decoded: up to ten entries of up to ten values each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use model_sitewise::types as t;
use series::{NullType, Quality};

use crate::Error;
use crate::asset_model::property::DataType;
use crate::data::route::Target;
use crate::error::invalid;

/// Entries of one request (user guide, quotas).
pub const ENTRIES_MAX: usize = 10;

/// Values of one entry (user guide, quotas).
pub const VALUES_MAX: usize = 10;

/// A request, with its texts borrowed from the body where that is possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Request<'a> {
    /// Whether the good values of an entry are kept when others are not.
    pub partial: bool,
    /// What is to be written.
    pub entries: Vec<Entry<'a>>,
}

/// Values of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The caller's name for the entry.
    pub id: Cow<'a, str>,
    /// The asset, if the stream is named by a property.
    pub asset: Option<Cow<'a, str>>,
    /// The property of that asset.
    pub property: Option<Cow<'a, str>>,
    /// The alias, if the stream is named by one.
    pub alias: Option<Cow<'a, str>>,
    /// The values.
    pub values: Vec<Sent<'a>>,
}

/// One value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent<'a> {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Nanoseconds behind the second, if they were said.
    pub nanos: Option<i64>,
    /// Quality, GOOD where none was said.
    pub quality: Quality,
    /// The value itself.
    pub value: Given<'a>,
}

/// What a value was given as.
#[derive(Clone, Debug)]
pub enum Given<'a> {
    /// `doubleValue`.
    Double(f64),
    /// `integerValue`.
    Integer(i64),
    /// `booleanValue`.
    Boolean(bool),
    /// `stringValue`.
    String(Cow<'a, str>),
    /// `nullValue`.
    Null(NullType),
    /// None of these, or several.
    Members(usize),
}

impl PartialEq for Given<'_> {
    /// Doubles are equal if their bits are, for NaN has to equal NaN.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Double(one), Self::Double(other)) => one.to_bits() == other.to_bits(),
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::String(one), Self::String(other)) => one == other,
            (Self::Null(one), Self::Null(other)) => one == other,
            (Self::Members(one), Self::Members(other)) => one == other,
            _ => false,
        }
    }
}

impl Request<'_> {
    /// Checks what holds for a request as a whole, else nothing of it is stored: the number of entries, of the values of
    /// each, and that no two entries have one id (assumed).
    pub fn check(&self) -> Result<(), Error> {
        let count = self.entries.len();
        if !(1..=ENTRIES_MAX).contains(&count) {
            return Err(invalid(format!("entries has {count} entries; a request has 1 to {ENTRIES_MAX}")));
        }
        for entry in &self.entries {
            let (id, count) = (&entry.id, entry.values.len());
            if !(1..=VALUES_MAX).contains(&count) {
                return Err(invalid(format!(
                    "propertyValues of entry '{id}' has {count} values; an entry has 1 to {VALUES_MAX}"
                )));
            }
        }
        let mut ids = BTreeSet::new();
        match self.entries.iter().find(|entry| !ids.insert(&entry.id)) {
            Some(entry) => Err(invalid(format!("entryId '{}' stands in the request twice", entry.id))),
            None => Ok(()),
        }
    }

    /// Says whether an absent value or NaN is among the values.
    pub fn has_null_or_nan(&self) -> bool {
        self.entries.iter().flat_map(|entry| &entry.values).any(|sent| sent.value.is_null_or_nan())
    }
}

impl Entry<'_> {
    /// Answers which stream the entry names; a sentence if it names none, or names it in two ways.
    pub fn target(&self) -> Result<Target<'_>, &'static str> {
        match (&self.asset, &self.property, &self.alias) {
            (None, None, Some(alias)) => Ok(Target::Alias(Cow::Borrowed(alias))),
            (Some(asset), Some(property), None) => {
                Ok(Target::Property { asset: Cow::Borrowed(asset), property: Cow::Borrowed(property) })
            }
            (None, None, None) => {
                Err("An entry names either assetId and propertyId, or propertyAlias; it names none")
            }
            (_, _, Some(_)) => {
                Err("An entry names either assetId and propertyId, or propertyAlias; it names both")
            }
            (Some(_), None, None) => Err("An entry with assetId has propertyId, too"),
            (None, Some(_), None) => Err("An entry with propertyId has assetId, too"),
        }
    }

    /// Answers the data type of a stream that begins with this entry: that of the first value that says one (assumed).
    pub fn data_type(&self) -> Option<DataType> {
        self.values.iter().find_map(|sent| sent.value.data_type())
    }
}

impl Given<'_> {
    /// Says whether this is an absent value, or no number.
    pub fn is_null_or_nan(&self) -> bool {
        match self {
            Self::Null(_) => true,
            Self::Double(number) => number.is_nan(),
            _ => false,
        }
    }

    fn data_type(&self) -> Option<DataType> {
        Some(match self {
            Self::Double(_) | Self::Null(NullType::Double) => DataType::Double,
            Self::Integer(_) | Self::Null(NullType::Integer) => DataType::Integer,
            Self::Boolean(_) | Self::Null(NullType::Boolean) => DataType::Boolean,
            Self::String(_) | Self::Null(NullType::String) => DataType::String,
            Self::Null(NullType::Unknown) | Self::Members(_) => return None,
        })
    }
}

/// Reads a quality.
pub fn quality(text: &str) -> Option<Quality> {
    match text {
        "GOOD" => Some(Quality::Good),
        "BAD" => Some(Quality::Bad),
        "UNCERTAIN" => Some(Quality::Uncertain),
        _ => None,
    }
}

/// Reads the type of an absent value.
pub fn null_type(text: &str) -> Option<NullType> {
    match text {
        "D" => Some(NullType::Double),
        "B" => Some(NullType::Boolean),
        "S" => Some(NullType::String),
        "I" => Some(NullType::Integer),
        "U" => Some(NullType::Unknown),
        _ => None,
    }
}

impl From<t::BatchPutAssetPropertyValueRequest> for Request<'static> {
    fn from(input: t::BatchPutAssetPropertyValueRequest) -> Self {
        let partial = input.enable_partial_entry_processing.unwrap_or_default();
        Self { partial, entries: input.entries.into_iter().map(Entry::from).collect() }
    }
}

impl From<t::PutAssetPropertyValueEntry> for Entry<'static> {
    fn from(entry: t::PutAssetPropertyValueEntry) -> Self {
        Self {
            id: Cow::Owned(entry.entry_id),
            asset: entry.asset_id.map(Cow::Owned),
            property: entry.property_id.map(Cow::Owned),
            alias: entry.property_alias.map(Cow::Owned),
            values: entry.property_values.into_iter().map(Sent::from).collect(),
        }
    }
}

impl From<t::AssetPropertyValue> for Sent<'static> {
    fn from(sent: t::AssetPropertyValue) -> Self {
        Self {
            seconds: sent.timestamp.time_in_seconds,
            nanos: sent.timestamp.offset_in_nanos,
            quality: sent.quality.as_deref().and_then(quality).unwrap_or(Quality::Good),
            value: Given::from(sent.value),
        }
    }
}

impl From<t::Variant> for Given<'static> {
    fn from(variant: t::Variant) -> Self {
        let null = variant.null_value.map(|null| null_type(&null.value_type).unwrap_or(NullType::Unknown));
        let mut given = [
            variant.string_value.map(|text| Self::String(Cow::Owned(text))),
            variant.integer_value.map(Self::Integer),
            variant.double_value.map(Self::Double),
            variant.boolean_value.map(Self::Boolean),
            null.map(Self::Null),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.count()) {
            (Some(only), 0) => only,
            (None, _) => Self::Members(0),
            (Some(_), others) => Self::Members(1 + others),
        }
    }
}
