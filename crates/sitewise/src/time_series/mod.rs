//! Time series: streams of values, of a property of an asset or under an alias of their own.
//!
//! The values themselves are kept elsewhere; here stands which streams there are and how they are called.

pub mod arrival;
pub mod associate;
pub mod delete;
pub mod describe;
pub mod disassociate;
pub mod list;
pub mod store;
pub mod table;

use ::store::Tx;
use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};

use crate::Error;
use crate::argument::custom_id;
use crate::asset::{self, Asset};
use crate::asset_model::property::{DataType, Property};
use crate::error::{invalid, not_found};
use crate::id::{AssetId, CustomId, PropertyId};
use crate::place::Place;

/// Longest alias that is kept, in bytes: as long as values may name one, and short enough for an index entry.
pub const ALIAS_BYTES_MAX: usize = 2048;

/// What the values of a series are kept under: a positive number that never changes and that no other series has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream(pub i64);

/// One time series.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSeries {
    /// What its values are kept under.
    pub stream: Stream,
    /// `timeSeriesId`: `{asset}:{property}`, or a UUID while it belongs to no property.
    pub id: String,
    /// Name of its own, unique in account and Region.
    pub alias: Option<String>,
    /// Whose values it holds, if it is associated.
    pub property: Option<(AssetId, PropertyId)>,
    /// What its values are.
    pub data_type: DataType,
    /// What a STRUCT holds.
    pub data_type_spec: Option<String>,
    /// Whether values ever arrived.
    pub has_data: bool,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When its alias or association last changed.
    pub updated_at: Timestamp,
}

/// Enters the operations on time series.
pub fn register(table: &mut Table) {
    table.write::<op::AssociateTimeSeriesToAssetProperty>(associate::associate);
    table.write::<op::DisassociateTimeSeriesFromAssetProperty>(disassociate::disassociate);
    table.read::<op::DescribeTimeSeries>(describe::describe);
    table.read::<op::ListTimeSeries>(list::list);
    table.write::<op::DeleteTimeSeries>(delete::delete);
}

/// Names a time series of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a time series inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("time-series/{id}")
}

/// Makes the id of the series of a property.
pub fn associated_id(asset_id: &AssetId, property_id: &PropertyId) -> String {
    format!("{asset_id}:{property_id}")
}

/// Finds a series by the id that the API shows, in either form.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<TimeSeries>, ::store::Error> {
    match id.split_once(':') {
        None => table::free_by_id(tx, place, id),
        Some((asset, property)) => match (AssetId::parse(asset), PropertyId::parse(property)) {
            (Some(asset), Some(property)) => table::by_property(tx, place, &asset, &property),
            _ => Ok(None),
        },
    }
}

/// How a request names a series.
pub enum Named<'a> {
    /// By its alias.
    Alias(&'a str),
    /// By the asset and property that it belongs to.
    Property(CustomId, CustomId),
}

impl<'a> Named<'a> {
    /// Reads the three members that name a series: the alias, or both ids. Neither, all, or half a pair is
    /// `InvalidRequestException` (assumed).
    pub fn read(
        alias: Option<&'a str>,
        asset_id: Option<&str>,
        property_id: Option<&str>,
    ) -> Result<Self, Error> {
        match (alias, asset_id, property_id) {
            (Some(alias), None, None) => Ok(Self::Alias(alias)),
            (None, Some(asset), Some(property)) => {
                Ok(Self::Property(custom_id("assetId", asset)?, custom_id("propertyId", property)?))
            }
            (None, Some(_), None) => Err(invalid("assetId needs propertyId beside it")),
            (None, None, Some(_)) => Err(invalid("propertyId needs assetId beside it")),
            (None, None, None) => Err(invalid("either alias or assetId and propertyId are required")),
            (Some(_), ..) => Err(invalid("alias excludes assetId and propertyId: one way names the series")),
        }
    }

    /// Asks whether the caller may, then finds the series, and its asset if it has one.
    ///
    /// Errors in the order of their checks, all `ResourceNotFoundException`: unknown asset, unknown property, unknown
    /// series.
    pub fn load(&self, tx: &mut Tx, call: &Call, action: &str) -> Result<(TimeSeries, Option<Asset>), Error> {
        let place = Place::of(call);
        let (alias, (asset_id, property_id)) = match self {
            Self::Alias(alias) => (*alias, (None, None)),
            Self::Property(asset, property) => ("", (Some(asset), Some(property))),
        };
        if let (Some(asset_id), Some(property_id)) = (asset_id, property_id) {
            let asset = asset::load(tx, call, action, asset_id)?;
            let definition = asset.definition(tx, call)?;
            let property = asset::property::find(&definition, &asset, property_id)?.0;
            let id = associated_id(&asset.id, &property.id);
            call.allow(tx, action, &arn(call, &id))?;
            let series = table::by_property(tx, place, &asset.id, &property.id)?;
            return series.map(|series| (series, Some(asset))).ok_or_else(|| {
                not_found(format!("Time series with id {id} not found: it has neither an alias nor values"))
            });
        }
        let series = table::by_alias(tx, place, alias)?;
        call.allow(tx, action, &arn(call, series.as_ref().map_or("*", |series| &series.id)))?;
        let series = series.ok_or_else(|| missing(alias))?;
        let asset = match &series.property {
            Some((asset, _)) => asset::table::by_id(tx, place, asset.as_str())?,
            None => None,
        };
        if let Some(asset) = &asset {
            call.allow(tx, action, &asset.arn(call))?;
        }
        Ok((series, asset))
    }
}

/// Says that no series has an alias.
pub fn missing(alias: &str) -> Error {
    not_found(format!("Time series with alias {alias} not found"))
}

/// Checks that an alias can be kept (assumed: AWS's own texts name 1,000 bytes and 2,048 characters).
pub fn check_alias(member: &str, alias: &str) -> Result<(), Error> {
    if alias.len() <= ALIAS_BYTES_MAX {
        return Ok(());
    }
    Err(invalid(format!("{member} has {} bytes; an alias has at most {ALIAS_BYTES_MAX}", alias.len())))
}

/// Refuses a request about a workspace, since there are none: what lives in one can't be found (assumed).
pub fn check_workspace(workspace_name: Option<&str>) -> Result<(), Error> {
    match workspace_name {
        None => Ok(()),
        Some(name) => Err(not_found(format!("Workspace with name {name} not found"))),
    }
}

/// Makes a series that belongs to no property the one of a property of an asset; its values become the property's.
///
/// The series takes its tags along to its new ARN (assumed).
pub fn attach(
    tx: &mut Tx,
    place: Place<'_>,
    series: TimeSeries,
    asset: &Asset,
    property: &Property,
) -> Result<(), ::store::Error> {
    let id = associated_id(&asset.id, &property.id);
    crate::tag::table::move_all(tx, place, &resource(&series.id), &resource(&id))?;
    let updated_at = tx.now();
    let pair = Some((asset.id.clone(), property.id.clone()));
    table::update(tx, place, &TimeSeries { id, property: pair, updated_at, ..series })
}
