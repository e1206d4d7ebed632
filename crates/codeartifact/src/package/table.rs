//! Rows of packages.

use store::{Error, Row, Tx, Value};

use super::{OriginConfiguration, Package, Setting};
use crate::name::{Coordinates, PackageFormat};
use crate::page::limit;
use crate::repository::RepositoryKey;

/// The key columns of a package's rows, in the order of every table below repositories.
pub(crate) fn key<'a>(repository: &'a RepositoryKey, package: &'a Coordinates) -> Vec<Value<'a>> {
    vec![
        (&repository.domain.account).into(),
        (&repository.domain.region).into(),
        (&repository.domain.name).into(),
        (&repository.name).into(),
        package.format.as_str().into(),
        (&package.namespace).into(),
        (&package.name).into(),
    ]
}

/// What a list of packages shows.
pub(crate) struct Filter<'a> {
    /// The only format, or empty.
    pub(crate) format: &'a str,
    /// The namespaces, from the first up to and excluding the second.
    pub(crate) namespaces: (String, String),
    /// The names, likewise.
    pub(crate) names: (String, String),
    /// The only publish setting, or empty.
    pub(crate) publish: &'a str,
    /// The only upstream setting, or empty.
    pub(crate) upstream: &'a str,
}

pub(crate) fn get(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<Option<Package>, Error> {
    tx.query_one(
        "SELECT format, namespace, name, publish, upstream, origin_set, sequence, created_at
         FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND name = ?7",
        &key(repository, package),
        read,
    )
}

/// Saves a package, new or with another origin configuration.
pub(crate) fn put(tx: &mut Tx, repository: &RepositoryKey, package: &Package) -> Result<(), Error> {
    let mut params = key(repository, &package.coordinates);
    params.extend([
        package.origin.publish.as_str().into(),
        package.origin.upstream.as_str().into(),
        package.origin_set.into(),
        package.sequence.into(),
        package.created_at.into(),
    ]);
    tx.execute(
        "INSERT INTO codeartifact_package
             (account, region, domain, repository, format, namespace, name,
              publish, upstream, origin_set, sequence, created_at, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '{\"v\":1}')
         ON CONFLICT (account, region, domain, repository, format, namespace, name)
         DO UPDATE SET publish = excluded.publish, upstream = excluded.upstream,
             origin_set = excluded.origin_set, sequence = excluded.sequence",
        &params,
    )?;
    Ok(())
}

/// Counts one more change of a package and gives the number.
pub(crate) fn next_sequence(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<i64, Error> {
    let sequence = tx.query_one(
        "UPDATE codeartifact_package SET sequence = sequence + 1
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND name = ?7
         RETURNING sequence",
        &key(repository, package),
        |row| row.integer(0),
    )?;
    Ok(sequence.unwrap_or_default())
}

/// Deletes a package with all that belongs to it.
pub(crate) fn delete(tx: &mut Tx, repository: &RepositoryKey, package: &Coordinates) -> Result<(), Error> {
    let params = key(repository, package);
    for sql in [
        "DELETE FROM codeartifact_asset
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7",
        "DELETE FROM codeartifact_package_version
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7",
        "DELETE FROM codeartifact_dist_tag
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7",
        "DELETE FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND name = ?7",
    ] {
        tx.execute(sql, &params)?;
    }
    Ok(())
}

/// Lists the packages of a repository by format, namespace and name, after that key, at most `count`.
pub(crate) fn list(
    tx: &mut Tx,
    repository: &RepositoryKey,
    filter: &Filter<'_>,
    after: (&str, &str, &str),
    count: usize,
) -> Result<Vec<Package>, Error> {
    tx.query(
        "SELECT format, namespace, name, publish, upstream, origin_set, sequence, created_at
         FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND (?5 = '' OR format = ?5)
             AND namespace >= ?6 AND namespace < ?7 AND name >= ?8 AND name < ?9
             AND (?10 = '' OR publish = ?10) AND (?11 = '' OR upstream = ?11)
             AND (format, namespace, name) > (?12, ?13, ?14)
         ORDER BY format, namespace, name LIMIT ?15",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            filter.format.into(),
            (&filter.namespaces.0).into(),
            (&filter.namespaces.1).into(),
            (&filter.names.0).into(),
            (&filter.names.1).into(),
            filter.publish.into(),
            filter.upstream.into(),
            after.0.into(),
            after.1.into(),
            after.2.into(),
            limit(count),
        ],
        read,
    )
}

/// Lists the coordinates of all packages of a repository and format, by namespace and name.
pub(crate) fn names(
    tx: &mut Tx,
    repository: &RepositoryKey,
    format: PackageFormat,
) -> Result<Vec<Coordinates>, Error> {
    tx.query(
        "SELECT namespace, name FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 AND format = ?5
         ORDER BY namespace, name",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            format.as_str().into(),
        ],
        |row| Ok(Coordinates { format, namespace: row.text(0)?, name: row.text(1)? }),
    )
}

fn read(row: &Row<'_>) -> Result<Package, Error> {
    Ok(Package {
        coordinates: Coordinates {
            format: stored(PackageFormat::parse(row.str(0)?), "format")?,
            namespace: row.text(1)?,
            name: row.text(2)?,
        },
        origin: OriginConfiguration {
            publish: stored(Setting::parse(row.str(3)?), "publish")?,
            upstream: stored(Setting::parse(row.str(4)?), "upstream")?,
        },
        origin_set: row.flag(5)?,
        sequence: row.integer(6)?,
        created_at: row.timestamp(7)?,
    })
}

/// Takes a stored word, or says that the row is broken.
pub(crate) fn stored<T>(word: Option<T>, column: &str) -> Result<T, Error> {
    word.ok_or_else(|| Error::Broken(format!("a package row has an unknown {column}")))
}
