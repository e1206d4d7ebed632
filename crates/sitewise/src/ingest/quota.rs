//! At most ten values of one stream and quality share a second.

use series::error::Error;
use series::scan::Direction;
use series::tables::Tables;
use series::{Quality, SeriesKey};

use super::refusal::{Code, Refusal};

/// Instants in one second that may hold values of one stream and quality (user guide, quotas).
const INSTANTS_MAX: usize = 10;

const SECOND: i64 = 1_000_000_000;

/// Counts instants by second, over what is stored and what is about to be.
///
/// Requests that are written at the same time do not see each other, so that together they may pass the quota.
pub struct Seconds<'a> {
    tables: &'a Tables,
    /// The streams that were asked about so far.
    streams: Vec<Stream>,
    /// What was asked about of them.
    counted: Vec<Second>,
    /// The seconds in which instants were added, in that order.
    added: Vec<usize>,
}

struct Stream {
    key: SeriesKey,
    /// The newest instant that is stored.
    latest: Option<i64>,
    /// Its second that was asked about last.
    last: Option<usize>,
}

struct Second {
    second: i64,
    quality: Quality,
    instants: Instants,
    /// The second of the same stream that was asked about before.
    before: Option<usize>,
}

/// Instants of one second; most seconds have one.
#[derive(Default)]
struct Instants {
    first: Option<i64>,
    others: Vec<i64>,
}

impl Instants {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    fn contains(&self, instant: i64) -> bool {
        self.first == Some(instant) || self.others.contains(&instant)
    }

    fn push(&mut self, instant: i64) {
        match self.first {
            None => self.first = Some(instant),
            Some(_) => self.others.push(instant),
        }
    }

    fn pop(&mut self) {
        if self.others.pop().is_none() {
            self.first = None;
        }
    }
}

impl<'a> Seconds<'a> {
    /// Begins to count for one request.
    pub fn new(tables: &'a Tables) -> Self {
        Self { tables, streams: Vec::new(), counted: Vec::new(), added: Vec::new() }
    }

    /// Counts a value; one whose instant is taken already replaces what is there, and does not count.
    pub fn count(
        &mut self,
        key: SeriesKey,
        instant: i64,
        quality: Quality,
    ) -> Result<Option<Refusal>, Error> {
        let second = instant.div_euclid(SECOND);
        let place = self.place(key, second, quality)?;
        let instants = &mut self.counted[place].instants;
        if instants.contains(instant) {
            return Ok(None);
        }
        if instants.len() >= INSTANTS_MAX {
            let message = format!(
                "Too many values in second {second}: a property has up to {INSTANTS_MAX} values of one quality in a \
                 second"
            );
            return Ok(Some(Refusal::new(Code::Limit, message)));
        }
        instants.push(instant);
        self.added.push(place);
        Ok(None)
    }

    /// Answers a mark to which [`Seconds::undo`] goes back.
    pub fn mark(&self) -> usize {
        self.added.len()
    }

    /// Forgets what was counted since a mark: it is not stored after all.
    pub fn undo(&mut self, mark: usize) {
        for place in self.added.drain(mark..).rev() {
            self.counted[place].instants.pop();
        }
    }

    /// Finds a second, and what is stored in it when it is asked about for the first time.
    fn place(&mut self, key: SeriesKey, second: i64, quality: Quality) -> Result<usize, Error> {
        // The values of a stream come one after the other, and those of a second, too.
        let stream = if let Some(stream) = self.streams.iter().rposition(|known| known.key == key) {
            stream
        } else {
            let latest = self.tables.latest(key)?.map(|latest| latest.timestamp);
            self.streams.push(Stream { key, latest, last: None });
            self.streams.len() - 1
        };
        let Stream { latest, last, .. } = self.streams[stream];
        let mut next = last;
        while let Some(place) = next {
            let known = &self.counted[place];
            if (known.second, known.quality) == (second, quality) {
                return Ok(place);
            }
            next = known.before;
        }
        let instants = self.stored(key, latest, (second, quality))?;
        self.counted.push(Second { second, quality, instants, before: last });
        let place = self.counted.len() - 1;
        self.streams[stream].last = Some(place);
        Ok(place)
    }

    /// Lists the instants of a second that hold values; behind the newest one nothing has to be looked for.
    fn stored(
        &self,
        key: SeriesKey,
        latest: Option<i64>,
        (second, quality): (i64, Quality),
    ) -> Result<Instants, Error> {
        let begin = second.saturating_mul(SECOND);
        let mut instants = Instants::default();
        if latest.is_none_or(|latest| latest < begin) {
            return Ok(instants);
        }
        let range = (begin, begin.saturating_add(SECOND - 1));
        self.tables.read(key, Direction::Ascending, range, &mut |point| {
            if point.quality == quality {
                instants.push(point.timestamp);
            }
            true
        })?;
        Ok(instants)
    }
}
