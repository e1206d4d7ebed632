//! Rows of repositories and of the edges to their upstreams.

use store::{Error, Row, Tx, Value};

use super::{Connection, Repository, RepositoryKey};
use crate::domain::DomainKey;
use crate::page::limit;

pub(crate) fn get(tx: &mut Tx, key: &RepositoryKey) -> Result<Option<Repository>, Error> {
    let domain = &key.domain;
    tx.query_one(
        "SELECT account, region, domain, name, administrator, description, connection, connection_format, created_at
         FROM codeartifact_repository WHERE account = ?1 AND region = ?2 AND domain = ?3 AND name = ?4",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()],
        repository,
    )
}

/// What a domain has under the name of a repository.
pub(crate) struct InDomain {
    pub(crate) repository: Option<Repository>,
    /// The document of its policy.
    pub(crate) policy: Option<String>,
}

/// Finds a domain's repository together with the policy that hangs on it; nothing where there is no such domain.
pub(crate) fn get_with_policy(tx: &mut Tx, key: &RepositoryKey) -> Result<Option<InDomain>, Error> {
    let domain = &key.domain;
    tx.query_one(
        "SELECT r.account, r.region, r.domain, r.name, r.administrator, r.description, r.connection,
             r.connection_format, r.created_at, p.document
         FROM codeartifact_domain d
             LEFT JOIN codeartifact_repository r
                 ON r.account = d.account AND r.region = d.region AND r.domain = d.name AND r.name = ?4
             LEFT JOIN codeartifact_policy p
                 ON p.account = d.account AND p.region = d.region AND p.domain = d.name AND p.repository = ?4
         WHERE d.account = ?1 AND d.region = ?2 AND d.name = ?3",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()],
        |row| {
            let is_there = row.optional_text(3)?.is_some();
            let repository = is_there.then(|| repository(row)).transpose()?;
            Ok(InDomain { repository, policy: row.optional_text(9)? })
        },
    )
}

/// Saves a repository, new or changed; its edges are saved on their own.
pub(crate) fn put(tx: &mut Tx, repository: &Repository) -> Result<(), Error> {
    let RepositoryKey { domain, name } = &repository.key;
    let connection = repository.connection.as_ref();
    tx.execute(
        "INSERT INTO codeartifact_repository
             (account, region, domain, name, administrator, description, connection, connection_format, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (account, region, domain, name) DO UPDATE SET description = excluded.description,
             connection = excluded.connection, connection_format = excluded.connection_format",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            name.into(),
            (&repository.administrator).into(),
            (&repository.description).into(),
            connection.map(|connection| connection.name.as_str()).into(),
            connection.map(|connection| connection.format.as_str()).into(),
            repository.created_at.into(),
        ],
    )?;
    Ok(())
}

