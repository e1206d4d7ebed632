//! What readers see: the heads, and the segments that the manifest names.

use std::sync::{Arc, PoisonError, RwLock};

use crate::error::Error;
use crate::head::Heads;
use crate::moments::Moments;
use crate::point::{Kind, Point, Quality, SeriesKey};
use crate::scan::{Direction, Part, Piece, Scan};
use crate::segment::Segment;
use crate::slot::{Column, last_written};

/// Segments in the order of their generations, the oldest first.
pub type Segments = Vec<Arc<Segment>>;

/// Heads and segments; reading them never waits for the disk of a writer.
#[derive(Default)]
pub struct Tables {
    /// What is in no segment yet.
    pub heads: Heads,
    segments: RwLock<Arc<Segments>>,
}

impl Tables {
    /// Answers the segments as they are now.
    pub fn segments(&self) -> Arc<Segments> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other segments in place of those there are.
    pub fn set_segments(&self, mut segments: Segments) {
        segments.sort_by_key(|segment| (segment.description.generation, segment.description.number));
        *self.segments.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(segments);
    }

    /// Scans a series from `first` to `last`, both included.
    pub fn scan(
        &self,
        key: SeriesKey,
        direction: Direction,
        (first, last): (i64, i64),
    ) -> Result<Scan, Error> {
        // The heads come first: what is sealed meanwhile is then seen twice, and not never.
        let (head, frozen) = {
            let shard = self.heads.read(key);
            (shard.head.get(&key).map(|column| column.between(first, last)), shard.frozen.clone())
        };
        let mut generations = Vec::new();
        for segment in self.segments().iter() {
            let blocks = segment.blocks(key, first, last)?;
            if !blocks.is_empty() {
                generations
                    .push(blocks.into_iter().map(|entry| Piece::Block(segment.clone(), entry)).collect());
            }
        }
        let memory = |pieces: Vec<Arc<Column>>| pieces.into_iter().map(Piece::Points).collect();
        if let Some(column) = frozen.as_ref().and_then(|frozen| frozen.get(&key)) {
            generations.push(memory(column.between(first, last)));
        }
        if let Some(head) = head {
            generations.push(memory(head));
        }
        Ok(Scan::new(generations, direction, (first, last)))
    }

    /// Hands the points of a series from `first` to `last`, both included, to `each` until it says no; at one instant
    /// GOOD stands before UNCERTAIN and BAD in either direction's list of ascending, and behind them descending.
    pub fn read(
        &self,
        key: SeriesKey,
        direction: Direction,
        range: (i64, i64),
        each: &mut dyn FnMut(Point) -> bool,
    ) -> Result<(), Error> {
        let mut scan = self.scan(key, direction, range)?;
        while let Some(part) = scan.next(&mut |_| false)? {
            let Part::Points(column) = part else { continue };
            let mut hand = |slot: &crate::slot::Slot| slot.tag.is_removed() || each(column.point(slot));
            let goes_on = match direction {
                Direction::Ascending => column.slots.iter().all(&mut hand),
                Direction::Descending => column.slots.iter().rev().all(&mut hand),
            };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    /// Answers the point with the greatest timestamp; of two qualities at that instant the one written last.
    pub fn latest(&self, key: SeriesKey) -> Result<Option<Point>, Error> {
        if let Some(known) = self.heads.read(key).latest.get(&key) {
            return Ok(known.clone());
        }
        let writes = self.heads.read(key).writes;
        let found = self.look_up_latest(key, i64::MAX)?;
        let mut shard = self.heads.write(key);
        if shard.writes == writes {
            shard.latest.insert(key, found.clone());
        }
        Ok(found)
    }

    /// Answers the newest point at or before an instant.
    pub fn at_or_before(&self, key: SeriesKey, instant: i64) -> Result<Option<Point>, Error> {
        self.look_up_latest(key, instant)
    }

    fn look_up_latest(&self, key: SeriesKey, instant: i64) -> Result<Option<Point>, Error> {
        let mut scan = self.scan(key, Direction::Descending, (i64::MIN, instant))?;
        while let Some(part) = scan.next(&mut |_| false)? {
            let Part::Points(mut column) = part else { continue };
            column.slots.retain(|slot| !slot.tag.is_removed());
            let Some(last) = column.slots.last() else { continue };
            let begin = column.slots.partition_point(|slot| slot.timestamp < last.timestamp);
            return Ok(last_written(&column.slots[begin..]).map(|slot| column.point(slot)));
        }
        Ok(None)
    }

    /// Gathers the moments of windows: `end_of` answers the end of the window in which a timestamp lies, and must not
    /// fall while timestamps rise. `each` gets every window with points, by its end, one quality after the other.
    pub fn aggregate(
        &self,
        key: SeriesKey,
        range: (i64, i64),
        end_of: &dyn Fn(i64) -> i64,
        each: &mut dyn FnMut(i64, Quality, Moments) -> bool,
    ) -> Result<(), Error> {
        let mut scan = self.scan(key, Direction::Ascending, range)?;
        let mut window: Option<(i64, [Moments; 3])> = None;
        let mut flush = |window: &mut Option<(i64, [Moments; 3])>, next: Option<i64>| -> bool {
            let Some((end, moments)) = window.filter(|(end, _)| Some(*end) != next) else { return true };
            *window = None;
            let known = Quality::ALL.into_iter().zip(moments).filter(|(_, moments)| moments.count > 0);
            known.into_iter().all(|(quality, moments)| each(end, quality, moments))
        };
        while let Some(part) = scan.next(&mut |entry| end_of(entry.first) == end_of(entry.last))? {
            match part {
                Part::Block(entry, head) => {
                    let end = end_of(entry.first);
                    if !flush(&mut window, Some(end)) {
                        return Ok(());
                    }
                    let Some((quality, moments)) = head.moments else { continue };
                    let (_, all) = window.get_or_insert((end, [Moments::default(); 3]));
                    all[usize::from(quality.code())].merge(&moments);
                }
                Part::Points(column) => {
                    for slot in column.slots.iter().filter(|slot| !slot.tag.is_removed()) {
                        let end = end_of(slot.timestamp);
                        if !flush(&mut window, Some(end)) {
                            return Ok(());
                        }
                        let (_, all) = window.get_or_insert((end, [Moments::default(); 3]));
                        all[usize::from(slot.tag.quality().code())].add(column.number(slot));
                    }
                }
            }
        }
        flush(&mut window, None);
        Ok(())
    }

    /// Answers what the values of a series are, if it has any.
    pub fn kind(&self, key: SeriesKey) -> Result<Option<Kind>, Error> {
        let shard = self.heads.read(key);
        if let Some(column) = shard.head.get(&key) {
            return Ok(Some(column.kind()));
        }
        if let Some(column) = shard.frozen.as_ref().and_then(|frozen| frozen.get(&key)) {
            return Ok(Some(column.kind()));
        }
        drop(shard);
        for segment in self.segments().iter() {
            if let Some(entry) = segment.blocks(key, i64::MIN, i64::MAX)?.first() {
                return Ok(Some(entry.kind));
            }
        }
        Ok(None)
    }
}
