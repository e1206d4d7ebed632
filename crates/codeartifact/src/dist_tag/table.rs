//! Rows of dist-tags.

use std::collections::BTreeMap;

use store::{Error, Tx};

use crate::name::Coordinates;
use crate::package::table::key;
use crate::repository::RepositoryKey;

pub(crate) fn list(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<BTreeMap<String, String>, Error> {
    let tags = tx.query(
        "SELECT tag, version FROM codeartifact_dist_tag
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7",
        &key(repository, package),
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    Ok(tags.into_iter().collect())
}

pub(crate) fn put(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    tag: &str,
    version: &str,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.extend([tag.into(), version.into()]);
    tx.execute(
        "INSERT INTO codeartifact_dist_tag
             (account, region, domain, repository, format, namespace, package, tag, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (account, region, domain, repository, format, namespace, package, tag)
         DO UPDATE SET version = excluded.version",
        &params,
    )?;
    Ok(())
}

/// Deletes a tag; says whether it was there.
pub(crate) fn delete(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    tag: &str,
) -> Result<bool, Error> {
    let mut params = key(repository, package);
    params.push(tag.into());
    let gone = tx.execute(
        "DELETE FROM codeartifact_dist_tag
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7 AND tag = ?8",
        &params,
    )?;
    Ok(gone > 0)
}
