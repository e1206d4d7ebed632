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
    /// What was asked about so far.
    counted: Vec<Second>,
    /// The seconds in which instants were added, in that order.
    added: Vec<usize>,
}

struct Second {
    key: SeriesKey,
    second: i64,
    quality: Quality,
    instants: Vec<i64>,
}

impl<'a> Seconds<'a> {
    /// Begins to count for one request.
    pub fn new(tables: &'a Tables) -> Self {
        Self { tables, counted: Vec::new(), added: Vec::new() }
    }

    /// Counts a value; one whose instant is taken already replaces what is there, and does not count.
    pub fn count(
        &mut self,
        key: SeriesKey,
        instant: i64,
        quality: Quality,
    ) -> Result<Option<Refusal>, Error> {
        let second = instant.div_euclid(SECOND);
        let same = |known: &Second| (known.key, known.second, known.quality) == (key, second, quality);
        let place = match self.counted.iter().position(same) {
            Some(place) => place,
            None => {
                let instants = self.stored(key, second, quality)?;
                self.counted.push(Second { key, second, quality, instants });
                self.counted.len() - 1
            }
        };
        let instants = &mut self.counted[place].instants;
        if instants.contains(&instant) {
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

    /// Lists the instants of a second that hold values; behind the newest one nothing has to be looked for.
    fn stored(&self, key: SeriesKey, second: i64, quality: Quality) -> Result<Vec<i64>, Error> {
        let begin = second.saturating_mul(SECOND);
        let mut instants = Vec::new();
        if self.tables.latest(key)?.is_none_or(|latest| latest.timestamp < begin) {
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
