//! SQL of the bulk loader: copies of rows that the server itself wrote.

use store::{Error, Tx};

/// An asset that the server created, to be copied.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub account: String,
    pub region: String,
    pub id: String,
    pub model_id: String,
}

/// Finds the first asset of the store.
pub(super) fn original(tx: &mut Tx) -> Result<Option<Original>, Error> {
    tx.query_one(
        "SELECT account, region, id, model_id FROM sitewise_asset ORDER BY account, region, created_at, id LIMIT 1",
        &[],
        |row| Ok(Original { account: row.text(0)?, region: row.text(1)?, id: row.text(2)?, model_id: row.text(3)? }),
    )
}

/// Copies an asset under an id and a name of its own, `later_ms` after the original, at rest and without parent.
pub(super) fn copy(
    tx: &mut Tx,
    original: &Original,
    id: &str,
    name: &str,
    later_ms: i64,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_asset (account, region, id, external_id, name, description, model_id, model_version,
                                     state, due_at, created_at, updated_at)
         SELECT account, region, ?4, NULL, ?5, description, model_id, model_version,
                'ACTIVE', NULL, created_at + ?6, updated_at + ?6
         FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[
            (&original.account).into(),
            (&original.region).into(),
            (&original.id).into(),
            id.into(),
            name.into(),
            later_ms.into(),
        ],
    )?;
    Ok(())
}

/// Puts all copies of the first asset into a hierarchy.
pub(super) fn adopt(tx: &mut Tx, parent: &str, hierarchy: &str) -> Result<u64, Error> {
    tx.execute(
        "UPDATE sitewise_asset SET parent_id = ?1, hierarchy_id = ?2 WHERE name LIKE 'copy %'",
        &[parent.into(), hierarchy.into()],
    )
}

/// Makes a time series with an alias and values for one property of every asset.
pub(super) fn time_series(tx: &mut Tx, property: &str) -> Result<u64, Error> {
    tx.execute(
        "INSERT INTO sitewise_time_series (account, region, stream, id, alias, asset_id, property_id, data_type,
                                           has_data, created_at, updated_at)
         SELECT account, region, 1 + ABS(RANDOM() / 2), id || ':' || ?1, '/fleet/' || id, id, ?1, 'DOUBLE', 1, created_at,
                updated_at
         FROM sitewise_asset",
        &[property.into()],
    )
}

/// Finds the stream that has an alias, in whatever account.
pub(super) fn stream(tx: &mut Tx, alias: &str) -> Result<Option<i64>, Error> {
    tx.query_one("SELECT stream FROM sitewise_time_series WHERE alias = ?1", &[alias.into()], |row| {
        row.integer(0)
    })
}

/// Copies the first migration task of the store `count` times, numbered from `begin`; each is a second older.
pub(super) fn copy_tasks(tx: &mut Tx, begin: i64, count: i64) -> Result<u64, Error> {
    tx.execute(
        "WITH RECURSIVE number (value) AS (SELECT ?1 UNION ALL SELECT value + 1 FROM number WHERE value + 1 < ?1 + ?2)
         INSERT INTO migration_task (account, region, stream_id, name, stream_name, imported_at, update_count,
                                     updated_at, newest_first, update_sequence, status, status_detail,
                                     progress_percent, next_due_at, resource_attributes)
         SELECT account, region, stream_id, name || '-' || number.value, stream_name, imported_at, update_count,
                updated_at - 1000 * number.value, newest_first + 1000 * number.value, update_sequence, status,
                status_detail, progress_percent, next_due_at, resource_attributes
         FROM number, (SELECT account, region, stream_id, name, stream_name, imported_at, update_count, updated_at,
                              newest_first, update_sequence, status, status_detail, progress_percent, next_due_at,
                              resource_attributes
                       FROM migration_task ORDER BY account, region, newest_first, stream_name, name LIMIT 1)",
        &[begin.into(), count.into()],
    )
}

/// Copies the first package of the store `count` times, numbered from `begin`, with its versions and their assets.
pub(super) fn copy_packages(tx: &mut Tx, begin: i64, count: i64) -> Result<u64, Error> {
    let numbers = [begin.into(), count.into()];
    tx.execute(
        "WITH RECURSIVE number (value) AS (SELECT ?1 UNION ALL SELECT value + 1 FROM number WHERE value + 1 < ?1 + ?2)
         INSERT INTO codeartifact_package (account, region, domain, repository, format, namespace, name, publish,
                                           upstream, origin_set, sequence, document, created_at)
         SELECT account, region, domain, repository, format, namespace, name || '-' || (10000000 + number.value),
                publish, upstream, origin_set, sequence, document, created_at
         FROM number, (SELECT * FROM codeartifact_package
                       ORDER BY account, region, domain, repository, format, namespace, name LIMIT 1)",
        &numbers,
    )?;
    tx.execute(
        "WITH RECURSIVE number (value) AS (SELECT ?1 UNION ALL SELECT value + 1 FROM number WHERE value + 1 < ?1 + ?2)
         INSERT INTO codeartifact_package_version
             (account, region, domain, repository, format, namespace, package, version, status, revision, origin_type,
              entry_repository, entry_connection, published_at, upstream_published_at, arrival, arrival_from,
              deprecated, yanked, yanked_reason, manifest, document)
         SELECT account, region, domain, repository, format, namespace, package || '-' || (10000000 + number.value),
                version, status, revision, origin_type, entry_repository, entry_connection, published_at,
                upstream_published_at, arrival, arrival_from, deprecated, yanked, yanked_reason, manifest, document
         FROM number, (SELECT * FROM codeartifact_package_version
                       ORDER BY account, region, domain, repository, format, namespace, package LIMIT 1)",
        &numbers,
    )?;
    tx.execute(
        "WITH RECURSIVE number (value) AS (SELECT ?1 UNION ALL SELECT value + 1 FROM number WHERE value + 1 < ?1 + ?2)
         INSERT INTO codeartifact_asset
             (account, region, domain, repository, format, namespace, package, version, name, position, size, sha256,
              sha1, sha512, md5, on_demand)
         SELECT account, region, domain, repository, format, namespace, package || '-' || (10000000 + number.value),
                version, name, position, size, sha256, sha1, sha512, md5, on_demand
         FROM number, (SELECT * FROM codeartifact_asset
                       ORDER BY account, region, domain, repository, format, namespace, package LIMIT 1)",
        &numbers,
    )
}
