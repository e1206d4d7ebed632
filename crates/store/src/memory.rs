//! Metadata that lives in memory only: one SQLite connection, no threads, for `--ephemeral` and tests.

use std::sync::{Mutex, PoisonError};

use crate::sqlite::{self, transaction};
use crate::tx::Connection;
use crate::{Error, OpenError, Options, Tx};

/// The only connection; jobs take turns on their callers' threads.
pub(crate) struct Memory(Mutex<Tx>);

impl Memory {
    pub(crate) fn open(options: &Options) -> Result<Memory, OpenError> {
        let connection = sqlite::connection::memory()?;
        let mut tx = Tx::new(Connection::Sqlite(connection), options.clock.clone(), options.entropy.clone());
        transaction::migrate(&mut tx, options.rooms)?;
        Ok(Memory(Mutex::new(tx)))
    }

    pub(crate) fn run<T, E>(&self, read_only: bool, body: &impl Fn(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        // A job's panic is caught inside, so a poisoned lock still guards a rolled-back connection.
        let mut tx = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tx.set_read_only(read_only);
        transaction::alone(&mut tx, if read_only { transaction::READ } else { transaction::WRITE }, body)
    }
}
