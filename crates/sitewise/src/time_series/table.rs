//! SQL of time series: which streams of values there are, under which alias, of which property of which asset.

use model::Timestamp;
use store::{Error, Row, Tx, Value};

use super::store::Which;
use super::{Stream, TimeSeries};
use crate::asset_model::property::DataType;
use crate::id::{AssetId, PropertyId};
use crate::place::Place;

/// Time series, and the orders to forget the values of those that are gone.
///
/// - `stream` is what values are kept under: it never changes, whoever the series belongs to, and no two series of
///   the whole database share it.
/// - `id` is what the API shows: `{asset}:{property}`, or a UUID while the series belongs to no property.
/// - A row stands only while there is an alias or were values (`has_data`).
/// - An order outlives its row until the values are gone.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_time_series (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    stream INTEGER NOT NULL,
    id TEXT NOT NULL,
    alias TEXT,
    asset_id TEXT,
    property_id TEXT,
    data_type TEXT NOT NULL,
    data_type_spec TEXT,
    has_data INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, stream)
);
CREATE UNIQUE INDEX sitewise_time_series_stream ON sitewise_time_series (stream);
CREATE UNIQUE INDEX sitewise_time_series_alias ON sitewise_time_series (account, region, alias)
    WHERE alias IS NOT NULL;
CREATE UNIQUE INDEX sitewise_time_series_property ON sitewise_time_series (account, region, asset_id, property_id)
    WHERE asset_id IS NOT NULL;
CREATE INDEX sitewise_time_series_dropped ON sitewise_time_series (account, region, property_id, asset_id)
    WHERE property_id IS NOT NULL;
CREATE UNIQUE INDEX sitewise_time_series_free_id ON sitewise_time_series (account, region, id)
    WHERE asset_id IS NULL;
CREATE INDEX sitewise_time_series_created ON sitewise_time_series (account, region, created_at, stream);
CREATE INDEX sitewise_time_series_free ON sitewise_time_series (account, region, created_at, stream)
    WHERE asset_id IS NULL;

CREATE TABLE sitewise_series_deletion (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    stream INTEGER NOT NULL,
    ordered_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, stream)
);
CREATE UNIQUE INDEX sitewise_series_deletion_stream ON sitewise_series_deletion (stream);
CREATE INDEX sitewise_series_deletion_ordered ON sitewise_series_deletion (ordered_at, stream);
";

/// Begins a statement over series; those of a property that its model has just lost are gone for every reader,
/// though their rows go in batches.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.stream, s.id, s.alias, s.asset_id, s.property_id, s.data_type, s.data_type_spec, s.has_data,
                    s.created_at, s.updated_at
             FROM sitewise_time_series s
             WHERE s.account = ?1 AND s.region = ?2 AND NOT EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = s.account AND d.region = s.region AND d.kind = 'property'
                     AND d.id = s.property_id) ",
            $rest
        )
    };
}

