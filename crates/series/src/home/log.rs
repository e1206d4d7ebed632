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
    /// Whether a commit broke off such that its group may stand behind the last one all the same.
    is_uncertain: bool,
}

impl RowLog {
    /// Opens the log of the engine of that name, whose groups up to `sealed` are elsewhere.
    pub fn open(store: &Store, engine: &str, sealed: Position) -> Result<Self, Error> {
        let name = engine.to_owned();
        let last = store.read_blocking(move |tx| table::last(tx, &name).map_err(Error::from))?;
        let last = last.unwrap_or_default().max(sealed);
        Ok(Self { store: store.clone(), engine: engine.to_owned(), last, is_uncertain: false })
    }
}

impl Log for RowLog {
    fn append(&mut self, group: &[u8]) -> Result<Position, Error> {
        let (engine, last, group) = (self.engine.clone(), self.last, group.to_vec());
        let is_uncertain = self.is_uncertain;
        let kept = self.store.write_blocking(move |tx| -> Result<(), Error> {
            if is_uncertain {
                // Nobody was told that it is there, so it is not.
                table::forget_behind(tx, &engine, last)?;
            }
            Ok(table::append(tx, &engine, last + 1, &group)?)
        });
        self.is_uncertain = kept.is_err();
        kept?;
        self.last += 1;
        Ok(self.last)
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
