//! How far the import is, for whoever waits: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Cells of the bar.
const BAR_CELLS: usize = 30;
const PAUSE_TERMINAL: Duration = Duration::from_millis(100);
const PAUSE_ELSEWHERE: Duration = Duration::from_secs(10);

/// Progress of a known number of tasks, shared by threads.
pub(super) struct Progress {
    total: usize,
    terminal: bool,
    state: Mutex<State>,
}

struct State {
    done: usize,
    began: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    pub(super) fn new(total: usize, terminal: bool) -> Self {
        let state = State { done: 0, began: Instant::now(), drawn: None };
        Self { total, terminal, state: Mutex::new(state) }
    }

    /// Counts one more task, and draws if the last drawing is old enough.
    pub(super) fn step(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let pause = if self.terminal { PAUSE_TERMINAL } else { PAUSE_ELSEWHERE };
        let since = state.drawn.unwrap_or(state.began);
        let is_last = state.done == self.total;
        if since.elapsed() < pause && !(is_last && self.terminal) {
            return;
        }
        state.drawn = Some(Instant::now());
        let line = line(state.done, self.total, state.began.elapsed());
        let (begin, end) = match (self.terminal, is_last) {
            (true, false) => ("\r", ""),
            (true, true) => ("\r", "\n"),
            (false, _) => ("", "\n"),
        };
        // Progress is a courtesy: an import goes on without anybody watching.
        let _ = write!(std::io::stderr(), "{begin}{line}{end}");
    }
}

fn line(done: usize, total: usize, took: Duration) -> String {
    let full = (done * BAR_CELLS).checked_div(total).unwrap_or(BAR_CELLS).min(BAR_CELLS);
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let left = (took.as_millis() * total.saturating_sub(done) as u128 / 1000).checked_div(done as u128);
    let left = left.map(|seconds| format!(", {}:{:02} left", seconds / 60, seconds % 60)).unwrap_or_default();
    let bar = format!("{}{}", "#".repeat(full), ".".repeat(BAR_CELLS - full));
    format!("[{bar}] {percent:>3}% {done} of {total} tasks{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_much_and_how_long() {
        assert_eq!(
            line(250, 1000, Duration::from_secs(30)),
            "[#######.......................]  25% 250 of 1000 tasks, 1:30 left"
        );
        assert_eq!(
            line(2, 2, Duration::from_secs(1)),
            "[##############################] 100% 2 of 2 tasks, 0:00 left"
        );
        assert!(line(0, 0, Duration::ZERO).contains("100% 0 of 0 tasks"));
    }
}
