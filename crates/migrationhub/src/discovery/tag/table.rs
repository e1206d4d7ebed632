//! SQL of the tags of configuration items.

use model::Timestamp;
use service::page::key;
use store::{Error, Row, Tx};

use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE configuration_tag (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        key TEXT NOT NULL,
        tag_key TEXT NOT NULL,
        tag_value TEXT NOT NULL,
        kind TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, configuration_id, key)
    );
";

/// One tag of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub configuration_id: String,
    pub key: String,
    pub value: String,
    /// Whether a SERVER or an APPLICATION bears it.
    pub kind: String,
    pub created_at: Timestamp,
}

/// Sets a tag; a new value renews its time.
pub(crate) fn put(tx: &mut Tx, at: Place<'_>, tag: &Tag) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO configuration_tag (account, region, configuration_id, key, tag_key, tag_value, kind,
                                        created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, region, configuration_id, key)
         DO UPDATE SET tag_value = excluded.tag_value, created_at = excluded.created_at",
        &[
            at.account.into(),
            at.region.into(),
            (&tag.configuration_id).into(),
            key(&tag.key).as_ref().into(),
            (&tag.key).into(),
            (&tag.value).into(),
            (&tag.kind).into(),
            tag.created_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a tag that has this value too; answers whether there was one.
pub(crate) fn delete(
    tx: &mut Tx,
    at: Place<'_>,
    configuration_id: &str,
    tag_key: &str,
    tag_value: &str,
) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM configuration_tag
         WHERE account = ?1 AND region = ?2 AND configuration_id = ?3 AND key = ?4 AND tag_value = ?5",
        &[
            at.account.into(),
            at.region.into(),
            configuration_id.into(),
            key(tag_key).as_ref().into(),
            tag_value.into(),
        ],
    )?;
    Ok(removed > 0)
}

/// Removes all tags of an item.
pub(crate) fn delete_all(tx: &mut Tx, at: Place<'_>, configuration_id: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM configuration_tag WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), configuration_id.into()],
    )?;
    Ok(())
}

/// Lists the tags of an item, by key.
pub(crate) fn of(tx: &mut Tx, at: Place<'_>, configuration_id: &str) -> Result<Vec<Tag>, Error> {
    tx.query(
        "SELECT configuration_id, tag_key, tag_value, kind, created_at FROM configuration_tag
         WHERE account = ?1 AND region = ?2 AND configuration_id = ?3 ORDER BY key",
        &[at.account.into(), at.region.into(), configuration_id.into()],
        tag,
    )
}

/// Lists the tags of all items behind this item and key, by item and key.
pub(crate) fn list(tx: &mut Tx, at: Place<'_>, after: (&str, &str), limit: i64) -> Result<Vec<Tag>, Error> {
    tx.query(
        "SELECT configuration_id, tag_key, tag_value, kind, created_at FROM configuration_tag
         WHERE account = ?1 AND region = ?2 AND (configuration_id, key) > (?3, ?4)
         ORDER BY configuration_id, key LIMIT ?5",
        &[at.account.into(), at.region.into(), after.0.into(), after.1.into(), limit.into()],
        tag,
    )
}

/// Counts the items of a kind that have a tag.
pub(crate) fn count_items(tx: &mut Tx, at: Place<'_>, kind: &str) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(DISTINCT configuration_id) FROM configuration_tag
         WHERE account = ?1 AND region = ?2 AND kind = ?3",
        &[at.account.into(), at.region.into(), kind.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

fn tag(row: &Row<'_>) -> Result<Tag, Error> {
    Ok(Tag {
        configuration_id: row.text(0)?,
        key: row.text(1)?,
        value: row.text(2)?,
        kind: row.text(3)?,
        created_at: row.timestamp(4)?,
    })
}
