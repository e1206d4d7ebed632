//! Heads: the points that are in the log and in no segment yet, sorted in memory.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::error::Error;
use crate::point::{Kind, Point, Run, SeriesKey, Value};
use crate::slot::{Column, Slot, instant_begin};

/// Points of one piece of a head at most: a late point moves no more than these, and a reader copies none of them.
const PIECE_MAX: usize = 2_048;

/// Locks over all series. A writer holds one of them for a run of points.
const SHARDS: usize = 64;

/// What a point costs in memory, and a series beside its points.
const SLOT_BYTES: usize = 24;
const SERIES_BYTES: usize = 160;

/// The points of one series in the head: sorted pieces that readers share.
#[derive(Clone, Debug)]
pub struct HeadColumn {
    kind: Kind,
    /// Pieces one behind the other; no instant lies in two of them, and none is empty.
    pieces: Vec<Arc<Column>>,
}

/// Series by key, hashed by nothing more than a multiplication: keys are random numbers that this server made.
pub type ByKey<T> = HashMap<SeriesKey, T, BuildHasherDefault<KeyHasher>>;

/// Spreads keys that are random already.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
}

/// Columns that are being sealed: they change no more.
pub type Frozen = ByKey<HeadColumn>;

/// A part of all series under one lock.
#[derive(Default)]
pub struct Shard {
    /// What was written since the last freeze.
    pub head: ByKey<HeadColumn>,
    /// What is being sealed.
    pub frozen: Option<Arc<Frozen>>,
    /// The newest point of series that were asked for it; whatever is written goes through it.
    pub latest: ByKey<Option<Point>>,
    /// Grows with every write.
    pub writes: u64,
    bytes: usize,
}

/// The heads of all series.
pub struct Heads {
    shards: Vec<RwLock<Shard>>,
}

impl HeadColumn {
    fn new(kind: Kind) -> Self {
        Self { kind, pieces: Vec::new() }
    }

    /// Answers what the values are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Answers the pieces with points from `first` to `last`, and perhaps others at their ends.
    pub fn between(&self, first: i64, last: i64) -> Vec<Arc<Column>> {
        let begin = self.pieces.partition_point(|piece| end(piece) < first);
        let behind = self.pieces.partition_point(|piece| begin_of(piece) <= last).max(begin);
        self.pieces[begin..behind].to_vec()
    }

    /// Answers all pieces.
    pub fn pieces(&self) -> &[Arc<Column>] {
        &self.pieces
    }

    /// Puts a point where it belongs, in place of one with its identity.
    pub fn put(&mut self, point: &Point) {
        let timestamp = point.timestamp;
        let place = self.pieces.partition_point(|piece| end(piece) < timestamp);
        // A point behind all others goes to the last piece.
        let place = place.min(self.pieces.len().saturating_sub(1));
        if self.pieces.is_empty() {
            self.pieces.push(Arc::new(Column::new(self.kind)));
        }
        let piece = Arc::make_mut(&mut self.pieces[place]);
        put(piece, point);
        if piece.texts.len() > 2 * PIECE_MAX {
            let mut tidy = Column::new(piece.kind);
            tidy.extend(piece, &piece.slots);
            *piece = tidy;
        }
        if piece.slots.len() > PIECE_MAX {
            self.split(place);
        }
    }

    /// Cuts a piece in two: in the middle, or before its end if points come in order.
    fn split(&mut self, place: usize) {
        let piece = &self.pieces[place];
        let n = piece.slots.len();
        let at = if place + 1 == self.pieces.len() { n - 1 } else { n / 2 };
        let at = instant_begin(&piece.slots, at);
        if at == 0 {
            return;
        }
        let part = |slots: &[Slot]| {
            let mut part = Column::new(piece.kind);
            part.extend(piece, slots);
            Arc::new(part)
        };
        let halves = [part(&piece.slots[..at]), part(&piece.slots[at..])];
        self.pieces.splice(place..=place, halves);
    }
}

fn begin_of(piece: &Column) -> i64 {
    piece.slots.first().map_or(i64::MAX, |slot| slot.timestamp)
}

fn end(piece: &Column) -> i64 {
    piece.slots.last().map_or(i64::MIN, |slot| slot.timestamp)
}

/// Puts a point where it belongs in a piece.
fn put(piece: &mut Column, point: &Point) {
    let mut slot = piece.slot(point);
    if end(piece) < slot.timestamp || piece.slots.is_empty() {
        piece.slots.push(slot);
        return;
    }
    let begin = piece.slots.partition_point(|other| other.timestamp < slot.timestamp);
    let behind = piece.slots.partition_point(|other| other.timestamp <= slot.timestamp);
    let mut several = false;
    for other in &mut piece.slots[begin..behind] {
        other.tag.mark_last(false);
        several |= other.tag.quality() != slot.tag.quality();
    }
    slot.tag.mark_last(several);
    match piece.slots[begin..behind].binary_search_by_key(&slot.identity(), Slot::identity) {
        Ok(place) => piece.slots[begin + place] = slot,
        Err(place) => piece.slots.insert(begin + place, slot),
    }
}

