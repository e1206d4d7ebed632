//! SQL of what a property of an asset has of its own: alias, unit, notifications.

use std::collections::HashMap;

use store::{Error, Row, Tx};

use super::{Own, Owned};
use crate::data::notified::Topic;
use crate::id::{AssetId, PropertyId};
use crate::place::Place;
use crate::time_series::Stream;

/// What differs from the model; the alias stands in the time series. A property with nothing of its own has no row.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_asset_property (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    property_id TEXT NOT NULL,
    unit TEXT,
    notified INTEGER NOT NULL,
    PRIMARY KEY (account, region, asset_id, property_id)
);
CREATE INDEX sitewise_asset_property_dropped ON sitewise_asset_property (account, region, property_id, asset_id);
";

/// Finds those that are notified, of all accounts at once.
pub const NOTIFIED: &str = "
CREATE INDEX sitewise_asset_property_notified ON sitewise_asset_property (account, region, asset_id, property_id)
    WHERE notified = 1;
";

/// Begins a statement over the streams of notified properties and their topics.
macro_rules! topics {
    ($rest:literal) => {
        concat!(
            "SELECT s.stream, p.account, p.region, a.model_id, p.asset_id, p.property_id
             FROM sitewise_asset_property p CROSS JOIN sitewise_time_series s CROSS JOIN sitewise_asset a
             WHERE s.account = p.account AND s.region = p.region AND s.asset_id = p.asset_id
                 AND s.property_id = p.property_id AND a.account = p.account AND a.region = p.region
                 AND a.id = p.asset_id AND p.notified = 1",
            $rest
        )
    };
}

fn topic(row: &Row<'_>) -> Result<(Stream, Topic), Error> {
    let topic = Topic {
        account: row.text(1)?,
        region: row.text(2)?,
        model: row.text(3)?,
        asset: row.text(4)?,
        property: row.text(5)?,
    };
    Ok((Stream(row.integer(0)?), topic))
}

/// Lists the streams of all notified properties with their topics, those of every account and Region.
pub fn notified(tx: &mut Tx) -> Result<Vec<(Stream, Topic)>, Error> {
    tx.query(topics!(""), &[], topic)
}

/// Finds the topic of a property of an asset; nothing if it is not notified or has no stream.
pub fn notified_property(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property_id: &PropertyId,
) -> Result<Option<(Stream, Topic)>, Error> {
    let Place { account, region } = place;
    tx.query_one(
        topics!(" AND p.account = ?1 AND p.region = ?2 AND p.asset_id = ?3 AND p.property_id = ?4"),
        &[account.into(), region.into(), asset_id.as_str().into(), property_id.as_str().into()],
        topic,
    )
}

fn own(row: &Row<'_>) -> Result<(PropertyId, Own), Error> {
    let own = Own { alias: row.optional_text(1)?, unit: row.optional_text(2)?, notified: row.flag(3)? };
    Ok((PropertyId::stored(row.text(0)?), own))
}

/// Finds what the properties of an asset have of their own, all in one statement.
pub fn of_asset(tx: &mut Tx, place: Place<'_>, asset_id: &AssetId) -> Result<Owned, Error> {
    let rows = tx.query(
        "SELECT property_id, alias, NULL, 0 FROM sitewise_time_series
         WHERE account = ?1 AND region = ?2 AND asset_id = ?3 AND property_id > '' AND alias IS NOT NULL
         UNION ALL
         SELECT property_id, NULL, unit, notified FROM sitewise_asset_property
         WHERE account = ?1 AND region = ?2 AND asset_id = ?3",
        &[place.account.into(), place.region.into(), asset_id.as_str().into()],
        own,
    )?;
    Ok(merged(rows))
}

/// Finds what one property of an asset has of its own.
pub fn of_property(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property_id: &PropertyId,
) -> Result<Own, Error> {
    let rows = tx.query(
        "SELECT property_id, alias, NULL, 0 FROM sitewise_time_series
         WHERE account = ?1 AND region = ?2 AND asset_id = ?3 AND property_id = ?4 AND alias IS NOT NULL
         UNION ALL
         SELECT property_id, NULL, unit, notified FROM sitewise_asset_property
         WHERE account = ?1 AND region = ?2 AND asset_id = ?3 AND property_id = ?4",
        &[place.account.into(), place.region.into(), asset_id.as_str().into(), property_id.as_str().into()],
        own,
    )?;
    Ok(merged(rows).take(property_id))
}

/// Puts what stands in two rows together.
fn merged(rows: Vec<(PropertyId, Own)>) -> Owned {
    let mut merged: HashMap<PropertyId, Own> = HashMap::with_capacity(rows.len());
    for (id, row) in rows {
        let own = merged.entry(id).or_default();
        own.alias = own.alias.take().or(row.alias);
        own.unit = own.unit.take().or(row.unit);
        own.notified |= row.notified;
    }
    Owned(merged)
}

/// Keeps unit and notifications of a property.
pub fn put(
    tx: &mut Tx,
    place: Place<'_>,
    (asset_id, property_id): (&AssetId, &PropertyId),
    unit: Option<&str>,
    notified: bool,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_asset_property (account, region, asset_id, property_id, unit, notified)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, region, asset_id, property_id)
             DO UPDATE SET unit = excluded.unit, notified = excluded.notified",
        &[
            place.account.into(),
            place.region.into(),
            asset_id.as_str().into(),
            property_id.as_str().into(),
            unit.into(),
            notified.into(),
        ],
    )?;
    Ok(())
}

/// Removes unit and notifications of a property, if it has any.
pub fn delete(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property_id: &PropertyId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_asset_property
         WHERE account = ?1 AND region = ?2 AND asset_id = ?3 AND property_id = ?4",
        &[place.account.into(), place.region.into(), asset_id.as_str().into(), property_id.as_str().into()],
    )?;
    Ok(())
}

/// Removes units and notifications of all properties of an asset.
pub fn delete_of_asset(tx: &mut Tx, place: Place<'_>, asset_id: &AssetId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_asset_property WHERE account = ?1 AND region = ?2 AND asset_id = ?3",
        &[place.account.into(), place.region.into(), asset_id.as_str().into()],
    )?;
    Ok(())
}

/// Removes units and notifications of a property on up to `limit` assets; answers how many there were.
pub fn delete_of_property(
    tx: &mut Tx,
    place: Place<'_>,
    property_id: &PropertyId,
    limit: i64,
) -> Result<u64, Error> {
    let batch = tx.query(
        "SELECT asset_id FROM sitewise_asset_property
         WHERE account = ?1 AND region = ?2 AND property_id = ?3 ORDER BY asset_id LIMIT ?4",
        &[place.account.into(), place.region.into(), property_id.as_str().into(), limit.into()],
        |row| row.text(0),
    )?;
    let Some(last) = batch.last() else { return Ok(0) };
    tx.execute(
        "DELETE FROM sitewise_asset_property
         WHERE account = ?1 AND region = ?2 AND property_id = ?3 AND asset_id <= ?4",
        &[place.account.into(), place.region.into(), property_id.as_str().into(), last.into()],
    )
}
