//! SQL of computations: how far they are, and what the plant looks like to them.

use model::Timestamp;
use series::SeriesKey;
use store::{Error, Tx};

use super::note::Progress;
use crate::asset_model::Version;
use crate::id::{AssetId, AssetModelId, HierarchyId, PropertyId};
use crate::place::Place;

/// How far computations are, one row for a server: the log up to `done_to` need not be told again.
///
/// What stands in the notes of the log behind that is newer.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_computation (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    fired_to INTEGER NOT NULL,
    done_to INTEGER NOT NULL,
    closed_to INTEGER NOT NULL,
    PRIMARY KEY (account, region)
);
";

/// Account and Region of the one row: it is the server's, and of no account.
const SERVER: &str = "";

/// Reads how far computations were when that was kept last.
pub fn progress(tx: &mut Tx) -> Result<Option<Progress>, Error> {
    tx.query_one(
        "SELECT fired_to, done_to, closed_to FROM sitewise_computation WHERE account = ?1 AND region = ?1",
        &[SERVER.into()],
        |row| {
            let position = |column| -> Result<u64, Error> { Ok(row.integer(column)?.unsigned_abs()) };
            Ok(Progress { fired: position(0)?, done: position(1)?, closed_s: row.integer(2)? })
        },
    )
}

/// Keeps how far computations are.
pub fn put_progress(tx: &mut Tx, progress: &Progress) -> Result<(), Error> {
    let position = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO sitewise_computation (account, region, fired_to, done_to, closed_to)
         VALUES (?1, ?1, ?2, ?3, ?4)
         ON CONFLICT (account, region) DO UPDATE SET
             fired_to = excluded.fired_to, done_to = excluded.done_to, closed_to = excluded.closed_to",
        &[
            SERVER.into(),
            position(progress.fired).into(),
            position(progress.done).into(),
            progress.closed_s.into(),
        ],
    )?;
    Ok(())
}

/// An asset model in force, of any account and Region.
pub struct ActiveModel {
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// Id.
    pub id: AssetModelId,
    /// The version in force.
    pub version: Version,
    /// When the last version was accepted.
    pub updated_at: Timestamp,
}

/// Lists the asset models in force of all accounts and Regions.
pub fn models(tx: &mut Tx) -> Result<Vec<ActiveModel>, Error> {
    tx.query(
        "SELECT account, region, id, active_version, active_etag, updated_at FROM sitewise_asset_model
         WHERE model_type = 'ASSET_MODEL' AND active_version IS NOT NULL ORDER BY account, region, id",
        &[],
        |row| {
            Ok(ActiveModel {
                account: row.text(0)?,
                region: row.text(1)?,
                id: AssetModelId::stored(row.text(2)?),
                version: Version { number: row.integer(3)?, etag: row.text(4)? },
                updated_at: row.timestamp(5)?,
            })
        },
    )
}

/// An asset as far as computations look at it.
pub struct Found {
    /// Id.
    pub id: AssetId,
    /// When it was created.
    pub created_at: Timestamp,
    /// The asset above it, and the hierarchy in which it stands there.
    pub parent: Option<(AssetId, HierarchyId)>,
}

/// Lists the assets of a model that are not about to vanish.
pub fn assets(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Vec<Found>, Error> {
    tx.query(
        "SELECT a.id, a.created_at, CASE WHEN d.id IS NULL THEN a.parent_id END,
                CASE WHEN d.id IS NULL THEN a.hierarchy_id END
         FROM sitewise_asset a LEFT JOIN sitewise_dropped_element d
             ON d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy' AND d.id = a.hierarchy_id
         WHERE a.account = ?1 AND a.region = ?2 AND a.model_id = ?3 AND a.created_at >= 0
             AND a.state <> 'DELETING'
         ORDER BY a.created_at, a.id",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| {
            let parent = row.optional_text(2)?.map(AssetId::stored);
            let hierarchy = row.optional_text(3)?.map(HierarchyId::stored);
            Ok(Found {
                id: AssetId::stored(row.text(0)?),
                created_at: row.timestamp(1)?,
                parent: parent.zip(hierarchy),
            })
        },
    )
}

/// A stream of values and the property of the asset that it belongs to.
pub type OfProperty = (SeriesKey, AssetId, PropertyId);

/// Lists the streams of the assets of a model.
pub fn streams(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Vec<OfProperty>, Error> {
    tx.query(
        "SELECT s.stream, s.asset_id, s.property_id
         FROM sitewise_asset a JOIN sitewise_time_series s
             ON s.account = a.account AND s.region = a.region AND s.asset_id = a.id AND s.property_id > ''
         WHERE a.account = ?1 AND a.region = ?2 AND a.model_id = ?3 AND a.created_at >= 0",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| {
            let (stream, asset, property) = (row.integer(0)?, row.text(1)?, row.text(2)?);
            Ok((SeriesKey(stream.unsigned_abs()), AssetId::stored(asset), PropertyId::stored(property)))
        },
    )
}

/// Finds the property to which a stream belongs, with account and Region.
pub fn of_stream(
    tx: &mut Tx,
    key: SeriesKey,
) -> Result<Option<(String, String, AssetId, PropertyId)>, Error> {
    let stream = i64::try_from(key.0).unwrap_or(i64::MAX);
    let found = tx.query_one(
        "SELECT account, region, asset_id, property_id FROM sitewise_time_series WHERE stream = ?1",
        &[stream.into()],
        |row| {
            let asset = row.optional_text(2)?.map(AssetId::stored);
            let property = row.optional_text(3)?.map(PropertyId::stored);
            Ok((row.text(0)?, row.text(1)?, asset.zip(property)))
        },
    )?;
    Ok(found.and_then(|(account, region, property)| {
        property.map(|(asset, property)| (account, region, asset, property))
    }))
}
