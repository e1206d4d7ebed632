//! Writes groups to the log and then to the heads: the one owner of the log.

use std::sync::Arc;

use crate::error::Error;
use crate::keeper::Freeze;
use crate::log::{Batch, Log, Position, decode, encode};
use crate::tables::Tables;

/// A batch that was checked and encoded by the thread that brought it.
pub struct Prepared {
    batch: Batch,
    bytes: Vec<u8>,
}

/// Owner of the log.
pub struct Committer {
    log: Box<dyn Log>,
    tables: Arc<Tables>,
}

impl Prepared {
    /// Checks a batch and encodes it; `WrongKind` if a point is not of its series' kind.
    pub fn new(batch: Batch, tables: &Tables) -> Result<Self, Error> {
        for run in &batch.runs {
            let fits = run.points.iter().all(|point| run.kind.accepts(&point.value));
            let known = tables.heads.read(run.key).head.get(&run.key).map(crate::head::HeadColumn::kind);
            if !fits || known.is_some_and(|known| known != run.kind) {
                return Err(Error::WrongKind);
            }
        }
        let mut bytes = Vec::new();
        encode(&batch, &mut bytes);
        Ok(Self { batch, bytes })
    }

    /// Answers how long it is in the log.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Says whether it holds nothing at all.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Committer {
    /// Takes over a log and puts into the heads what it holds behind `sealed`; `note` is told the notes again.
    pub fn open(
        log: Box<dyn Log>,
        tables: Arc<Tables>,
        sealed: Position,
        note: &mut dyn FnMut(Position, &[u8]),
    ) -> Result<Self, Error> {
        log.read(sealed, &mut |position, group| {
            decode(group, &mut |batch| {
                if !batch.note.is_empty() {
                    note(position, &batch.note);
                }
                apply(&tables, &batch);
            })
            .map_err(|malformed| Error::malformed("the log", &malformed))
        })?;
        Ok(Self { log, tables })
    }

    /// Makes batches durable as one group, and visible; answers their position.
    pub fn commit(&mut self, batches: &[Prepared]) -> Result<Position, Error> {
        let mut group = Vec::with_capacity(batches.iter().map(|prepared| prepared.bytes.len()).sum());
        for prepared in batches {
            group.extend_from_slice(&prepared.bytes);
        }
        let position = self.log.append(&group)?;
        for prepared in batches {
            apply(&self.tables, &prepared.batch);
        }
        Ok(position)
    }

    /// Takes the heads away to be sealed. Nothing may be frozen already.
    pub fn freeze(&mut self) -> Freeze {
        Freeze { position: self.log.last(), parts: self.tables.heads.freeze() }
    }

    /// Lets the log forget what is sealed.
    pub fn release(&mut self, upto: Position) -> Result<(), Error> {
        self.log.release(upto)
    }

    /// Hands the batches behind a position to `each`, in order.
    pub fn read(&self, after: Position, each: &mut dyn FnMut(Position, Batch)) -> Result<(), Error> {
        self.log.read(after, &mut |position, group| {
            decode(group, &mut |batch| each(position, batch))
                .map_err(|malformed| Error::malformed("the log", &malformed))
        })
    }
}

/// Puts a batch into the heads; a run of the wrong kind was refused before it came to the log, and if two came at once
/// the second one is left out, now and at every replay.
fn apply(tables: &Tables, batch: &Batch) {
    for run in &batch.runs {
        let _ = tables.heads.put(run);
    }
}
