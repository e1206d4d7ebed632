//! Windows that are to be computed: at their close, or again because points came in late.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use series::log::Position;

use super::plant::Instance;

/// How long late points of one window are gathered before it is computed again.
pub const LATE_MS: i64 = 1_000;

/// Order in which windows are computed: by the rank of the metric, then by their ends.
pub type Due = ((usize, usize), i64, Instance);

/// A closed window that points came into.
#[derive(Clone, Copy, Debug)]
struct Late {
    due_ms: i64,
    position: Position,
    at: Instance,
    end_s: i64,
}

/// Why a window is marked.
#[derive(Clone, Copy)]
pub struct Mark {
    /// The metric.
    pub at: Instance,
    /// Its rank.
    pub rank: (usize, usize),
    /// The end of the window, in seconds.
    pub end_s: i64,
}

/// When and by what a window is marked.
#[derive(Clone, Copy)]
pub struct Cause {
    /// Up to where windows have closed, in seconds.
    pub closed_s: i64,
    /// Position of the group that the point came with.
    pub position: Position,
    /// Now, in milliseconds.
    pub now_ms: i64,
}

/// Windows that are to be computed.
#[derive(Default)]
pub struct Marks {
    open: BTreeMap<i64, HashSet<Instance>>,
    late: VecDeque<Late>,
    known: HashSet<(Instance, i64)>,
    due: BTreeSet<Due>,
    /// Position of the oldest mark that is being worked off.
    taken: Option<Position>,
    is_ticking: bool,
}

impl Marks {
    /// Marks a window: for its close, or, if it has closed, for a little later, or for now while windows are computed.
    pub fn mark(&mut self, mark: Mark, cause: Cause) {
        let Mark { at, rank, end_s } = mark;
        if end_s > cause.closed_s {
            self.open.entry(end_s).or_default().insert(at);
        } else if self.is_ticking {
            self.due.insert((rank, end_s, at));
        } else if self.known.insert((at, end_s)) {
            let due_ms = cause.now_ms.saturating_add(LATE_MS);
            self.late.push_back(Late { due_ms, position: cause.position, at, end_s });
        }
    }

    /// Answers the end of the first window that is marked for its close.
    pub fn first_open(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// Takes the metrics that are marked for the close of their windows at an instant.
    pub fn take_open(&mut self, end_s: i64) -> HashSet<Instance> {
        self.open.remove(&end_s).unwrap_or_default()
    }

    /// Takes the late windows whose time has come, oldest first.
    pub fn take_late(&mut self, now_ms: i64) -> Vec<(Instance, i64)> {
        let mut taken = Vec::new();
        while let Some(late) = self.late.front().copied().filter(|late| late.due_ms <= now_ms) {
            self.late.pop_front();
            self.known.remove(&(late.at, late.end_s));
            self.taken = Some(self.taken.unwrap_or(late.position).min(late.position));
            taken.push((late.at, late.end_s));
        }
        taken
    }

    /// Answers up to which position no late window waits, given the position up to which points were looked at.
    pub fn done(&self, looked_at: Position) -> Position {
        let oldest = self.late.front().map(|late| late.position).into_iter().chain(self.taken).min();
        oldest.map_or(looked_at, |oldest| oldest.saturating_sub(1).min(looked_at))
    }

    /// Begins to compute: what is marked from now on and has closed is computed in the same go.
    pub fn begin(&mut self, due: impl Iterator<Item = Due>) {
        self.is_ticking = true;
        self.due.extend(due);
    }

    /// Says whether windows are left to compute.
    pub fn has_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Takes the next window to compute.
    pub fn next(&mut self) -> Option<Due> {
        self.due.pop_first()
    }

    /// Ends to compute.
    pub fn end(&mut self) {
        self.is_ticking = false;
    }

    /// Says that what was taken has been computed and is written.
    pub fn written(&mut self) {
        self.taken = None;
    }

    /// Follows the metrics to where they are now; those that are gone are forgotten.
    pub fn follow(&mut self, moved: &dyn Fn(Instance) -> Option<Instance>) {
        for instances in self.open.values_mut() {
            *instances = instances.iter().filter_map(|at| moved(*at)).collect();
        }
        self.open.retain(|_, instances| !instances.is_empty());
        let late = std::mem::take(&mut self.late);
        self.late = late.into_iter().filter_map(|late| Some(Late { at: moved(late.at)?, ..late })).collect();
        self.known = self.late.iter().map(|late| (late.at, late.end_s)).collect();
    }
}
