//! Rows of package groups and of the repositories in their lists.
//!
//! The group of every package has a row only once it was changed. Beside the groups of a domain stands the digest of
//! what they say: it is missing while nobody made or changed one.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use store::{Error, Row, Tx};

use super::{Group, Mode, Pattern, RestrictionType};
use crate::domain::DomainKey;
use crate::package::table::stored;

/// Reads the digest of what the groups of a domain say.
pub(crate) fn digest(tx: &mut Tx, domain: &DomainKey) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT digest FROM codeartifact_package_group_set WHERE account = ?1 AND region = ?2 AND domain = ?3",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into()],
        |row| row.text(0),
    )
}

/// Writes down the digest of what the groups of a domain say now; every change of them ends with it.
pub(crate) fn changed(tx: &mut Tx, domain: &DomainKey) -> Result<(), Error> {
    let groups = all(tx, domain)?;
    if groups.is_empty() {
        tx.execute(
            "DELETE FROM codeartifact_package_group_set WHERE account = ?1 AND region = ?2 AND domain = ?3",
            &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into()],
        )?;
        return Ok(());
    }
    let mut digest = Sha256::new();
    for group in groups {
        digest.update(format!("{group:?}\n"));
    }
    let digest = STANDARD.encode(digest.finalize());
    tx.execute(
        "INSERT INTO codeartifact_package_group_set (account, region, domain, digest) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account, region, domain) DO UPDATE SET digest = excluded.digest",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), digest.into()],
    )?;
    Ok(())
}

/// Reads all groups of a domain that have rows, in the order of their patterns.
pub(crate) fn all(tx: &mut Tx, domain: &DomainKey) -> Result<Vec<Group>, Error> {
    let key = [(&domain.account).into(), (&domain.region).into(), (&domain.name).into()];
    let mut groups = tx.query(
        "SELECT pattern, description, contact_info, external_upstream, internal_upstream, publish,
                release_age, release_age_exempt, created_at
         FROM codeartifact_package_group WHERE account = ?1 AND region = ?2 AND domain = ?3 ORDER BY pattern",
        &key,
        group,
    )?;
    let allowed = tx.query(
        "SELECT pattern, restriction_type, repository FROM codeartifact_package_group_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3",
        &key,
        |row| {
            Ok((row.text(0)?, stored(RestrictionType::parse(row.str(1)?), "restriction_type")?, row.text(2)?))
        },
    )?;
    groups.sort_by(|a, b| a.pattern.as_str().cmp(b.pattern.as_str()));
    for (pattern, kind, repository) in allowed {
        if let Ok(place) = groups.binary_search_by(|group| group.pattern.as_str().cmp(&pattern)) {
            groups[place].allowed[kind.index()].insert(repository);
        }
    }
    Ok(groups)
}

/// Saves a group, new or changed, without the lists of its repositories.
pub(crate) fn put(tx: &mut Tx, domain: &DomainKey, group: &Group) -> Result<(), Error> {
    let [external, internal, publish] = group.modes;
    tx.execute(
        "INSERT INTO codeartifact_package_group
             (account, region, domain, pattern, description, contact_info,
              external_upstream, internal_upstream, publish, release_age, release_age_exempt, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (account, region, domain, pattern)
         DO UPDATE SET description = excluded.description, contact_info = excluded.contact_info,
             external_upstream = excluded.external_upstream, internal_upstream = excluded.internal_upstream,
             publish = excluded.publish, release_age = excluded.release_age,
             release_age_exempt = excluded.release_age_exempt",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            group.pattern.as_str().into(),
            group.description.as_deref().into(),
            group.contact_info.as_deref().into(),
            external.as_str().into(),
            internal.as_str().into(),
            publish.as_str().into(),
            group.release_age.as_deref().into(),
            group.release_age_exempt.as_deref().into(),
            group.created_at.into(),
        ],
    )?;
    Ok(())
}

/// Adds a repository to a list.
pub(crate) fn allow(
    tx: &mut Tx,
    domain: &DomainKey,
    pattern: &Pattern,
    kind: RestrictionType,
    repository: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO codeartifact_package_group_repository
             (account, region, domain, pattern, restriction_type, repository) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, region, domain, pattern, restriction_type, repository) DO NOTHING",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            pattern.as_str().into(),
            kind.as_str().into(),
            repository.into(),
        ],
    )?;
    Ok(())
}

/// Takes a repository off a list.
pub(crate) fn disallow(
    tx: &mut Tx,
    domain: &DomainKey,
    pattern: &Pattern,
    kind: RestrictionType,
    repository: &str,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_package_group_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND pattern = ?4
             AND restriction_type = ?5 AND repository = ?6",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            pattern.as_str().into(),
            kind.as_str().into(),
            repository.into(),
        ],
    )?;
    Ok(())
}

/// Deletes a group with its lists.
pub(crate) fn delete(tx: &mut Tx, domain: &DomainKey, pattern: &Pattern) -> Result<(), Error> {
    let key =
        [(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), pattern.as_str().into()];
    for sql in [
        "DELETE FROM codeartifact_package_group_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND pattern = ?4",
        "DELETE FROM codeartifact_package_group
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND pattern = ?4",
    ] {
        tx.execute(sql, &key)?;
    }
    Ok(())
}

/// Takes a repository that is deleted off every list; says whether it stood on any.
pub(crate) fn forget_repository(tx: &mut Tx, domain: &DomainKey, repository: &str) -> Result<bool, Error> {
    let taken = tx.execute(
        "DELETE FROM codeartifact_package_group_repository
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), repository.into()],
    )?;
    Ok(taken > 0)
}

fn group(row: &Row<'_>) -> Result<Group, Error> {
    let mode = |column: usize| stored(Mode::parse(row.str(column)?), "mode of a package group");
    let text = row.str(0)?;
    let pattern = Pattern::parse(text)
        .map_err(|rule| Error::Broken(format!("the stored pattern {text} of a package group {rule}")))?;
    Ok(Group {
        pattern,
        description: row.optional_text(1)?,
        contact_info: row.optional_text(2)?,
        modes: [mode(3)?, mode(4)?, mode(5)?],
        allowed: [const { BTreeSet::new() }; 3],
        release_age: row.optional_text(6)?,
        release_age_exempt: row.optional_text(7)?,
        created_at: row.timestamp(8)?,
    })
}
