//! Rows of first sights: when a version that its index gives no time for was first listed to somebody of the domain.

use std::collections::BTreeMap;

use model::Timestamp;
use service::page::key_within;
use store::{Error, Tx, Value};

use crate::domain::DomainKey;
use crate::name::Coordinates;
use crate::package::table::part;

/// Longest key of a version: with two keys of a package an index entry stays below PostgreSQL's 2704 bytes.
const VERSION_BYTES_MAX: usize = 1024;

fn version_key(version: &str) -> Value<'_> {
    Value::Text(key_within(version, VERSION_BYTES_MAX))
}

fn key<'a>(domain: &'a DomainKey, package: &'a Coordinates) -> Vec<Value<'a>> {
    vec![
        (&domain.account).into(),
        (&domain.region).into(),
        (&domain.name).into(),
        package.format.as_str().into(),
        Value::Text(part(&package.namespace)),
        Value::Text(part(&package.name)),
    ]
}

/// Reads when the versions of a package were first seen, by the keys of their names.
pub(super) fn all(
    tx: &mut Tx,
    domain: &DomainKey,
    package: &Coordinates,
) -> Result<BTreeMap<String, Timestamp>, Error> {
    let rows = tx.query(
        "SELECT version, seen_at FROM codeartifact_first_sight
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND format = ?4 AND namespace = ?5 AND package = ?6",
        &key(domain, package),
        |row| Ok((row.text(0)?, row.timestamp(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// Remembers that a version was seen now, unless it was seen before.
pub(super) fn put(
    tx: &mut Tx,
    domain: &DomainKey,
    package: &Coordinates,
    version: &str,
) -> Result<(), Error> {
    let mut params = key(domain, package);
    params.extend([version_key(version), tx.now().into()]);
    tx.execute(
        "INSERT INTO codeartifact_first_sight
             (account, region, domain, format, namespace, package, version, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, region, domain, format, namespace, package, version) DO NOTHING",
        &params,
    )?;
    Ok(())
}

/// Forgets what was seen in a domain that is deleted.
pub(crate) fn delete(tx: &mut Tx, domain: &DomainKey) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_first_sight WHERE account = ?1 AND region = ?2 AND domain = ?3",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into()],
    )?;
    Ok(())
}

/// Gives the key under which a version is remembered.
pub(super) fn seen_as(version: &str) -> std::borrow::Cow<'_, str> {
    key_within(version, VERSION_BYTES_MAX)
}
