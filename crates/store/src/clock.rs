//! What time it is: the system's clock, or one that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// Where the store takes the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved.
    Manual(ManualClock),
}

/// A clock that stands still until it is moved; clones share the hand.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    /// Makes a clock that stands still at `start`.
    pub fn manual(start: Timestamp) -> Clock {
        Clock::Manual(ManualClock(Arc::new(AtomicI64::new(start.millis()))))
    }

    /// Says what time it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => moment(SystemTime::now()),
            Clock::Manual(clock) => Timestamp::from_millis(clock.0.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock forward.
    ///
    /// # Panics
    /// On the system's clock, which nobody moves.
    pub fn advance(&self, by: Duration) {
        let Clock::Manual(clock) = self else { panic!("only a manual clock can be moved") };
        clock.0.fetch_add(i64::try_from(by.as_millis()).expect("the step fits"), Ordering::SeqCst);
    }
}

/// Turns the machine's time into ours; a board without a battery may well start before 1970, and is served.
fn moment(time: SystemTime) -> Timestamp {
    let millis = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(match time.duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_counts_backwards() {
        let step = Duration::from_millis(1500);
        assert_eq!(moment(UNIX_EPOCH + step), Timestamp::from_millis(1500));
        assert_eq!(moment(UNIX_EPOCH - step), Timestamp::from_millis(-1500));
    }
}
