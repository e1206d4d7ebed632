//! Reads one series in order of time, out of heads and segments of several generations.
//!
//! Where only one of them has points it is taken as it is; where several overlap they are merged, and of equal points
//! the newest generation's counts.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::block::Head;
use crate::error::Error;
use crate::segment::{Entry, Segment};
use crate::slot::{Column, merge};

/// In which order points are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// What a scan comes to next.
pub enum Part {
    /// Some points, always sorted by time: a descending scan is read from their end.
    Points(Column),
    /// A whole block of one generation, with the moments of its points.
    Block(Entry, Head),
}

/// Points of one generation, not necessarily loaded.
pub enum Piece {
    /// In memory.
    Points(Arc<Column>),
    /// In a segment.
    Block(Arc<Segment>, Entry),
}

impl Piece {
    fn bounds(&self) -> (i64, i64) {
        match self {
            Self::Points(column) => {
                let at = |slot: Option<&crate::slot::Slot>| slot.map_or(0, |slot| slot.timestamp);
                (at(column.slots.first()), at(column.slots.last()))
            }
            Self::Block(_, entry) => (entry.first, entry.last),
        }
    }
}

/// The pieces of one generation in the direction of the scan, none of them empty, none overlapping another.
pub struct Source {
    waiting: VecDeque<Piece>,
    /// What is left of the piece that was begun.
    begun: Option<Column>,
}

/// A scan under way.
pub struct Scan {
    /// Generations, the oldest first.
    sources: Vec<Source>,
    direction: Direction,
    first: i64,
    last: i64,
}

impl Scan {
    /// Scans pieces of generations (the oldest first; each sorted by time) from `first` to `last`, both included.
    pub fn new(generations: Vec<Vec<Piece>>, direction: Direction, (first, last): (i64, i64)) -> Self {
        let source = |mut pieces: Vec<Piece>| {
            pieces.retain(|piece| !matches!(piece, Piece::Points(column) if column.slots.is_empty()));
            if direction == Direction::Descending {
                pieces.reverse();
            }
            Source { waiting: pieces.into(), begun: None }
        };
        Self { sources: generations.into_iter().map(source).collect(), direction, first, last }
    }

    /// Answers the next part; blocks for which `whole` says yes are answered unread if no other generation has
    /// points among theirs and their moments are known.
    pub fn next(&mut self, whole: &mut dyn FnMut(&Entry) -> bool) -> Result<Option<Part>, Error> {
        loop {
            let Some(nearest) = self.nearest() else { return Ok(None) };
            if let Some((segment, entry)) = self.alone(nearest) {
                let inside = entry.first >= self.first && entry.last <= self.last;
                if inside && whole(&entry) {
                    let head = segment.head(&entry)?;
                    if head.moments.is_some() {
                        self.sources[nearest].waiting.pop_front();
                        return Ok(Some(Part::Block(entry, head)));
                    }
                }
            }
            self.begin(nearest)?;
            if let Some(column) = self.cut(nearest)? {
                return Ok(Some(Part::Points(column)));
            }
        }
    }

    /// Where a source goes on, as a number that grows in the direction of the scan.
    fn position(&self, source: &Source) -> Option<i128> {
        let (first, last) = match (&source.begun, source.waiting.front()) {
            (Some(column), _) => (column.slots.first()?.timestamp, column.slots.last()?.timestamp),
            (None, Some(piece)) => piece.bounds(),
            (None, None) => return None,
        };
        Some(match self.direction {
            Direction::Ascending => i128::from(first),
            Direction::Descending => -i128::from(last),
        })
    }

    /// The end of what a source goes on with, as a number that grows in the direction of the scan.
    fn end(&self, (first, last): (i64, i64)) -> i128 {
        match self.direction {
            Direction::Ascending => i128::from(last),
            Direction::Descending => -i128::from(first),
        }
    }

    fn nearest(&self) -> Option<usize> {
        let positions =
            self.sources.iter().enumerate().filter_map(|(i, source)| Some((self.position(source)?, i)));
        positions.min().map(|(_, i)| i)
    }

    /// Answers the unread block with which a source goes on, if no other source has anything before its end.
    fn alone(&self, nearest: usize) -> Option<(Arc<Segment>, Entry)> {
        let source = &self.sources[nearest];
        let (None, Some(Piece::Block(segment, entry))) = (&source.begun, source.waiting.front()) else {
            return None;
        };
        let end = self.end((entry.first, entry.last));
        let mut others = self.sources.iter().enumerate().filter(|(i, _)| *i != nearest);
        let clear = others.all(|(_, other)| self.position(other).is_none_or(|position| position > end));
        clear.then(|| (segment.clone(), *entry))
    }

    /// Loads the piece with which a source goes on, without the points that nobody asked for.
    fn begin(&mut self, source: usize) -> Result<(), Error> {
        let source = &mut self.sources[source];
        if source.begun.is_some() {
            return Ok(());
        }
        let Some(piece) = source.waiting.pop_front() else { return Ok(()) };
        let mut column = match piece {
            Piece::Points(column) => Arc::unwrap_or_clone(column),
            Piece::Block(segment, entry) => segment.read(&entry)?,
        };
        let (first, last) = (self.first, self.last);
        let end = column.slots.partition_point(|slot| slot.timestamp <= last);
        column.slots.truncate(end);
        let begin = column.slots.partition_point(|slot| slot.timestamp < first);
        column.slots.drain(..begin);
        source.begun = (!column.slots.is_empty()).then_some(column);
        Ok(())
    }

    /// Takes from all sources what lies before the nearest end of a loaded piece, merged.
    fn cut(&mut self, nearest: usize) -> Result<Option<Column>, Error> {
        let Some(bounds) = self.bounds(nearest) else { return Ok(None) };
        let end = self.end(bounds);
        for i in 0..self.sources.len() {
            while i != nearest && self.position(&self.sources[i]).is_some_and(|position| position <= end) {
                if self.sources[i].begun.is_some() {
                    break;
                }
                self.begin(i)?;
            }
        }
        let ends = (0..self.sources.len()).filter_map(|i| self.bounds(i)).map(|bounds| self.end(bounds));
        let Some(end) = ends.min() else { return Ok(None) };
        let direction = self.direction;
        let mut merged: Option<Column> = None;
        for source in &mut self.sources {
            let Some(part) = take(source, direction, end) else { continue };
            merged = Some(match merged {
                None => part,
                Some(older) => {
                    let mut both = Column::new(part.kind);
                    merge(&mut both, &older, &part);
                    both
                }
            });
        }
        Ok(merged)
    }

    fn bounds(&self, source: usize) -> Option<(i64, i64)> {
        let column = self.sources[source].begun.as_ref()?;
        Some((column.slots.first()?.timestamp, column.slots.last()?.timestamp))
    }
}

/// Takes what a source has loaded up to `end`.
fn take(source: &mut Source, direction: Direction, end: i128) -> Option<Column> {
    let column = source.begun.as_mut()?;
    let taken = match direction {
        Direction::Ascending => {
            let n = column.slots.partition_point(|slot| i128::from(slot.timestamp) <= end);
            if n == column.slots.len() {
                return source.begun.take();
            }
            column.slots.drain(..n).collect::<Vec<_>>()
        }
        Direction::Descending => {
            let n = column.slots.partition_point(|slot| -i128::from(slot.timestamp) > end);
            if n == 0 {
                return source.begun.take();
            }
            column.slots.split_off(n)
        }
    };
    if taken.is_empty() {
        return None;
    }
    let mut part = Column::new(column.kind);
    part.extend(column, &taken);
    Some(part)
}
