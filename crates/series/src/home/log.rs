//! The log as rows of the metadata database: one row a group, for servers whose disks come and go.

use store::Store;

use super::table;
use crate::error::Error;
use crate::log::{Each, Log, Position};

/// Groups that are read at once when the log is replayed; each may have a few megabytes.
const READ_AT_ONCE: i64 = 16;

/// The log of one engine in rows.
pub struct RowLog {
    store: Store,
    engine: String,
    last: Position,
    halted: Option<String>,
}

impl RowLog {
    /// Opens the log of the engine of that name, whose groups up to `sealed` are elsewhere.
    pub fn open(store: &Store, engine: &str, sealed: Position) -> Result<Self, Error> {
        let name = engine.to_owned();
        let last = store.read_blocking(move |tx| table::last(tx, &name).map_err(Error::from))?;
        let last = last.unwrap_or_default().max(sealed);
        Ok(Self { store: store.clone(), engine: engine.to_owned(), last, halted: None })
    }
}

impl Log for RowLog {
    fn append(&mut self, group: &[u8]) -> Result<Position, Error> {
        if let Some(why) = &self.halted {
            return Err(Error::Halted(why.clone()));
        }
        let (engine, position, group) = (self.engine.clone(), self.last + 1, group.to_vec());
        let kept = self.store.write_blocking(move |tx| -> Result<(), Error> {
            Ok(table::append(tx, &engine, position, &group)?)
        });
        match kept {
            Ok(()) => {
                self.last = position;
                Ok(position)
            }
            Err(error) => {
                // The connection may have broken behind the commit: only a look after a restart tells.
                self.halted = Some(error.to_string());
                Err(error)
            }
        }
    }

    fn read(&self, after: Position, each: Each<'_>) -> Result<(), Error> {
        let mut after = after;
        loop {
            let (engine, from) = (self.engine.clone(), after);
            let groups = self.store.read_blocking(move |tx| -> Result<_, Error> {
                Ok(table::groups(tx, &engine, from, READ_AT_ONCE)?)
            })?;
            let Some((last, _)) = groups.last() else { return Ok(()) };
            after = *last;
            for (position, group) in groups {
                each(position, &group)?;
            }
        }
    }

    fn last(&self) -> Position {
        self.last
    }

    fn release(&mut self, upto: Position) -> Result<(), Error> {
        let engine = self.engine.clone();
        self.store.write_blocking(move |tx| -> Result<(), Error> { Ok(table::release(tx, &engine, upto)?) })
    }
}
