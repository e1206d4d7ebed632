//! SQL of tags; `resource` is the part of an ARN after the account.

use std::collections::BTreeMap;

use store::{Error, Tx};

use crate::place::Place;

/// Sets one tag.
pub fn put(tx: &mut Tx, place: Place<'_>, resource: &str, key: &str, value: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_tag (account, region, resource, tag_key, value) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, region, resource, tag_key) DO UPDATE SET value = excluded.value",
        &[place.account.into(), place.region.into(), resource.into(), key.into(), value.into()],
    )?;
    Ok(())
}

/// Removes one tag, if it is there.
pub fn delete(tx: &mut Tx, place: Place<'_>, resource: &str, key: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_tag WHERE account = ?1 AND region = ?2 AND resource = ?3 AND tag_key = ?4",
        &[place.account.into(), place.region.into(), resource.into(), key.into()],
    )?;
    Ok(())
}

/// Removes all tags of a resource.
pub fn delete_all(tx: &mut Tx, place: Place<'_>, resource: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_tag WHERE account = ?1 AND region = ?2 AND resource = ?3",
        &[place.account.into(), place.region.into(), resource.into()],
    )?;
    Ok(())
}

/// Gives the tags of a resource to another one, which has none yet.
pub fn move_all(tx: &mut Tx, place: Place<'_>, from: &str, to: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_tag SET resource = ?4 WHERE account = ?1 AND region = ?2 AND resource = ?3",
        &[place.account.into(), place.region.into(), from.into(), to.into()],
    )?;
    Ok(())
}

/// Counts the tags of a resource.
pub fn count(tx: &mut Tx, place: Place<'_>, resource: &str) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_tag WHERE account = ?1 AND region = ?2 AND resource = ?3",
        &[place.account.into(), place.region.into(), resource.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Lists the tags of a resource.
pub fn list(tx: &mut Tx, place: Place<'_>, resource: &str) -> Result<BTreeMap<String, String>, Error> {
    let tags = tx.query(
        "SELECT tag_key, value FROM sitewise_tag WHERE account = ?1 AND region = ?2 AND resource = ?3",
        &[place.account.into(), place.region.into(), resource.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    Ok(tags.into_iter().collect())
}
