//! Rows of packages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use store::{Error, Row, Tx, Value};

use super::{OriginConfiguration, Package, Setting};
use crate::domain::DomainKey;
use crate::name::{Coordinates, PackageFormat};
use crate::page::limit;
use crate::repository::RepositoryKey;

/// Longest key of a namespace or a name. Either may have 255 characters of four bytes; with two keys and a version of
/// that length an index entry stays below PostgreSQL's 2704 bytes, and a page token that holds two keys below the
/// 2000 characters of its pattern.
const PART_BYTES_MAX: usize = 512;

/// As much of a prefix as the keys of all names show that begin with it: a key ends in a digest of 64 digits, before
/// which a character of four bytes may be cut off.
const PREFIX_BYTES_MAX: usize = PART_BYTES_MAX - 64 - 3;

/// What is neither looked up nor ordered by: names that are longer than their keys; `v` numbers its layout.
#[derive(Serialize, Deserialize)]
struct Document {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

const DOCUMENT_LAYOUT: u32 = 1;

/// The text under which rows keep and order a namespace or a name: itself unless it is long.
pub(crate) fn part(name: &str) -> Cow<'_, str> {
    service::page::key_within(name, PART_BYTES_MAX)
}

/// The key columns of a package's rows, in the order of every table below repositories.
pub(crate) fn key<'a>(repository: &'a RepositoryKey, package: &'a Coordinates) -> Vec<Value<'a>> {
    vec![
        (&repository.domain.account).into(),
        (&repository.domain.region).into(),
        (&repository.domain.name).into(),
        (&repository.name).into(),
        package.format.as_str().into(),
        Value::Text(part(&package.namespace)),
        Value::Text(part(&package.name)),
    ]
}

/// What a list of packages shows.
pub(crate) struct Filter<'a> {
    /// The only format, or empty.
    pub(crate) format: &'a str,
    /// What the namespaces begin with.
    pub(crate) namespace: &'a str,
    /// What the names begin with.
    pub(crate) name: &'a str,
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
        "SELECT format, namespace, name, publish, upstream, origin_set, sequence, created_at, document
         FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND name = ?7",
        &key(repository, package),
        read,
    )
}

