//! Seals heads into segments, merges segments, and drops what is over: everything behind the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::UNFINISHED;
use crate::error::Error;
use crate::head::Frozen;
use crate::log::Position;
use crate::manifest::{Change, Manifest};
use crate::objects::Objects;
use crate::point::SeriesKey;
use crate::scan::{Direction, Part, Piece, Scan};
use crate::segment::{self, Description, Entry, Segment, State, Writer, Written, stretch, stretch_end};
use crate::slot::{Column, Slot, instant_begin};
use crate::tables::Tables;

/// So many neighbouring segments of one tier become one of the next.
const MERGE_MIN: usize = 4;

/// Segments are not merged into larger ones than this.
const SEGMENT_BYTES: usize = 128 << 20;

/// Points that wait while a series is written anew: two blocks, so that the last one is no splinter.
const PENDING: usize = 8_000;

/// Says which series are still there; what is not is left out of new segments.
pub type Alive<'a> = &'a dyn Fn(SeriesKey) -> bool;

/// What of a series is kept when segments are written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    All,
    /// Blocks of stretches that end behind an instant: what is older goes with its stretch, never point by point.
    From(i64),
    /// Nothing: the series is gone.
    Nothing,
}

impl Keep {
    /// Says whether blocks of a stretch stay.
    fn keeps(self, stretch: i64) -> bool {
        match self {
            Self::All => true,
            Self::From(instant) => stretch_end(stretch) > instant,
            Self::Nothing => false,
        }
    }
}

/// What is taken out of the heads to be sealed.
pub struct Freeze {
    /// The last group whose points are in it.
    pub position: Position,
    /// The points, in parts.
    pub parts: Vec<Arc<Frozen>>,
}

/// Keeps the segments.
pub struct Keeper {
    objects: Arc<dyn Objects>,
    manifest: Arc<dyn Manifest>,
    tables: Arc<Tables>,
    state: Mutex<State>,
    /// Held while segments are taken away, so that no two works take the same ones.
    rewriting: Mutex<()>,
}

