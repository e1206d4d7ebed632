//! Rows of domains.

use store::{Error, Row, Tx};

use super::{Domain, DomainKey};

pub(crate) fn get(tx: &mut Tx, key: &DomainKey) -> Result<Option<Domain>, Error> {
    tx.query_one(
        "SELECT account, region, name, encryption_key, created_at FROM codeartifact_domain
         WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[(&key.account).into(), (&key.region).into(), (&key.name).into()],
        domain,
    )
}

/// Finds a domain together with the policy that hangs on it.
pub(crate) fn get_with_policy(
    tx: &mut Tx,
    key: &DomainKey,
) -> Result<Option<(Domain, Option<String>)>, Error> {
    tx.query_one(
        "SELECT d.account, d.region, d.name, d.encryption_key, d.created_at, p.document
         FROM codeartifact_domain d LEFT JOIN codeartifact_policy p
             ON p.account = d.account AND p.region = d.region AND p.domain = d.name AND p.repository = ''
         WHERE d.account = ?1 AND d.region = ?2 AND d.name = ?3",
        &[(&key.account).into(), (&key.region).into(), (&key.name).into()],
        |row| Ok((domain(row)?, row.optional_text(5)?)),
    )
}

pub(crate) fn put(tx: &mut Tx, domain: &Domain) -> Result<(), Error> {
    let key = &domain.key;
    tx.execute(
        "INSERT INTO codeartifact_domain (account, region, name, encryption_key, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            (&key.account).into(),
            (&key.region).into(),
            (&key.name).into(),
            (&domain.encryption_key).into(),
            domain.created_at.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx, key: &DomainKey) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_domain WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[(&key.account).into(), (&key.region).into(), (&key.name).into()],
    )?;
    Ok(())
}

/// Lists the domains of one account and region by name, after `after`, at most `count`.
pub(crate) fn list(
    tx: &mut Tx,
    account: &str,
    region: &str,
    after: &str,
    count: usize,
) -> Result<Vec<Domain>, Error> {
    tx.query(
        "SELECT account, region, name, encryption_key, created_at FROM codeartifact_domain
         WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY name LIMIT ?4",
        &[account.into(), region.into(), after.into(), crate::page::limit(count)],
        domain,
    )
}

pub(crate) fn count(tx: &mut Tx, account: &str, region: &str) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM codeartifact_domain WHERE account = ?1 AND region = ?2",
        &[account.into(), region.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Counts the repositories of a domain.
pub(crate) fn repository_count(tx: &mut Tx, key: &DomainKey) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM codeartifact_repository WHERE account = ?1 AND region = ?2 AND domain = ?3",
        &[(&key.account).into(), (&key.region).into(), (&key.name).into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Sums the sizes of the distinct assets of a domain.
pub(crate) fn asset_size_bytes(tx: &mut Tx, key: &DomainKey) -> Result<i64, Error> {
    let bytes = tx.query_one(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM (
             SELECT sha256, MAX(size) AS size FROM codeartifact_asset
             WHERE account = ?1 AND region = ?2 AND domain = ?3 GROUP BY sha256) AS distinct_asset",
        &[(&key.account).into(), (&key.region).into(), (&key.name).into()],
        |row| row.integer(0),
    )?;
    Ok(bytes.unwrap_or_default())
}

fn domain(row: &Row<'_>) -> Result<Domain, Error> {
    Ok(Domain {
        key: DomainKey { account: row.text(0)?, region: row.text(1)?, name: row.text(2)? },
        encryption_key: row.text(3)?,
        created_at: row.timestamp(4)?,
    })
}
