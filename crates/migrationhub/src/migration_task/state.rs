//! Which of a task's reports is its current state.
//!
//! The API has no sequence numbers; the tool's own time orders reports, and of two with the same time (boto3 sends
//! whole seconds) the later arrival wins. Source: assumed, migration-hub 7.16.

use model::Timestamp;

/// One accepted report of a task's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    /// When the tool gathered it.
    pub updated_at: Timestamp,
    /// Its arrival among the task's reports, from 1.
    pub sequence: i64,
    pub status: String,
    pub status_detail: Option<String>,
    pub progress_percent: Option<i64>,
    /// Within how many seconds the tool promised the next one; up to `i64::MAX`.
    pub next_update_seconds: i64,
}

impl Update {
    /// Whether `next` is this report again: a retry, to be kept once.
    pub(crate) fn is_repeated_by(&self, next: &Self) -> bool {
        Self { sequence: next.sequence, ..self.clone() } == *next
    }

    /// Whether this report becomes the current state in place of the one with this time and sequence.
    ///
    /// Sequence 0 is the import, which any report replaces, whatever its time.
    pub(crate) fn replaces(&self, updated_at: Timestamp, sequence: i64) -> bool {
        sequence == 0 || (self.updated_at, self.sequence) > (updated_at, sequence)
    }

    /// When the next report is due; the sum saturates, because tools send the largest integer they know.
    ///
    /// A promise of zero seconds states no expectation (assumed: migration-hub 4.5).
    pub(crate) fn next_due_at(&self) -> Option<Timestamp> {
        let pause_ms = self.next_update_seconds.saturating_mul(1000);
        (pause_ms > 0).then(|| Timestamp::from_millis(self.updated_at.millis().saturating_add(pause_ms)))
    }
}

/// Says whether a task's report is overdue: it is still under way and the promised report did not come.
pub(crate) fn is_stale(status: &str, next_due_at: Option<Timestamp>, now: Timestamp) -> bool {
    !matches!(status, "COMPLETED" | "FAILED") && next_due_at.is_some_and(|due| due < now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(seconds: i64, sequence: i64) -> Update {
        Update {
            updated_at: Timestamp::from_millis(seconds * 1000),
            sequence,
            status: "IN_PROGRESS".to_owned(),
            status_detail: None,
            progress_percent: Some(10),
            next_update_seconds: 60,
        }
    }

    #[test]
    fn the_greatest_time_is_current_and_the_later_arrival_among_equals() {
        let current = update(100, 3);
        assert!(!update(99, 4).replaces(current.updated_at, current.sequence));
        assert!(update(100, 4).replaces(current.updated_at, current.sequence));
        assert!(update(101, 4).replaces(current.updated_at, current.sequence));
        assert!(
            update(1, 1).replaces(Timestamp::from_millis(i64::MAX), 0),
            "the import gives way to any report"
        );
    }

    #[test]
    fn a_retry_differs_in_its_arrival_only() {
        let first = update(100, 1);
        assert!(first.is_repeated_by(&update(100, 2)));
        assert!(!first.is_repeated_by(&update(101, 2)));
        assert!(!first.is_repeated_by(&Update { progress_percent: None, ..update(100, 2) }));
    }

    #[test]
    fn the_longest_promise_saturates() {
        let never = Update { next_update_seconds: i64::MAX, ..update(100, 1) };
        assert_eq!(never.next_due_at(), Some(Timestamp::from_millis(i64::MAX)));
        assert_eq!(Update { next_update_seconds: 0, ..update(100, 1) }.next_due_at(), None);
    }

    #[test]
    fn only_tasks_under_way_whose_report_did_not_come_are_stale() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert!(is_stale("IN_PROGRESS", Some(at(10)), at(11)));
        assert!(!is_stale("IN_PROGRESS", Some(at(10)), at(10)));
        assert!(!is_stale("IN_PROGRESS", None, at(11)));
        assert!(!is_stale("COMPLETED", Some(at(10)), at(11)));
        assert!(!is_stale("FAILED", Some(at(10)), at(11)));
    }
}