impl Keeper {
    /// Opens the segments that the manifest names, and removes objects that it does not: those of a work that was
    /// not finished.
    pub fn open(
        objects: Arc<dyn Objects>,
        manifest: Arc<dyn Manifest>,
        tables: Arc<Tables>,
    ) -> Result<Self, Error> {
        let state = manifest.load()?;
        let mut segments = Vec::with_capacity(state.segments.len());
        for description in &state.segments {
            let file = objects.open(&description.name())?;
            segments.push(Arc::new(Segment::open(description.clone(), file)?));
        }
        let known: BTreeSet<u64> = state.segments.iter().map(|segment| segment.number).collect();
        for name in objects.names()? {
            let (own, is_unfinished) = match name.strip_suffix(UNFINISHED) {
                Some(own) => (own, true),
                None => (name.as_str(), false),
            };
            if segment::number(own).is_some_and(|number| is_unfinished || !known.contains(&number)) {
                objects.remove(&name)?;
            }
        }
        tables.set_segments(segments);
        Ok(Self { objects, manifest, tables, state: Mutex::new(state), rewriting: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rewriting(&self) -> MutexGuard<'_, ()> {
        self.rewriting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers up to where the log is in segments.
    pub fn sealed(&self) -> Position {
        self.state().sealed
    }

    /// Writes what is frozen as segments; when this answers, the log up to the freeze is not needed any more.
    pub fn seal(&self, freeze: &Freeze, alive: Alive<'_>) -> Result<(), Error> {
        let mut columns: Vec<_> = freeze.parts.iter().flat_map(|part| part.iter()).collect();
        columns.sort_unstable_by_key(|(key, _)| **key);
        let mut writers: BTreeMap<i64, Writer> = BTreeMap::new();
        for (key, column) in columns {
            if alive(*key) {
                let pieces = column.pieces().iter().cloned().map(Piece::Points).collect();
                write_series(vec![pieces], false, &mut |stretch, column, slots| {
                    writers.entry(stretch).or_default().add(*key, column, slots);
                })?;
            }
        }
        let written: Vec<(i64, Written)> =
            writers.into_iter().map(|(stretch, writer)| (stretch, writer.finish())).collect();
        let mut added = Vec::with_capacity(written.len());
        for (stretch, written) in written {
            added.push(self.put(written, (None, 0, stretch))?);
        }
        self.replace(Change { removed: Vec::new(), added, sealed: Some(freeze.position) })?;
        self.tables.heads.thaw();
        Ok(())
    }

    /// Puts the object of a new segment and describes it; without a generation it is one of its own.
    fn put(
        &self,
        written: Written,
        (generation, tier, stretch): (Option<u64>, u32, i64),
    ) -> Result<Description, Error> {
        let number = {
            let mut state = self.state();
            state.next_number += 1;
            state.next_number - 1
        };
        let description = Description {
            number,
            generation: generation.unwrap_or(number),
            tier,
            stretch,
            first: written.first,
            last: written.last,
            points: written.points,
            bytes: written.bytes.len() as u64,
            crc: written.crc,
        };
        self.objects.put(&description.name(), &written.bytes)?;
        Ok(description)
    }

    /// Makes a change of the manifest, lets readers see it, and removes what nobody needs any more.
    fn replace(&self, change: Change) -> Result<(), Error> {
        let mut opened = Vec::with_capacity(change.added.len());
        for description in &change.added {
            let file = self.objects.open(&description.name())?;
            opened.push(Arc::new(Segment::open(description.clone(), file)?));
        }
        let mut state = self.state();
        self.manifest.save(&change)?;
        state.apply(&change);
        let segments = self.tables.segments();
        let kept = segments.iter().filter(|segment| !change.removed.contains(&segment.description.number));
        self.tables.set_segments(kept.cloned().chain(opened).collect());
        drop(state);
        for number in change.removed {
            self.objects.remove(&segment::name(number))?;
        }
        Ok(())
    }

    /// Merges segments where it pays; answers whether there was anything to do.
    pub fn merge(&self, alive: Alive<'_>) -> Result<bool, Error> {
        let _rewriting = self.rewriting();
        let segments = self.tables.segments();
        let Some((group, oldest)) = choose(&segments) else { return Ok(false) };
        self.merge_group(&group, oldest, alive)?;
        Ok(true)
    }

    /// Writes neighbouring segments of one stretch as one generation.
    fn merge_group(&self, group: &[Arc<Segment>], oldest: bool, alive: Alive<'_>) -> Result<(), Error> {
        let Some(newest) = group.last() else { return Ok(()) };
        let (stretch, generation) = (newest.description.stretch, newest.description.generation);
        let tier = newest.description.tier + 1;
        let mut series: BTreeMap<SeriesKey, Vec<(usize, Entry)>> = BTreeMap::new();
        for (i, segment) in group.iter().enumerate() {
            for page in 0..segment.pages() {
                for entry in segment.page(page)? {
                    series.entry(entry.key).or_default().push((i, entry));
                }
            }
        }
        let mut added = Vec::new();
        let mut writer = Writer::default();
        for (key, entries) in series.into_iter().filter(|(key, _)| alive(*key)) {
            let mut generations: Vec<Vec<Piece>> = Vec::new();
            for (i, segment) in group.iter().enumerate() {
                let own = entries.iter().filter(|(from, _)| *from == i);
                generations.push(own.map(|(_, entry)| Piece::Block(segment.clone(), *entry)).collect());
            }
            write_series(generations, oldest, &mut |_, column, slots| writer.add(key, column, slots))?;
            if writer.len() >= SEGMENT_BYTES {
                let full = std::mem::take(&mut writer).finish();
                added.push(self.put(full, (Some(generation), tier, stretch))?);
            }
        }
        if !writer.is_empty() {
            added.push(self.put(writer.finish(), (Some(generation), tier, stretch))?);
        }
        let removed = group.iter().map(|segment| segment.description.number).collect();
        self.replace(Change { removed, added, sealed: None })
    }

    /// Drops the segments all of whose points lie before an instant; answers how many there were.
    pub fn drop_before(&self, instant: i64) -> Result<usize, Error> {
        let _rewriting = self.rewriting();
        let old = |description: &Description| {
            description.last < instant && stretch_end(description.stretch) <= instant
        };
        let removed: Vec<u64> = self
            .state()
            .segments
            .iter()
            .filter(|segment| old(segment))
            .map(|segment| segment.number)
            .collect();
        let count = removed.len();
        if count > 0 {
            self.replace(Change { removed, ..Change::default() })?;
        }
        Ok(count)
    }

    /// Writes one segment anew that holds something of which nothing is to be kept; answers whether there was one.
    ///
    /// One at a time, so that whoever calls it decides how much the disk is asked for.
    pub fn purge(&self, keep: &dyn Fn(SeriesKey) -> Keep) -> Result<bool, Error> {
        let _rewriting = self.rewriting();
        for segment in self.tables.segments().iter() {
            let stretch = segment.description.stretch;
            let stays = |entry: &Entry| keep(entry.key).keeps(stretch);
            let mut kept = Vec::new();
            let mut goes = 0;
            for page in 0..segment.pages() {
                let entries = segment.page(page)?;
                let before = kept.len();
                goes += entries.len();
                kept.extend(entries.into_iter().filter(stays));
                goes -= kept.len() - before;
            }
            if goes > 0 {
                self.rewrite(segment, &kept)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts a segment with some of its blocks in the place of all of it.
    fn rewrite(&self, segment: &Segment, kept: &[Entry]) -> Result<(), Error> {
        let Description { number, generation, tier, stretch, .. } = segment.description;
        let mut writer = Writer::default();
        for entry in kept {
            let column = segment.read(entry)?;
            writer.add(entry.key, &column, &column.slots);
        }
        let mut added = Vec::new();
        if !writer.is_empty() {
            added.push(self.put(writer.finish(), (Some(generation), tier, stretch))?);
        }
        self.replace(Change { removed: vec![number], added, sealed: None })
    }

    /// Answers the first instant behind the oldest stretch that has a segment, if there is one.
    pub fn oldest_stretch_end(&self) -> Option<i64> {
        self.state().segments.iter().map(|segment| stretch_end(segment.stretch)).min()
    }

    /// Lists the series in segments, each once.
    pub fn keys(&self) -> Result<BTreeSet<SeriesKey>, Error> {
        let mut keys = BTreeSet::new();
        for segment in self.tables.segments().iter() {
            for page in 0..segment.pages() {
                keys.extend(segment.page(page)?.into_iter().map(|entry| entry.key));
            }
        }
        Ok(keys)
    }

    /// Reads every byte of every segment and compares checksums; answers what is wrong.
    pub fn verify(&self) -> Vec<Error> {
        self.tables.segments().iter().filter_map(|segment| segment.verify().err()).collect()
    }
}

/// Chooses neighbours to be merged: segments of one stretch that follow each other in age and have the same tier; and
/// says whether nothing older is in that stretch, so that removed points need not be remembered any more.
fn choose(segments: &[Arc<Segment>]) -> Option<(Vec<Arc<Segment>>, bool)> {
    let mut stretches: BTreeMap<i64, Vec<&Arc<Segment>>> = BTreeMap::new();
    for segment in segments {
        stretches.entry(segment.description.stretch).or_default().push(segment);
    }
    for stretch in stretches.values() {
        let mut oldest = true;
        for group in stretch.chunk_by(|one, other| one.description.tier == other.description.tier) {
            let bytes: u64 = group.iter().map(|segment| segment.description.bytes).sum();
            let generations: BTreeSet<u64> =
                group.iter().map(|segment| segment.description.generation).collect();
            if generations.len() >= MERGE_MIN && bytes <= (SEGMENT_BYTES as u64) * MERGE_MIN as u64 {
                return Some((group.iter().map(|segment| (*segment).clone()).collect(), oldest));
            }
            oldest = false;
        }
    }
    None
}

/// Hands the points of a series, cut into stretches and good lengths, to `add`; `forget` leaves removed points out.
fn write_series(
    generations: Vec<Vec<Piece>>,
    forget: bool,
    add: &mut dyn FnMut(i64, &Column, &[Slot]),
) -> Result<(), Error> {
    let mut scan = Scan::new(generations, Direction::Ascending, (i64::MIN, i64::MAX));
    let mut pending: Option<Column> = None;
    while let Some(part) = scan.next(&mut |_| false)? {
        let Part::Points(mut part) = part else { continue };
        if forget {
            part.slots.retain(|slot| !slot.tag.is_removed());
        }
        let column = pending.get_or_insert_with(|| Column::new(part.kind));
        column.extend(&part, &part.slots);
        while column.slots.len() >= PENDING {
            let cut = instant_begin(&column.slots, PENDING / 2);
            add_stretches(column, 0..cut, add);
            let mut rest = Column::new(column.kind);
            rest.extend(column, &column.slots[cut..]);
            *column = rest;
        }
    }
    if let Some(column) = pending {
        add_stretches(&column, 0..column.slots.len(), add);
    }
    Ok(())
}

fn add_stretches(column: &Column, range: std::ops::Range<usize>, add: &mut dyn FnMut(i64, &Column, &[Slot])) {
    let slots = &column.slots[range];
    for piece in slots.chunk_by(|one, other| stretch(one.timestamp) == stretch(other.timestamp)) {
        add(stretch(piece[0].timestamp), column, piece);
    }
}
