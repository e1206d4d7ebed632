//! SQL of what an account configures: one document of each kind in a Region.

use store::{Error, Tx};

use crate::place::Place;

/// Configurations of accounts.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_configuration (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, kind)
);
";

/// Answers the document of a kind; nothing while the account has never put one.
pub fn get(tx: &mut Tx, place: Place<'_>, kind: &str) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT document FROM sitewise_configuration WHERE account = ?1 AND region = ?2 AND kind = ?3",
        &[place.account.into(), place.region.into(), kind.into()],
        |row| row.text(0),
    )
}

/// Lists the documents of a kind that are not as they are when nobody has put one, with their accounts and Regions.
pub fn list(tx: &mut Tx, kind: &str, unset: &str) -> Result<Vec<(String, String, String)>, Error> {
    tx.query(
        "SELECT account, region, document FROM sitewise_configuration WHERE kind = ?1 AND document <> ?2",
        &[kind.into(), unset.into()],
        |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)),
    )
}

/// Keeps the document of a kind, over the one before.
pub fn put(tx: &mut Tx, place: Place<'_>, kind: &str, document: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_configuration (account, region, kind, document) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account, region, kind) DO UPDATE SET document = excluded.document",
        &[place.account.into(), place.region.into(), kind.into(), document.into()],
    )?;
    Ok(())
}
