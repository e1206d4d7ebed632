//! SQL of which servers belong to which applications.

use store::{Error, Tx};

use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE application_member (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        application_id TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        PRIMARY KEY (account, region, application_id, configuration_id)
    );
    CREATE INDEX application_member_server
        ON application_member (account, region, configuration_id, application_id);
";

/// Adds a server to an application; one that belongs to it already stays.
pub(crate) fn put(tx: &mut Tx, at: Place<'_>, application: &str, server: &str) -> Result<bool, Error> {
    let added = tx.execute(
        "INSERT INTO application_member (account, region, application_id, configuration_id)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account, region, application_id, configuration_id) DO NOTHING",
        &[at.account.into(), at.region.into(), application.into(), server.into()],
    )?;
    Ok(added > 0)
}

/// Takes a server out of an application; answers whether it belonged to it.
pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, application: &str, server: &str) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM application_member
         WHERE account = ?1 AND region = ?2 AND application_id = ?3 AND configuration_id = ?4",
        &[at.account.into(), at.region.into(), application.into(), server.into()],
    )?;
    Ok(removed > 0)
}

/// Takes all servers out of an application.
pub(crate) fn delete_application(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM application_member WHERE account = ?1 AND region = ?2 AND application_id = ?3",
        &[at.account.into(), at.region.into(), application.into()],
    )?;
    Ok(())
}

/// Takes a server out of all applications.
pub(crate) fn delete_member(tx: &mut Tx, at: Place<'_>, server: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM application_member WHERE account = ?1 AND region = ?2 AND configuration_id = ?3",
        &[at.account.into(), at.region.into(), server.into()],
    )?;
    Ok(())
}

/// Counts the servers of an application.
pub(crate) fn count(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM application_member WHERE account = ?1 AND region = ?2 AND application_id = ?3",
        &[at.account.into(), at.region.into(), application.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Names the servers of an application, by id.
pub(crate) fn servers_of(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT configuration_id FROM application_member
         WHERE account = ?1 AND region = ?2 AND application_id = ?3 ORDER BY configuration_id",
        &[at.account.into(), at.region.into(), application.into()],
        |row| row.text(0),
    )
}

/// Names the applications of a server, by id.
pub(crate) fn applications_of(tx: &mut Tx, at: Place<'_>, server: &str) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT application_id FROM application_member
         WHERE account = ?1 AND region = ?2 AND configuration_id = ?3 ORDER BY application_id",
        &[at.account.into(), at.region.into(), server.into()],
        |row| row.text(0),
    )
}

/// Counts the servers that belong to an application.
pub(crate) fn count_servers(tx: &mut Tx, at: Place<'_>) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(DISTINCT configuration_id) FROM application_member
         WHERE account = ?1 AND region = ?2",
        &[at.account.into(), at.region.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}
