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
    ///
    /// # Panics
    /// When the machine's clock stands before 1970.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => {
                let since =
                    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
                Timestamp::from_millis(
                    i64::try_from(since.as_millis()).expect("the year is below 292 000 000"),
                )
            }
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
