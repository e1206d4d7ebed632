//! How long what an upstream said may be believed: a pure state, given the time from outside.

use std::time::Duration;

/// The periods of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a listing is served without asking again.
    pub listing_for: Duration,
    /// How long a missing package stays missing. Short, because someone may be waiting for a release.
    pub missing_for: Duration,
    /// How long an upstream that failed is left alone while there is an old answer.
    pub failed_for: Duration,
    /// How long an old listing is served while the upstream fails.
    pub stale_for: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            listing_for: Duration::from_mins(5),
            missing_for: Duration::from_secs(10),
            failed_for: Duration::from_secs(30),
            stale_for: Duration::from_hours(7 * 24),
        }
    }
}

/// What is known of one package, and since when (milliseconds of any clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    /// Nothing.
    #[default]
    Unknown,
    /// There is a listing, confirmed at a time; since then the upstream may have failed.
    Listed {
        /// When the upstream last confirmed it.
        confirmed_at: i64,
        /// When the upstream last failed after that.
        failed_at: Option<i64>,
    },
    /// The upstream said at this time that there is no such package.
    Missing {
        /// When it said so.
        said_at: i64,
    },
}

/// What to do for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Serve the listing that is held.
    Serve,
    /// Answer that there is no such package.
    ServeMissing,
    /// Ask, with the validators of the listing that is held.
    Revalidate,
    /// Ask.
    Fetch,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A listing.
    Listed,
    /// The listing that is held is still right.
    NotModified,
    /// There is no such package.
    Missing,
    /// No answer.
    Failed,
}

/// What the client gets after asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The listing that is held now.
    Listing,
    /// There is no such package.
    Missing,
    /// The failure.
    Failure,
}

impl Freshness {
    /// Decides what to do for a request at a time.
    pub fn next(self, policy: &Policy, now: i64) -> Next {
        match self {
            Self::Missing { said_at } if within(said_at, policy.missing_for, now) => Next::ServeMissing,
            Self::Unknown | Self::Missing { .. } => Next::Fetch,
            Self::Listed { confirmed_at, failed_at } => {
                let fresh = within(confirmed_at, policy.listing_for, now);
                let left_alone = failed_at.is_some_and(|failed_at| within(failed_at, policy.failed_for, now));
                if fresh || left_alone && within(confirmed_at, policy.stale_for, now) {
                    return Next::Serve;
                }
                Next::Revalidate
            }
        }
    }

    /// Takes note of what came of asking, and says what the client gets.
    pub fn note(&mut self, policy: &Policy, outcome: Outcome, now: i64) -> Answer {
        match (outcome, *self) {
            (Outcome::Listed, _) | (Outcome::NotModified, Self::Listed { .. }) => {
                *self = Self::Listed { confirmed_at: now, failed_at: None };
                Answer::Listing
            }
            (Outcome::Missing, _) => {
                *self = Self::Missing { said_at: now };
                Answer::Missing
            }
            (Outcome::Failed, Self::Listed { confirmed_at, .. })
                if within(confirmed_at, policy.stale_for, now) =>
            {
                *self = Self::Listed { confirmed_at, failed_at: Some(now) };
                Answer::Listing
            }
            // A failure is not remembered without something to serve instead: the next request asks again. An answer
            // that nothing changed, when nothing is held, is a failure of the upstream.
            (Outcome::Failed | Outcome::NotModified, _) => Answer::Failure,
        }
    }
}

/// Whether `now` lies within a period from `since`. A clock that was set back ends all periods.
fn within(since: i64, period: Duration, now: i64) -> bool {
    u64::try_from(now.saturating_sub(since)).is_ok_and(|age| u128::from(age) < period.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        listing_for: Duration::from_millis(300),
        missing_for: Duration::from_millis(10),
        failed_for: Duration::from_millis(30),
        stale_for: Duration::from_millis(10_000),
    };

    fn listed(at: i64) -> Freshness {
        let mut state = Freshness::default();
        assert_eq!(state.note(&POLICY, Outcome::Listed, at), Answer::Listing);
        state
    }

    #[test]
    fn a_listing_is_served_for_its_time_and_then_revalidated() {
        let mut state = listed(1000);
        assert_eq!(Freshness::Unknown.next(&POLICY, 1000), Next::Fetch);
        assert_eq!(state.next(&POLICY, 1299), Next::Serve);
        assert_eq!(state.next(&POLICY, 1300), Next::Revalidate);
        assert_eq!(state.note(&POLICY, Outcome::NotModified, 1300), Answer::Listing);
        assert_eq!(state.next(&POLICY, 1599), Next::Serve);
    }

    #[test]
    fn a_missing_package_is_asked_for_again_soon() {
        let mut state = Freshness::default();
        assert_eq!(state.note(&POLICY, Outcome::Missing, 1000), Answer::Missing);
        assert_eq!(state.next(&POLICY, 1009), Next::ServeMissing);
        assert_eq!(state.next(&POLICY, 1010), Next::Fetch);
        assert_eq!(state.note(&POLICY, Outcome::Failed, 1010), Answer::Failure);
    }

    #[test]
    fn an_old_listing_is_served_while_the_upstream_fails() {
        let mut state = listed(1000);
        assert_eq!(state.note(&POLICY, Outcome::Failed, 1400), Answer::Listing);
        assert_eq!(state.next(&POLICY, 1429), Next::Serve);
        assert_eq!(state.next(&POLICY, 1430), Next::Revalidate);
        assert_eq!(state.note(&POLICY, Outcome::Failed, 10_999), Answer::Listing);
        assert_eq!(state.next(&POLICY, 11_000), Next::Revalidate);
        assert_eq!(state.note(&POLICY, Outcome::Failed, 11_000), Answer::Failure);
        assert_eq!(state.note(&POLICY, Outcome::Listed, 11_001), Answer::Listing);
        assert_eq!(state, listed(11_001));
    }

    #[test]
    fn an_unpublished_package_is_no_longer_served() {
        let mut state = listed(1000);
        assert_eq!(state.note(&POLICY, Outcome::Missing, 1300), Answer::Missing);
        assert_eq!(state.next(&POLICY, 1301), Next::ServeMissing);
    }

    #[test]
    fn failures_without_a_listing_are_not_remembered() {
        let mut state = Freshness::default();
        for outcome in [Outcome::Failed, Outcome::NotModified] {
            assert_eq!(state.note(&POLICY, outcome, 1000), Answer::Failure);
            assert_eq!(state.next(&POLICY, 1000), Next::Fetch);
        }
    }

    #[test]
    fn a_clock_that_is_set_back_ends_all_periods() {
        assert_eq!(listed(1000).next(&POLICY, 999), Next::Revalidate);
        assert_eq!(listed(i64::MIN).next(&POLICY, i64::MAX), Next::Revalidate);
    }
}