/// Makes the three statements that remove a selection of rows: orders for the streams with values, tags, rows.
macro_rules! forgetting {
    ($which:literal) => {
        [
            concat!(
                "INSERT INTO sitewise_series_deletion (account, region, stream, ordered_at)
                 SELECT account, region, stream, CAST(?5 AS BIGINT) FROM sitewise_time_series
                 WHERE account = ?1 AND region = ?2 AND has_data = 1 AND ",
                $which
            ),
            concat!(
                "DELETE FROM sitewise_tag
                 WHERE account = ?1 AND region = ?2 AND resource IN (
                     SELECT 'time-series/' || id FROM sitewise_time_series
                     WHERE account = ?1 AND region = ?2 AND ",
                $which,
                ")"
            ),
            concat!("DELETE FROM sitewise_time_series WHERE account = ?1 AND region = ?2 AND ", $which),
        ]
    };
}

fn series(row: &Row<'_>) -> Result<TimeSeries, Error> {
    let property = match (row.optional_text(3)?, row.optional_text(4)?) {
        (Some(asset), Some(property)) => Some((AssetId::stored(asset), PropertyId::stored(property))),
        _ => None,
    };
    let data_type = row.str(5)?;
    Ok(TimeSeries {
        stream: Stream(row.integer(0)?),
        id: row.text(1)?,
        alias: row.optional_text(2)?,
        property,
        data_type: DataType::parse(data_type)
            .ok_or_else(|| Error::Broken(format!("a time series has the unknown data type {data_type}")))?,
        data_type_spec: row.optional_text(6)?,
        has_data: row.flag(7)?,
        created_at: row.timestamp(8)?,
        updated_at: row.timestamp(9)?,
    })
}

/// Finds the series with an alias.
pub fn by_alias(tx: &mut Tx, place: Place<'_>, alias: &str) -> Result<Option<TimeSeries>, Error> {
    tx.query_one(
        select!("AND s.alias = ?3"),
        &[place.account.into(), place.region.into(), alias.into()],
        series,
    )
}

/// Finds the series of a property of an asset.
pub fn by_property(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    property_id: &PropertyId,
) -> Result<Option<TimeSeries>, Error> {
    tx.query_one(
        select!("AND s.asset_id = ?3 AND s.property_id = ?4"),
        &[place.account.into(), place.region.into(), asset_id.as_str().into(), property_id.as_str().into()],
        series,
    )
}

/// Finds the series that belongs to no property by the id that the API shows.
pub fn free_by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<TimeSeries>, Error> {
    tx.query_one(
        select!("AND s.asset_id IS NULL AND s.id = ?3"),
        &[place.account.into(), place.region.into(), id.into()],
        series,
    )
}

/// Finds the stream that still holds an alias though its property is gone from the model.
pub fn dropped_by_alias(tx: &mut Tx, place: Place<'_>, alias: &str) -> Result<Option<Stream>, Error> {
    tx.query_one(
        "SELECT s.stream FROM sitewise_time_series s JOIN sitewise_dropped_element d
             ON d.account = s.account AND d.region = s.region AND d.kind = 'property' AND d.id = s.property_id
         WHERE s.account = ?1 AND s.region = ?2 AND s.alias = ?3",
        &[place.account.into(), place.region.into(), alias.into()],
        |row| row.integer(0).map(Stream),
    )
}

/// Says whether no series and no order of the whole database has a stream.
pub fn is_free(tx: &mut Tx, stream: Stream) -> Result<bool, Error> {
    let taken = tx.query_one(
        "SELECT 1 FROM sitewise_time_series WHERE stream = ?1
         UNION ALL SELECT 1 FROM sitewise_series_deletion WHERE stream = ?1",
        &[stream.0.into()],
        |_| Ok(()),
    )?;
    Ok(taken.is_none())
}

/// Inserts a new series.
pub fn insert(tx: &mut Tx, place: Place<'_>, series: &TimeSeries) -> Result<(), Error> {
    let property = series.property.as_ref();
    tx.execute(
        "INSERT INTO sitewise_time_series
             (account, region, stream, id, alias, asset_id, property_id, data_type, data_type_spec, has_data,
              created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            place.account.into(),
            place.region.into(),
            series.stream.0.into(),
            series.id.as_str().into(),
            (&series.alias).into(),
            property.map(|(asset, _)| asset.as_str()).into(),
            property.map(|(_, property)| property.as_str()).into(),
            series.data_type.as_str().into(),
            (&series.data_type_spec).into(),
            series.has_data.into(),
            series.created_at.into(),
            series.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Overwrites what may change of a series: id, alias, whose it is, whether it has values, and the date.
pub fn update(tx: &mut Tx, place: Place<'_>, series: &TimeSeries) -> Result<(), Error> {
    let property = series.property.as_ref();
    tx.execute(
        "UPDATE sitewise_time_series
         SET id = ?4, alias = ?5, asset_id = ?6, property_id = ?7, has_data = ?8, updated_at = ?9
         WHERE account = ?1 AND region = ?2 AND stream = ?3",
        &[
            place.account.into(),
            place.region.into(),
            series.stream.0.into(),
            series.id.as_str().into(),
            (&series.alias).into(),
            property.map(|(asset, _)| asset.as_str()).into(),
            property.map(|(_, property)| property.as_str()).into(),
            series.has_data.into(),
            series.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Aliases between which a list is confined: from the first, up to but without the second.
pub type Aliases<'a> = Option<(&'a str, &'a str)>;

/// Lists the series of an asset in the order of their creation, after a time and a stream.
pub fn list_of_asset(
    tx: &mut Tx,
    place: Place<'_>,
    asset_id: &AssetId,
    aliases: Aliases<'_>,
    (created_at, stream): (i64, i64),
    limit: i64,
) -> Result<Vec<TimeSeries>, Error> {
    let (from, to) = aliases.unwrap_or_default();
    tx.query(
        select!(
            "AND s.asset_id = ?3 AND (?5 = '' OR (s.alias >= ?4 AND s.alias < ?5))
                 AND s.property_id > '' AND (s.created_at + 0, s.stream) > (?6, ?7)
             ORDER BY s.created_at + 0, s.stream LIMIT ?8"
        ),
        &[
            place.account.into(),
            place.region.into(),
            asset_id.as_str().into(),
            from.into(),
            to.into(),
            created_at.into(),
            stream.into(),
            limit.into(),
        ],
        series,
    )
}

/// Lists the series between two aliases in the order of their aliases, after one of them; those with or without a
/// property, or all.
pub fn list_by_alias(
    tx: &mut Tx,
    place: Place<'_>,
    (from, to): (&str, &str),
    associated: Option<bool>,
    after: &str,
    limit: i64,
) -> Result<Vec<TimeSeries>, Error> {
    let wanted = associated.map_or(2, i64::from);
    tx.query(
        select!(
            "AND s.alias >= ?3 AND s.alias < ?4 AND s.alias > ?5
                 AND (CAST(?6 AS BIGINT) = 2 OR (s.asset_id IS NULL AND CAST(?6 AS BIGINT) = 0)
                     OR (s.asset_id IS NOT NULL AND CAST(?6 AS BIGINT) = 1))
             ORDER BY s.alias LIMIT ?7"
        ),
        &[
            place.account.into(),
            place.region.into(),
            from.into(),
            to.into(),
            after.into(),
            wanted.into(),
            limit.into(),
        ],
        series,
    )
}

/// Lists series in the order of their creation, after a time and a stream: those with or without a property, or
/// all.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    associated: Option<bool>,
    (created_at, stream): (i64, i64),
    limit: i64,
) -> Result<Vec<TimeSeries>, Error> {
    let sql = match associated {
        None => select!("AND (s.created_at, s.stream) > (?3, ?4) ORDER BY s.created_at, s.stream LIMIT ?5"),
        Some(true) => select!(
            "AND (s.created_at, s.stream) > (?3, ?4) AND s.property_id IS NOT NULL
             ORDER BY s.created_at, s.stream LIMIT ?5"
        ),
        Some(false) => select!(
            "AND (s.created_at, s.stream) > (?3, ?4) AND s.asset_id IS NULL
             ORDER BY s.created_at, s.stream LIMIT ?5"
        ),
    };
    tx.query(
        sql,
        &[place.account.into(), place.region.into(), created_at.into(), stream.into(), limit.into()],
        series,
    )
}

/// Removes the rows of a selection with their tags, and leaves an order for each of them that ever had values;
/// answers how many rows there were.
pub fn forget(tx: &mut Tx, place: Place<'_>, which: Which<'_>, now: Timestamp) -> Result<u64, Error> {
    let [orders, tags, rows] = match which {
        Which::Stream(_) => forgetting!("stream = ?3 AND data_type > ?4"),
        Which::Asset(_) => forgetting!("asset_id = ?3 AND property_id > ?4"),
        // Ranges of an index, for a planner that knows nothing of the rows.
        Which::Property(..) => forgetting!("property_id = ?3 AND asset_id <= ?4"),
    };
    let (key, up_to): (Value<'_>, String) = match which {
        Which::Stream(stream) => (stream.0.into(), String::new()),
        Which::Asset(asset_id) => (asset_id.as_str().into(), String::new()),
        Which::Property(property_id, limit) => match last_of_batch(tx, place, property_id, limit)? {
            Some(last) => (property_id.as_str().into(), last),
            None => return Ok(0),
        },
    };
    let [account, region]: [Value<'_>; 2] = [place.account.into(), place.region.into()];
    tx.execute(orders, &[account.clone(), region.clone(), key.clone(), (&up_to).into(), now.into()])?;
    tx.execute(tags, &[account.clone(), region.clone(), key.clone(), (&up_to).into()])?;
    tx.execute(rows, &[account, region, key, up_to.into()])
}

/// Finds the last of the first `limit` assets with a series of a property, in the order of their ids.
fn last_of_batch(
    tx: &mut Tx,
    place: Place<'_>,
    property_id: &PropertyId,
    limit: i64,
) -> Result<Option<String>, Error> {
    let assets = tx.query(
        "SELECT asset_id FROM sitewise_time_series
         WHERE account = ?1 AND region = ?2 AND property_id = ?3 AND asset_id > '' ORDER BY asset_id LIMIT ?4",
        &[place.account.into(), place.region.into(), property_id.as_str().into(), limit.into()],
        |row| row.text(0),
    )?;
    Ok(assets.into_iter().last())
}

/// Lists the oldest orders, in any account and Region.
pub fn orders(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String, Stream)>, Error> {
    tx.query(
        "SELECT account, region, stream FROM sitewise_series_deletion ORDER BY ordered_at, stream LIMIT ?1",
        &[limit.into()],
        |row| Ok((row.text(0)?, row.text(1)?, Stream(row.integer(2)?))),
    )
}

/// Removes an order.
pub fn delete_order(tx: &mut Tx, place: Place<'_>, stream: Stream) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_series_deletion WHERE account = ?1 AND region = ?2 AND stream = ?3",
        &[place.account.into(), place.region.into(), stream.0.into()],
    )?;
    Ok(())
}

/// Lists the accounts and Regions that have series; each of them is looked up behind the one before.
pub fn places(tx: &mut Tx) -> Result<Vec<(String, String)>, Error> {
    let mut places: Vec<(String, String)> = Vec::new();
    loop {
        let (account, region) = places.last().cloned().unwrap_or_default();
        let next = tx.query_one(
            "SELECT account, region FROM sitewise_time_series WHERE (account, region) > (?1, ?2)
             ORDER BY account, region LIMIT 1",
            &[account.into(), region.into()],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )?;
        match next {
            Some(place) => places.push(place),
            None => return Ok(places),
        }
    }
}

/// Lists streams of a place in the order of their numbers, behind one of them.
pub fn streams(tx: &mut Tx, place: Place<'_>, after: i64, limit: i64) -> Result<Vec<Stream>, Error> {
    tx.query(
        "SELECT stream FROM sitewise_time_series WHERE account = ?1 AND region = ?2 AND stream > ?3
         ORDER BY stream LIMIT ?4",
        &[place.account.into(), place.region.into(), after.into(), limit.into()],
        |row| Ok(Stream(row.integer(0)?)),
    )
}