/// Saves a package, new or with another origin configuration.
pub(crate) fn put(tx: &mut Tx, repository: &RepositoryKey, package: &Package) -> Result<(), Error> {
    let document = serde_json::to_string(&Document::of(&package.coordinates)).expect("texts always encode");
    let mut params = key(repository, &package.coordinates);
    params.extend([
        package.origin.publish.as_str().into(),
        package.origin.upstream.as_str().into(),
        package.origin_set.into(),
        package.sequence.into(),
        package.created_at.into(),
        document.into(),
    ]);
    tx.execute(
        "INSERT INTO codeartifact_package
             (account, region, domain, repository, format, namespace, name,
              publish, upstream, origin_set, sequence, created_at, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
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

/// Lists the packages of a repository by format and the keys of namespace and name, after that key, at most `count`.
pub(crate) fn list(
    tx: &mut Tx,
    repository: &RepositoryKey,
    filter: &Filter<'_>,
    after: (&str, &str, &str),
    count: usize,
) -> Result<Vec<Package>, Error> {
    let mut found: Vec<Package> = Vec::new();
    let mut after = (after.0.to_owned(), after.1.to_owned(), after.2.to_owned());
    loop {
        let wanted = count - found.len();
        let rows = page(tx, repository, filter, (&after.0, &after.1, &after.2), wanted)?;
        let ended = rows.len() < wanted;
        if let Some(Package { coordinates, .. }) = rows.last() {
            let (namespace, name) = (part(&coordinates.namespace), part(&coordinates.name));
            after = (coordinates.format.as_str().to_owned(), namespace.into_owned(), name.into_owned());
        }
        // A prefix may be longer than what the keys show of the names.
        found.extend(rows.into_iter().filter(|Package { coordinates, .. }| {
            coordinates.namespace.starts_with(filter.namespace) && coordinates.name.starts_with(filter.name)
        }));
        if ended || found.len() == count {
            return Ok(found);
        }
    }
}

fn page(
    tx: &mut Tx,
    repository: &RepositoryKey,
    filter: &Filter<'_>,
    after: (&str, &str, &str),
    count: usize,
) -> Result<Vec<Package>, Error> {
    let namespace = &filter.namespace[..filter.namespace.floor_char_boundary(PREFIX_BYTES_MAX)];
    let name = &filter.name[..filter.name.floor_char_boundary(PREFIX_BYTES_MAX)];
    tx.query(
        "SELECT format, namespace, name, publish, upstream, origin_set, sequence, created_at, document
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
            namespace.into(),
            store::prefix_end(namespace).into(),
            name.into(),
            store::prefix_end(name).into(),
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

/// Reads all packages of a repository and format.
pub(crate) fn of_format(
    tx: &mut Tx,
    repository: &RepositoryKey,
    format: PackageFormat,
) -> Result<Vec<Package>, Error> {
    tx.query(
        "SELECT format, namespace, name, publish, upstream, origin_set, sequence, created_at, document
         FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 AND format = ?5",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            format.as_str().into(),
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
        "SELECT namespace, name, document FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 AND format = ?5
         ORDER BY namespace, name",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            format.as_str().into(),
        ],
        |row| named(row, format, 0, 2),
    )
}

/// Lists the packages of a repository and format that have a published version, by namespace and name.
pub(crate) fn published(
    tx: &mut Tx,
    repository: &RepositoryKey,
    format: PackageFormat,
) -> Result<Vec<Coordinates>, Error> {
    tx.query(
        "SELECT namespace, name, document FROM codeartifact_package AS package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 AND format = ?5
             AND EXISTS (SELECT 1 FROM codeartifact_package_version AS version
                 WHERE version.account = ?1 AND version.region = ?2 AND version.domain = ?3
                     AND version.repository = ?4 AND version.format = ?5
                     AND version.namespace = package.namespace AND version.package = package.name
                     AND version.status = 'Published')
         ORDER BY namespace, name",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            format.as_str().into(),
        ],
        |row| named(row, format, 0, 2),
    )
}

/// Lists the packages of all repositories of a domain, each once, by format and the keys of namespace and name, after
/// that key, at most `count`; an empty format means every one. What is left of deleted repositories is not there.
pub(crate) fn of_domain(
    tx: &mut Tx,
    domain: &DomainKey,
    format: &str,
    after: (&str, &str, &str),
    count: usize,
) -> Result<Vec<Coordinates>, Error> {
    tx.query(
        "SELECT format, namespace, name, MAX(document) FROM codeartifact_package AS package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND (?4 = '' OR format = ?4)
             AND (format, namespace, name) > (?5, ?6, ?7)
             AND EXISTS (SELECT 1 FROM codeartifact_repository AS repository
                 WHERE repository.account = ?1 AND repository.region = ?2 AND repository.domain = ?3
                     AND repository.name = package.repository)
         GROUP BY format, namespace, name ORDER BY format, namespace, name LIMIT ?8",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            format.into(),
            after.0.into(),
            after.1.into(),
            after.2.into(),
            limit(count),
        ],
        |row| named(row, stored(PackageFormat::parse(row.str(0)?), "format")?, 1, 3),
    )
}

fn read(row: &Row<'_>) -> Result<Package, Error> {
    let format = stored(PackageFormat::parse(row.str(0)?), "format")?;
    Ok(Package {
        coordinates: named(row, format, 1, 8)?,
        origin: OriginConfiguration {
            publish: stored(Setting::parse(row.str(3)?), "publish")?,
            upstream: stored(Setting::parse(row.str(4)?), "upstream")?,
        },
        origin_set: row.flag(5)?,
        sequence: row.integer(6)?,
        created_at: row.timestamp(7)?,
    })
}

/// Reads namespace and name from their two columns and the document.
fn named(row: &Row<'_>, format: PackageFormat, column: usize, document: usize) -> Result<Coordinates, Error> {
    let document: Document = serde_json::from_str(row.str(document)?)
        .map_err(|error| Error::Broken(format!("the document of a package is broken: {error}")))?;
    let namespace = document.namespace.map_or_else(|| row.text(column), Ok)?;
    let name = document.name.map_or_else(|| row.text(column + 1), Ok)?;
    Ok(Coordinates { format, namespace, name })
}

impl Document {
    fn of(package: &Coordinates) -> Document {
        let long = |name: &String| matches!(part(name), Cow::Owned(_)).then(|| name.clone());
        Document { v: DOCUMENT_LAYOUT, namespace: long(&package.namespace), name: long(&package.name) }
    }
}

/// Takes a stored word, or says that the row is broken.
pub(crate) fn stored<T>(word: Option<T>, column: &str) -> Result<T, Error> {
    word.ok_or_else(|| Error::Broken(format!("a package row has an unknown {column}")))
}