/// Deletes a repository, all that it holds, and the edges from and to it.
pub(crate) fn delete(tx: &mut Tx, key: &RepositoryKey) -> Result<(), Error> {
    let domain = &key.domain;
    let params =
        [(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()];
    for sql in [
        "DELETE FROM codeartifact_asset
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_package_version
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_dist_tag
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND upstream = ?4",
        "DELETE FROM codeartifact_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND name = ?4",
    ] {
        tx.execute(sql, &params)?;
    }
    Ok(())
}

/// Deletes a repository and the edges from and to it; what it holds stays.
pub(crate) fn detach(tx: &mut Tx, key: &RepositoryKey) -> Result<(), Error> {
    for sql in [
        "DELETE FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        "DELETE FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND upstream = ?4",
        "DELETE FROM codeartifact_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND name = ?4",
    ] {
        tx.execute(sql, &named(key))?;
    }
    Ok(())
}

/// Counts the package versions of a repository, but no further than `most`.
pub(crate) fn versions_up_to(tx: &mut Tx, key: &RepositoryKey, most: i64) -> Result<i64, Error> {
    let [account, region, domain, name] = named(key);
    let count = tx.query_one(
        "SELECT COUNT(*) FROM (SELECT 1 FROM codeartifact_package_version
             WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 LIMIT ?5) AS counted",
        &[account, region, domain, name, most.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Keeps in mind that what a repository held is still to be deleted.
pub(crate) fn postpone_deletion(tx: &mut Tx, partition: &str, repository: &Repository) -> Result<(), Error> {
    let [account, region, domain, name] = named(&repository.key);
    tx.execute(
        "INSERT INTO codeartifact_postponed_deletion
             (account, region, domain, repository, arn_partition, administrator, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            account,
            region,
            domain,
            name,
            partition.into(),
            (&repository.administrator).into(),
            repository.created_at.into(),
        ],
    )?;
    Ok(())
}

/// Whether a repository of this name is still being deleted.
pub(crate) fn is_deletion_postponed(tx: &mut Tx, key: &RepositoryKey) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT created_at FROM codeartifact_postponed_deletion
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &named(key),
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Finds a repository that is still being deleted, with the partition of its ARN.
pub(crate) fn postponed_deletion(tx: &mut Tx) -> Result<Option<(String, Repository)>, Error> {
    tx.query_one(
        "SELECT account, region, domain, repository, arn_partition, administrator, created_at
         FROM codeartifact_postponed_deletion ORDER BY account, region, domain, repository LIMIT 1",
        &[],
        |row| {
            let domain = DomainKey { account: row.text(0)?, region: row.text(1)?, name: row.text(2)? };
            let repository = Repository {
                key: RepositoryKey { domain, name: row.text(3)? },
                administrator: row.text(5)?,
                description: None,
                connection: None,
                created_at: row.timestamp(6)?,
            };
            Ok((row.text(4)?, repository))
        },
    )
}

/// Forgets a deletion that is done.
pub(crate) fn end_deletion(tx: &mut Tx, key: &RepositoryKey) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_postponed_deletion
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &named(key),
    )?;
    Ok(())
}

fn named(key: &RepositoryKey) -> [Value<'_>; 4] {
    let domain = &key.domain;
    [(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()]
}

/// Lists a repository's direct upstreams in the order of their priority.
pub(crate) fn upstreams(tx: &mut Tx, key: &RepositoryKey) -> Result<Vec<String>, Error> {
    let domain = &key.domain;
    tx.query(
        "SELECT upstream FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 ORDER BY position",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()],
        |row| row.text(0),
    )
}

/// Replaces a repository's direct upstreams.
pub(crate) fn put_upstreams(tx: &mut Tx, key: &RepositoryKey, upstreams: &[String]) -> Result<(), Error> {
    let domain = &key.domain;
    tx.execute(
        "DELETE FROM codeartifact_upstream
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), (&key.name).into()],
    )?;
    for (position, upstream) in (0_i64..).zip(upstreams) {
        tx.execute(
            "INSERT INTO codeartifact_upstream (account, region, domain, repository, position, upstream)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                (&domain.account).into(),
                (&domain.region).into(),
                (&domain.name).into(),
                (&key.name).into(),
                position.into(),
                upstream.into(),
            ],
        )?;
    }
    Ok(())
}

/// Lists the repositories of an administrator in one region whose names lie in `[from, to)`, by name, account of
/// the owner and domain, after that key, at most `count`.
pub(crate) fn list(
    tx: &mut Tx,
    administrator: &str,
    region: &str,
    (from, to): (&str, &str),
    after: (&str, &str, &str),
    count: usize,
) -> Result<Vec<Repository>, Error> {
    tx.query(
        "SELECT account, region, domain, name, administrator, description, connection, connection_format, created_at
         FROM codeartifact_repository
         WHERE administrator = ?1 AND region = ?2 AND name >= ?3 AND name < ?4
             AND (name, account, domain) > (?5, ?6, ?7)
         ORDER BY name, account, domain LIMIT ?8",
        &[
            administrator.into(),
            region.into(),
            from.into(),
            to.into(),
            after.0.into(),
            after.1.into(),
            after.2.into(),
            limit(count),
        ],
        repository,
    )
}

/// Lists the repositories of a domain whose names lie in `[from, to)`, by name, after `after`, at most `count`;
/// an empty administrator means all of them.
pub(crate) fn list_in_domain(
    tx: &mut Tx,
    domain: &DomainKey,
    administrator: &str,
    (from, to): (&str, &str),
    after: &str,
    count: usize,
) -> Result<Vec<Repository>, Error> {
    tx.query(
        "SELECT account, region, domain, name, administrator, description, connection, connection_format, created_at
         FROM codeartifact_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND name >= ?4 AND name < ?5 AND name > ?6
             AND (?7 = '' OR administrator = ?7)
         ORDER BY name LIMIT ?8",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            from.into(),
            to.into(),
            after.into(),
            administrator.into(),
            limit(count),
        ],
        repository,
    )
}

fn repository(row: &Row<'_>) -> Result<Repository, Error> {
    let domain = DomainKey { account: row.text(0)?, region: row.text(1)?, name: row.text(2)? };
    let connection = match (row.optional_text(6)?, row.optional_text(7)?) {
        (Some(name), Some(format)) => Connection::stored(name, &format),
        _ => None,
    };
    Ok(Repository {
        key: RepositoryKey { domain, name: row.text(3)? },
        administrator: row.text(4)?,
        description: row.optional_text(5)?,
        connection,
        created_at: row.timestamp(8)?,
    })
}
