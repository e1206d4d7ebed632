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

/// Who follows what is written: computations and notifications, for two.
///
/// It is told every batch in the order of the log, and after a restart again all that the log still holds; what it has
/// dealt with it keeps itself, best as the note of a batch that it writes.
pub trait Observer: Send + Sync {
    /// Tells the batches of a group that is durable and visible. It runs on the thread that owns the log, so it must
    /// be short.
    fn committed(&self, position: Position, batches: Vec<Batch>);

    /// Answers up to which group the log need not be kept for this observer.
    fn done(&self) -> Position;

    /// Says whether more is waiting for this observer than it can hold; nobody but observers writes meanwhile: those
    /// whose batches have a note.
    fn is_crowded(&self) -> bool {
        false
    }
}

/// Owner of the log.
pub struct Committer {
    log: Box<dyn Log>,
    tables: Arc<Tables>,
    observers: Vec<Arc<dyn Observer>>,
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

    /// Says whether an observer wrote it: the batches of all others have no note.
    pub fn is_observers(&self) -> bool {
        !self.batch.note.is_empty()
    }

    /// Says whether it holds nothing at all.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Committer {
    /// Takes over a log and puts into the heads what it holds behind `sealed`; observers are told all that it holds.
    pub fn open(
        log: Box<dyn Log>,
        tables: Arc<Tables>,
        sealed: Position,
        observers: Vec<Arc<dyn Observer>>,
    ) -> Result<Self, Error> {
        log.read(0, &mut |position, group| {
            let mut batches = Vec::new();
            decode(group, &mut |batch| batches.push(batch))
                .map_err(|malformed| Error::malformed("the log", &malformed))?;
            if position > sealed {
                for batch in &batches {
                    apply(&tables, batch);
                }
            }
            tell(&observers, position, batches);
            Ok(())
        })?;
        Ok(Self { log, tables, observers })
    }

    /// Makes batches durable as one group, and visible; answers their position.
    pub fn commit(&mut self, batches: Vec<Prepared>) -> Result<Position, Error> {
        let mut group = Vec::with_capacity(batches.iter().map(|prepared| prepared.bytes.len()).sum());
        for prepared in &batches {
            group.extend_from_slice(&prepared.bytes);
        }
        let position = self.log.append(&group)?;
        for prepared in &batches {
            apply(&self.tables, &prepared.batch);
        }
        if !self.observers.is_empty() {
            let batches = batches.into_iter().map(|prepared| prepared.batch).collect();
            tell(&self.observers, position, batches);
        }
        Ok(position)
    }

    /// Takes the heads away to be sealed. Nothing may be frozen already.
    pub fn freeze(&mut self) -> Freeze {
        Freeze { position: self.log.last(), parts: self.tables.heads.freeze() }
    }

    /// Lets the log forget what is sealed and what no observer waits for.
    pub fn release(&mut self, sealed: Position) -> Result<(), Error> {
        let upto = self.observers.iter().map(|observer| observer.done()).min().unwrap_or(sealed).min(sealed);
        self.log.release(upto)
    }
}

fn tell(observers: &[Arc<dyn Observer>], position: Position, batches: Vec<Batch>) {
    let Some((last, others)) = observers.split_last() else { return };
    for observer in others {
        observer.committed(position, batches.clone());
    }
    last.committed(position, batches);
}

/// Puts a batch into the heads; a run of the wrong kind was refused before it came to the log, and if two came at once
/// the second one is left out, now and at every replay.
fn apply(tables: &Tables, batch: &Batch) {
    for run in &batch.runs {
        let _ = tables.heads.put(run);
    }
}
