//! Rows of package versions and of their assets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::{Error, Row, Tx, Value};

use super::{Arrival, Asset, EntryPoint, Facts, Listed, Origin, OriginType, Status, StoredVersion};
use crate::name::Coordinates;
use crate::package::table::{key, stored};
use crate::repository::RepositoryKey;

/// The columns of a version, in the order in which `read` takes them.
macro_rules! version_columns {
    () => {
        "version, status, revision, origin_type, entry_repository, entry_connection, published_at,
         upstream_published_at, arrival, arrival_from, deprecated, yanked, yanked_reason, manifest, document,
         deprecated_here"
    };
}

/// The columns that name a package below its repository.
macro_rules! of_package {
    () => {
        " WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4
             AND format = ?5 AND namespace = ?6 AND package = ?7"
    };
}

/// What is neither looked up nor ordered by; `v` numbers its layout.
#[derive(Serialize, Deserialize)]
struct Document {
    v: u32,
    #[serde(flatten)]
    facts: Facts,
}

const DOCUMENT_LAYOUT: u32 = 1;

/// Reads a version. None has U+0000 in its name, which PostgreSQL would not even look for.
pub(crate) fn get(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Option<StoredVersion>, Error> {
    if version.contains('\0') {
        return Ok(None);
    }
    let mut params = key(repository, package);
    params.push(version.into());
    tx.query_one(
        concat!(
            "SELECT ",
            version_columns!(),
            " FROM codeartifact_package_version",
            of_package!(),
            " AND version = ?8"
        ),
        &params,
        read,
    )
}

/// Lists all versions of a package without manifests and documents, in no order that means anything.
pub(crate) fn list(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<Vec<Listed>, Error> {
    tx.query(
        concat!(
            "SELECT version, status, revision, origin_type, entry_repository, entry_connection, published_at
             FROM codeartifact_package_version",
            of_package!()
        ),
        &key(repository, package),
        |row| {
            Ok(Listed {
                version: row.text(0)?,
                status: stored(Status::parse(row.str(1)?), "status")?,
                revision: row.text(2)?,
                origin: origin(row, 3)?,
                published_at: row.timestamp(6)?,
            })
        },
    )
}

/// Reads all versions of a package.
pub(crate) fn all(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<Vec<StoredVersion>, Error> {
    tx.query(
        concat!("SELECT ", version_columns!(), " FROM codeartifact_package_version", of_package!()),
        &key(repository, package),
        read,
    )
}

/// Saves a version that the repository does not have.
pub(crate) fn put(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &StoredVersion,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.extend(columns(version));
    tx.execute(
        concat!(
            "INSERT INTO codeartifact_package_version
                 (account, region, domain, repository, format, namespace, package, ",
            version_columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22, ?23)"
        ),
        &params,
    )?;
    Ok(())
}

/// Saves another state of a version that the repository has; its assets are saved apart.
pub(crate) fn update(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &StoredVersion,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.extend(columns(version));
    tx.execute(
        concat!(
            "UPDATE codeartifact_package_version
             SET status = ?9, revision = ?10, origin_type = ?11, entry_repository = ?12, entry_connection = ?13,
                 published_at = ?14, upstream_published_at = ?15, arrival = ?16, arrival_from = ?17,
                 deprecated = ?18, yanked = ?19, yanked_reason = ?20, manifest = ?21, document = ?22,
                 deprecated_here = ?23",
            of_package!(),
            " AND version = ?8"
        ),
        &params,
    )?;
    Ok(())
}

/// The values of a version's columns, in their order.
fn columns(version: &StoredVersion) -> [Value<'_>; 16] {
    let (entry_repository, entry_connection) = match &version.origin.entry {
        EntryPoint::Repository(name) => (Some(name.as_str()), None),
        EntryPoint::Connection(name) => (None, Some(name.as_str())),
    };
    let document = Document { v: DOCUMENT_LAYOUT, facts: version.facts.clone() };
    let document = serde_json::to_string(&document).expect("texts and lists of texts always encode");
    [
        (&version.version).into(),
        version.status.as_str().into(),
        (&version.revision).into(),
        version.origin.kind.as_str().into(),
        entry_repository.into(),
        entry_connection.into(),
        version.published_at.into(),
        version.upstream_published_at.into(),
        version.arrival.as_str().into(),
        (&version.arrival_from).into(),
        version.deprecated.as_deref().map(kept).into(),
        version.yanked.is_some().into(),
        version.yanked.as_deref().map(kept).into(),
        (&version.manifest).into(),
        document.into(),
        version.deprecated_here.into(),
    ]
}

pub(crate) fn set_status(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    status: Status,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.extend([version.into(), status.as_str().into()]);
    tx.execute(
        concat!("UPDATE codeartifact_package_version SET status = ?9", of_package!(), " AND version = ?8"),
        &params,
    )?;
    Ok(())
}

/// Sets or clears the deprecation of a version, `here` by somebody of this domain; says whether there is such a version.
pub(crate) fn set_deprecated(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    deprecated: Option<&str>,
    here: bool,
) -> Result<bool, Error> {
    if version.contains('\0') {
        return Ok(false);
    }
    let mut params = key(repository, package);
    params.extend([version.into(), deprecated.map(kept).into(), here.into()]);
    let changed = tx.execute(
        concat!(
            "UPDATE codeartifact_package_version SET deprecated = ?9, deprecated_here = ?10",
            of_package!(),
            " AND version = ?8"
        ),
        &params,
    )?;
    Ok(changed > 0)
}

/// Yanks a version for a reason (which may be empty), or takes that back; says whether there is such a version.
pub(crate) fn set_yanked(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    yanked: Option<&str>,
) -> Result<bool, Error> {
    if version.contains('\0') {
        return Ok(false);
    }
    let mut params = key(repository, package);
    params.extend([version.into(), yanked.is_some().into(), yanked.map(kept).into()]);
    let changed = tx.execute(
        concat!(
            "UPDATE codeartifact_package_version SET yanked = ?9, yanked_reason = ?10",
            of_package!(),
            " AND version = ?8"
        ),
        &params,
    )?;
    Ok(changed > 0)
}

/// Deletes a version and its assets.
pub(crate) fn delete(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<(), Error> {
    delete_assets(tx, repository, package, version)?;
    let mut params = key(repository, package);
    params.push(version.into());
    tx.execute(
        concat!("DELETE FROM codeartifact_package_version", of_package!(), " AND version = ?8"),
        &params,
    )?;
    Ok(())
}

/// Lists the assets of a version by name.
pub(crate) fn assets(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Vec<Asset>, Error> {
    let mut params = key(repository, package);
    params.push(version.into());
    tx.query(
        concat!(
            "SELECT name, size, sha256, sha1, sha512, md5, on_demand FROM codeartifact_asset",
            of_package!(),
            " AND version = ?8 ORDER BY name"
        ),
        &params,
        asset,
    )
}

/// Saves the assets of a version that has none.
pub(crate) fn put_assets(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    assets: &[Asset],
) -> Result<(), Error> {
    insert_assets(tx, repository, package, version, 0, assets)
}

/// Saves further assets of a version; it has none of these names.
pub(crate) fn append_assets(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    assets: &[Asset],
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.push(version.into());
    let last = tx.query_one(
        concat!(
            "SELECT COALESCE(MAX(position), -1) FROM codeartifact_asset",
            of_package!(),
            " AND version = ?8"
        ),
        &params,
        |row| row.integer(0),
    )?;
    insert_assets(tx, repository, package, version, last.unwrap_or(-1) + 1, assets)
}

fn insert_assets(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    first: i64,
    assets: &[Asset],
) -> Result<(), Error> {
    for (position, asset) in (first..).zip(assets) {
        let mut params = key(repository, package);
        params.extend([
            version.into(),
            (&asset.name).into(),
            position.into(),
            asset.size.into(),
            (&asset.sha256).into(),
            (&asset.sha1).into(),
            (&asset.sha512).into(),
            (&asset.md5).into(),
            asset.on_demand.into(),
        ]);
        tx.execute(
            "INSERT INTO codeartifact_asset
                 (account, region, domain, repository, format, namespace, package, version,
                  name, position, size, sha256, sha1, sha512, md5, on_demand)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            &params,
        )?;
    }
    Ok(())
}

/// Deletes one asset of a version.
pub(crate) fn delete_asset(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    name: &str,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.extend([version.into(), name.into()]);
    tx.execute(
        concat!("DELETE FROM codeartifact_asset", of_package!(), " AND version = ?8 AND name = ?9"),
        &params,
    )?;
    Ok(())
}

/// Lists the assets of all versions of a package, by version and name.
pub(crate) fn assets_of_all(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<BTreeMap<String, Vec<Asset>>, Error> {
    let rows = tx.query(
        concat!(
            "SELECT name, size, sha256, sha1, sha512, md5, on_demand, version FROM codeartifact_asset",
            of_package!(),
            " ORDER BY version, name"
        ),
        &key(repository, package),
        |row| Ok((row.text(7)?, asset(row)?)),
    )?;
    let mut all: BTreeMap<String, Vec<Asset>> = BTreeMap::new();
    for (version, asset) in rows {
        all.entry(version).or_default().push(asset);
    }
    Ok(all)
}

pub(crate) fn delete_assets(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<(), Error> {
    let mut params = key(repository, package);
    params.push(version.into());
    tx.execute(concat!("DELETE FROM codeartifact_asset", of_package!(), " AND version = ?8"), &params)?;
    Ok(())
}

/// Counts the assets of each version of a package.
pub(crate) fn asset_counts(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
) -> Result<Vec<(String, i64)>, Error> {
    tx.query(
        concat!("SELECT version, COUNT(*) FROM codeartifact_asset", of_package!(), " GROUP BY version"),
        &key(repository, package),
        |row| Ok((row.text(0)?, row.integer(1)?)),
    )
}

/// A publisher's text as it is kept: without U+0000, which PostgreSQL keeps in no text.
pub fn kept(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}

fn asset(row: &Row<'_>) -> Result<Asset, Error> {
    Ok(Asset {
        name: row.text(0)?,
        size: row.integer(1)?,
        sha256: row.text(2)?,
        sha1: row.text(3)?,
        sha512: row.text(4)?,
        md5: row.text(5)?,
        on_demand: row.flag(6)?,
        arrived_at: None,
    })
}

fn origin(row: &Row<'_>, column: usize) -> Result<Origin, Error> {
    let entry = match (row.optional_text(column + 1)?, row.optional_text(column + 2)?) {
        (_, Some(connection)) => EntryPoint::Connection(connection),
        (repository, None) => EntryPoint::Repository(repository.unwrap_or_default()),
    };
    Ok(Origin { kind: stored(OriginType::parse(row.str(column)?), "origin type")?, entry })
}

fn read(row: &Row<'_>) -> Result<StoredVersion, Error> {
    let document: Document = serde_json::from_str(row.str(14)?)
        .map_err(|error| Error::Broken(format!("the document of a package version is broken: {error}")))?;
    let yanked = if row.flag(11)? { Some(row.optional_text(12)?.unwrap_or_default()) } else { None };
    Ok(StoredVersion {
        version: row.text(0)?,
        status: stored(Status::parse(row.str(1)?), "status")?,
        revision: row.text(2)?,
        origin: origin(row, 3)?,
        published_at: row.timestamp(6)?,
        upstream_published_at: row.optional_timestamp(7)?,
        arrival: stored(Arrival::parse(row.str(8)?), "arrival")?,
        arrival_from: row.optional_text(9)?,
        deprecated: row.optional_text(10)?,
        yanked,
        manifest: row.text(13)?,
        facts: document.facts,
        deprecated_here: row.flag(15)?,
    })
}
