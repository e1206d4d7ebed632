//! SQL of the home region controls; one per account, in whatever region it was made.

use model::Timestamp;
use store::{Error, Row, Tx};

pub(crate) const MIGRATION: &str = "
    CREATE TABLE home_region_control (
        account TEXT NOT NULL,
        control_id TEXT NOT NULL,
        home_region TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        PRIMARY KEY (account)
    );
";

/// The home region of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Control {
    pub control_id: String,
    pub home_region: String,
    pub requested_at: Timestamp,
}

pub(crate) fn get(tx: &mut Tx, account: &str) -> Result<Option<Control>, Error> {
    tx.query_one(
        "SELECT control_id, home_region, requested_at FROM home_region_control WHERE account = ?1",
        &[account.into()],
        |row: &Row<'_>| {
            Ok(Control {
                control_id: row.text(0)?,
                home_region: row.text(1)?,
                requested_at: row.timestamp(2)?,
            })
        },
    )
}

pub(crate) fn put(tx: &mut Tx, account: &str, control: &Control) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO home_region_control (account, control_id, home_region, requested_at)
         VALUES (?1, ?2, ?3, ?4)",
        &[
            account.into(),
            (&control.control_id).into(),
            (&control.home_region).into(),
            control.requested_at.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx, account: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM home_region_control WHERE account = ?1", &[account.into()])?;
    Ok(())
}