/// Chooses the lock by bits from the middle of the hash: a table tells its entries apart by the highest seven and finds
/// them by the lowest, which must differ under one lock.
fn shard_of(hash: u64) -> usize {
    usize::try_from((hash >> 40) % SHARDS as u64).unwrap_or_default()
}

impl Default for Heads {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }
}

impl Heads {
    fn shard(&self, key: SeriesKey) -> &RwLock<Shard> {
        let mut hasher = KeyHasher::default();
        hasher.write_u64(key.0);
        &self.shards[shard_of(hasher.finish())]
    }

    /// Looks at the part in which a series is.
    pub fn read(&self, key: SeriesKey) -> RwLockReadGuard<'_, Shard> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the part in which a series is.
    pub fn write(&self, key: SeriesKey) -> RwLockWriteGuard<'_, Shard> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the points of a run in their places; nothing of a run of the wrong kind.
    pub fn put(&self, run: &Run) -> Result<(), Error> {
        let mut shard = self.write(run.key);
        shard.put(run)
    }

    /// Takes what is in the heads away to be sealed; readers still find it. Nothing may be frozen already.
    pub fn freeze(&self) -> Vec<Arc<Frozen>> {
        let mut all = Vec::with_capacity(SHARDS);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            debug_assert!(shard.frozen.is_none(), "one head is sealed before the next one freezes");
            let head = std::mem::take(&mut shard.head);
            let frozen = Arc::new(head);
            shard.bytes = 0;
            shard.frozen = Some(frozen.clone());
            all.push(frozen);
        }
        all
    }

    /// Lets go of what was frozen: it is in segments now.
    pub fn thaw(&self) {
        for shard in &self.shards {
            shard.write().unwrap_or_else(PoisonError::into_inner).frozen = None;
        }
    }

    /// Forgets series.
    pub fn forget(&self, keys: &[SeriesKey]) {
        for key in keys {
            let mut shard = self.write(*key);
            shard.head.remove(key);
            shard.latest.remove(key);
            shard.writes += 1;
        }
    }

    /// Answers about how much memory the heads take.
    pub fn bytes(&self) -> usize {
        let bytes = |shard: &RwLock<Shard>| shard.read().unwrap_or_else(PoisonError::into_inner).bytes;
        self.shards.iter().map(bytes).sum()
    }
}

impl Shard {
    fn put(&mut self, run: &Run) -> Result<(), Error> {
        if run.points.iter().any(|point| !run.kind.accepts(&point.value)) {
            return Err(Error::WrongKind);
        }
        let mut added = 0;
        let column = self.head.entry(run.key).or_insert_with(|| {
            added += SERIES_BYTES;
            HeadColumn::new(run.kind)
        });
        if column.kind() != run.kind {
            return Err(Error::WrongKind);
        }
        for point in &run.points {
            added += SLOT_BYTES;
            if let Value::String(text) = &point.value {
                added += text.len() + 32;
            }
            column.put(point);
        }
        self.bytes += added;
        self.writes += 1;
        self.note_latest(run);
        Ok(())
    }

    /// Moves the newest point of a series on, if it is known; of two qualities at one instant the one written last
    /// counts.
    fn note_latest(&mut self, run: &Run) {
        if run.points.iter().any(|point| matches!(point.value, Value::Removed)) {
            // What is the newest now is looked up when somebody asks.
            self.latest.remove(&run.key);
            return;
        }
        let Some(latest) = self.latest.get_mut(&run.key) else { return };
        for point in &run.points {
            if latest.as_ref().is_none_or(|latest| point.timestamp >= latest.timestamp) {
                *latest = Some(point.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn series_under_one_lock_differ_where_tables_look() {
        let hash = |key: u64| {
            let mut hasher = KeyHasher::default();
            hasher.write_u64(key);
            hasher.finish()
        };
        let mut random = 1_u64;
        let keys = std::iter::repeat_with(|| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            random >> 1
        });
        let mut shards = vec![HashSet::new(); SHARDS];
        for key in keys.take(64 * 1024) {
            shards[shard_of(hash(key))].insert(hash(key) >> 57);
        }
        let least = shards.iter().map(HashSet::len).min();
        assert!(least > Some(100), "of 128 marks only {least:?} are in use");
    }
}
