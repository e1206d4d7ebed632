//! Rows of tags, by the ARN of what they are on, or by its bounded key where it is long: the pattern of a package group
//! may have 520 characters.

use service::page;
use store::{Error, Tx};

use crate::domain::DomainKey;

pub(crate) fn list(tx: &mut Tx, domain: &DomainKey, resource: &str) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT key, value FROM codeartifact_tag
         WHERE account = ?1 AND region = ?2 AND resource = ?3 ORDER BY key",
        &[(&domain.account).into(), (&domain.region).into(), page::key(resource).into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

pub(crate) fn put(
    tx: &mut Tx,
    domain: &DomainKey,
    resource: &str,
    key: &str,
    value: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO codeartifact_tag (account, region, resource, key, value) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, region, resource, key) DO UPDATE SET value = excluded.value",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            page::key(resource).into(),
            key.into(),
            value.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx, domain: &DomainKey, resource: &str, key: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_tag WHERE account = ?1 AND region = ?2 AND resource = ?3 AND key = ?4",
        &[(&domain.account).into(), (&domain.region).into(), page::key(resource).into(), key.into()],
    )?;
    Ok(())
}

pub(crate) fn delete_all(tx: &mut Tx, domain: &DomainKey, resource: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_tag WHERE account = ?1 AND region = ?2 AND resource = ?3",
        &[(&domain.account).into(), (&domain.region).into(), page::key(resource).into()],
    )?;
    Ok(())
}
