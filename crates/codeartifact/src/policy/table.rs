//! Rows of permissions policies; that of a domain has the empty text for a repository.

use store::{Error, Tx};

use super::Policy;
use crate::domain::DomainKey;

pub(crate) fn get(tx: &mut Tx, domain: &DomainKey, repository: &str) -> Result<Option<Policy>, Error> {
    tx.query_one(
        "SELECT revision, document FROM codeartifact_policy
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), repository.into()],
        |row| Ok(Policy { revision: row.text(0)?, document: row.text(1)? }),
    )
}

pub(super) fn put(tx: &mut Tx, domain: &DomainKey, repository: &str, policy: &Policy) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO codeartifact_policy (account, region, domain, repository, revision, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, region, domain, repository) DO UPDATE SET revision = excluded.revision,
             document = excluded.document",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            repository.into(),
            (&policy.revision).into(),
            (&policy.document).into(),
        ],
    )?;
    Ok(())
}

/// Deletes a policy, if there is one.
pub(crate) fn delete(tx: &mut Tx, domain: &DomainKey, repository: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_policy
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into(), repository.into()],
    )?;
    Ok(())
}
