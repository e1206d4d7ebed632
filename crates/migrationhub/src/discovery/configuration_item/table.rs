//! SQL of the configuration items, and of what tells them apart when they are matched.

use std::collections::BTreeMap;

use store::{Error, Row, Tx};

use super::{Item, ItemKind, identity};
use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE configuration_item (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        attributes TEXT NOT NULL,
        import_task_id TEXT,
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, configuration_id)
    );
    CREATE INDEX configuration_item_kind ON configuration_item (account, region, kind, configuration_id);
    CREATE INDEX configuration_item_import ON configuration_item (account, region, import_task_id);
    CREATE TABLE configuration_item_identity (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        class TEXT NOT NULL,
        value TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        PRIMARY KEY (account, region, class, value, configuration_id)
    );
    CREATE INDEX configuration_item_identity_item
        ON configuration_item_identity (account, region, configuration_id);
";

/// Reads an item.
pub(crate) fn get(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Option<Item>, Error> {
    tx.query_one(
        "SELECT configuration_id, kind, attributes, import_task_id, created_at, modified_at
         FROM configuration_item WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
        item,
    )
}

/// Writes an item, new or not, and what tells it apart.
pub(crate) fn put(tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<(), Error> {
    let attributes = serde_json::to_string(&item.attributes).map_err(unreadable)?;
    tx.execute(
        "INSERT INTO configuration_item (account, region, configuration_id, kind, attributes, import_task_id,
                                         created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, region, configuration_id)
         DO UPDATE SET attributes = excluded.attributes, modified_at = excluded.modified_at",
        &[
            at.account.into(),
            at.region.into(),
            (&item.configuration_id).into(),
            item.kind.as_str().into(),
            attributes.into(),
            item.import_task_id.as_deref().into(),
            item.created_at.into(),
            item.modified_at.into(),
        ],
    )?;
    delete_identities(tx, at, &item.configuration_id)?;
    for (class, value) in identity::of(item) {
        tx.execute(
            "INSERT INTO configuration_item_identity (account, region, class, value, configuration_id)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, region, class, value, configuration_id) DO NOTHING",
            &[
                at.account.into(),
                at.region.into(),
                class.as_str().into(),
                identity::key(&value).as_ref().into(),
                (&item.configuration_id).into(),
            ],
        )?;
    }
    Ok(())
}

/// Moves the time of an item's last change.
pub(crate) fn touch(tx: &mut Tx, at: Place<'_>, id: &str, now: model::Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE configuration_item SET modified_at = ?4
         WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), id.into(), now.into()],
    )?;
    Ok(())
}

/// Removes an item's own rows.
pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<(), Error> {
    delete_identities(tx, at, id)?;
    tx.execute(
        "DELETE FROM configuration_item WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
    )?;
    Ok(())
}

fn delete_identities(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM configuration_item_identity
         WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
    )?;
    Ok(())
}

/// Lists items of one kind after an id, by id.
pub(crate) fn list(
    tx: &mut Tx,
    at: Place<'_>,
    kind: ItemKind,
    after: &str,
    limit: i64,
) -> Result<Vec<Item>, Error> {
    tx.query(
        "SELECT configuration_id, kind, attributes, import_task_id, created_at, modified_at
         FROM configuration_item
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND configuration_id > ?4
         ORDER BY configuration_id LIMIT ?5",
        &[at.account.into(), at.region.into(), kind.as_str().into(), after.into(), limit.into()],
        item,
    )
}

/// Names up to `limit` items that an import task created.
pub(crate) fn imported_by(
    tx: &mut Tx,
    at: Place<'_>,
    import_task_id: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT configuration_id FROM configuration_item
         WHERE account = ?1 AND region = ?2 AND import_task_id = ?3 ORDER BY configuration_id LIMIT ?4",
        &[at.account.into(), at.region.into(), import_task_id.into(), limit.into()],
        |row| row.text(0),
    )
}

/// Counts the items of a kind.
pub(crate) fn count(tx: &mut Tx, at: Place<'_>, kind: ItemKind) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM configuration_item WHERE account = ?1 AND region = ?2 AND kind = ?3",
        &[at.account.into(), at.region.into(), kind.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Counts the servers that imports created.
pub(crate) fn count_imported(tx: &mut Tx, at: Place<'_>) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM configuration_item
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND import_task_id IS NOT NULL",
        &[at.account.into(), at.region.into(), ItemKind::Server.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Names up to `limit` items that have a value of a class.
pub(crate) fn with_identity(
    tx: &mut Tx,
    at: Place<'_>,
    class: identity::Class,
    value: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT configuration_id FROM configuration_item_identity
         WHERE account = ?1 AND region = ?2 AND class = ?3 AND value = ?4
         ORDER BY configuration_id LIMIT ?5",
        &[
            at.account.into(),
            at.region.into(),
            class.as_str().into(),
            identity::key(value).as_ref().into(),
            limit.into(),
        ],
        |row| row.text(0),
    )
}

fn item(row: &Row<'_>) -> Result<Item, Error> {
    let kind = row.text(1)?;
    let kind =
        ItemKind::parse(&kind).ok_or_else(|| Error::Broken(format!("a configuration item is a {kind}")))?;
    let attributes: BTreeMap<String, String> = serde_json::from_str(&row.text(2)?).map_err(unreadable)?;
    Ok(Item {
        configuration_id: row.text(0)?,
        kind,
        attributes,
        import_task_id: row.optional_text(3)?,
        created_at: row.timestamp(4)?,
        modified_at: row.timestamp(5)?,
    })
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Broken(format!("the attributes of a configuration item: {error}"))
}
