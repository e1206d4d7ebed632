//! Crates of a repository by their canonical names.

use store::{Error, Tx};

use crate::repository::RepositoryKey;

/// Lists the spellings under which a repository holds a crate; usually there is one or none.
pub(crate) fn spellings(
    tx: &mut Tx,
    repository: &RepositoryKey,
    canonical: &str,
) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT name FROM codeartifact_package
         WHERE account = ?1 AND region = ?2 AND domain = ?3 AND repository = ?4 AND format = 'cargo'
             AND REPLACE(LOWER(name), '_', '-') = ?5
         ORDER BY name",
        &[
            (&repository.domain.account).into(),
            (&repository.domain.region).into(),
            (&repository.domain.name).into(),
            (&repository.name).into(),
            canonical.into(),
        ],
        |row| row.text(0),
    )
}
