//! How far long work is, for whoever waits: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Cells of the bar.
const BAR_CELLS: usize = 30;
const PAUSE_TERMINAL: Duration = Duration::from_millis(100);
const PAUSE_ELSEWHERE: Duration = Duration::from_secs(10);

/// Progress of a known number of things, shared by threads.
pub(crate) struct Progress {
    total: usize,
    /// What is counted.
    things: &'static str,
    terminal: bool,
    state: Mutex<State>,
}

struct State {
    done: usize,
    began: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(total: usize, things: &'static str, terminal: bool) -> Self {
        let state = State { done: 0, began: Instant::now(), drawn: None };
        Self { total, things, terminal, state: Mutex::new(state) }
    }

    /// Counts one more, and draws if the last drawing is old enough.
    pub(crate) fn step(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let pause = if self.terminal { PAUSE_TERMINAL } else { PAUSE_ELSEWHERE };
        let since = state.drawn.unwrap_or(state.began);
        let is_last = state.done == self.total;
        if since.elapsed() < pause && !(is_last && self.terminal) {
            return;
        }
        state.drawn = Some(Instant::now());
        let line = line(state.done, self.total, self.things, state.began.elapsed());
        let (begin, end) = match (self.terminal, is_last) {
            (true, false) => ("\r", ""),
            (true, true) => ("\r", "\n"),
            (false, _) => ("", "\n"),
        };
        // Progress is a courtesy: the work goes on without anybody watching.
        let _ = write!(std::io::stderr(), "{begin}{line}{end}");
    }
}

fn line(done: usize, total: usize, things: &str, took: Duration) -> String {
    let full = (done * BAR_CELLS).checked_div(total).unwrap_or(BAR_CELLS).min(BAR_CELLS);
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let left = (took.as_millis() * total.saturating_sub(done) as u128 / 1000).checked_div(done as u128);
    let left = left.map(|seconds| format!(", {}:{:02} left", seconds / 60, seconds % 60)).unwrap_or_default();
    let bar = format!("{}{}", "#".repeat(full), ".".repeat(BAR_CELLS - full));
    format!("[{bar}] {percent:>3}% {done} of {total} {things}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_much_and_how_long() {
        assert_eq!(
            line(250, 1000, "tasks", Duration::from_secs(30)),
            "[#######.......................]  25% 250 of 1000 tasks, 1:30 left"
        );
        assert_eq!(
            line(2, 2, "tasks", Duration::from_secs(1)),
            "[##############################] 100% 2 of 2 tasks, 0:00 left"
        );
        assert!(line(0, 0, "tasks", Duration::ZERO).contains("100% 0 of 0 tasks"));
    }
}
