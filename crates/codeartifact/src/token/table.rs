//! Rows of revoked tokens: one each for a single token, for a principal, and for everybody.

use store::{Error, Tx};

use crate::domain::DomainKey;

/// What is revoked, as it stands in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revoked {
    /// `token:FINGERPRINT`, `principal:ARN` or the empty text for everybody.
    pub(super) subject: String,
    /// Tokens that were issued up to then, in milliseconds.
    pub(super) until_ms: i64,
    /// When the last of these tokens ends on its own.
    pub(super) expires_ms: i64,
}

pub(super) fn list(tx: &mut Tx, domain: &DomainKey) -> Result<Vec<Revoked>, Error> {
    tx.query(
        "SELECT subject, until_ms, expires_ms FROM codeartifact_revoked_token
         WHERE account = ?1 AND region = ?2 AND domain = ?3 ORDER BY subject",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into()],
        |row| Ok(Revoked { subject: row.text(0)?, until_ms: row.integer(1)?, expires_ms: row.integer(2)? }),
    )
}

/// Keeps what is revoked; what was revoked for longer stays so.
pub(super) fn put(tx: &mut Tx, domain: &DomainKey, revoked: &Revoked) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO codeartifact_revoked_token (account, region, domain, subject, until_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, region, domain, subject) DO UPDATE SET
           until_ms = CASE WHEN codeartifact_revoked_token.until_ms > ?5
             THEN codeartifact_revoked_token.until_ms ELSE ?5 END,
           expires_ms = CASE WHEN codeartifact_revoked_token.expires_ms > ?6
             THEN codeartifact_revoked_token.expires_ms ELSE ?6 END",
        &[
            (&domain.account).into(),
            (&domain.region).into(),
            (&domain.name).into(),
            (&revoked.subject).into(),
            revoked.until_ms.into(),
            revoked.expires_ms.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_all(tx: &mut Tx, domain: &DomainKey) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM codeartifact_revoked_token WHERE account = ?1 AND region = ?2 AND domain = ?3",
        &[(&domain.account).into(), (&domain.region).into(), (&domain.name).into()],
    )?;
    Ok(())
}

/// Forgets what has ended on its own.
pub(super) fn sweep(tx: &mut Tx, now_ms: i64) -> Result<u64, Error> {
    tx.execute("DELETE FROM codeartifact_revoked_token WHERE expires_ms < ?1", &[now_ms.into()])
}
