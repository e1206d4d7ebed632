//! Does the steps of a plan, several at once; what fails stops only what needs it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use store::Entropy;

use super::ids::Ids;
use super::plan::{Plan, Step, Work};
use super::wanted::Wanted;
use crate::aws_client::CallError;
use crate::progress::Progress;
use crate::sitewise_account::Api;

/// Steps that are under way at once; AWS allows 30 calls a second of most operations.
const THREADS: usize = 8;
/// The first pause of a wait; each next one is longer.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// The longest: AWS's own waiters ask every three seconds.
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// How long a state is waited for: a model with many assets takes its time.
const WAIT_MAX: Duration = Duration::from_secs(600);
/// How often a write is tried while something else is under way on its resource.
const CONFLICTS_MAX: u32 = 8;

/// Why a step was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no, or nothing.
    Call(CallError),
    /// It can't be, in a sentence.
    Refused(String),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Refused(sentence) => f.write_str(sentence),
        }
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// Why.
    Refused(String),
    /// The server does not have the operation.
    Unsupported(String),
    /// Something that it needs was not done.
    Skipped,
    /// Nobody answered; nothing was tried after that.
    Lost(String),
}

/// A plan that is being carried out.
pub(super) struct Run<'a, A> {
    pub(super) api: &'a A,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) ids: Ids<'a>,
    /// Whether the server is gone.
    pub(super) lost: AtomicBool,
}

/// Which steps are done, waiting and under way.
struct Board {
    outcomes: Vec<Option<Outcome>>,
    taken: Vec<bool>,
    under_way: usize,
    /// Every step before is decided.
    first_open: usize,
}

impl Board {
    /// A step that can begin; those that no longer can are marked.
    fn next(&mut self, steps: &[Step]) -> Option<usize> {
        while self.outcomes.get(self.first_open).is_some_and(Option::is_some) {
            self.first_open += 1;
        }
        let phase = steps.get(self.first_open)?.phase;
        let of_phase = (self.first_open..steps.len()).take_while(|place| steps[*place].phase == phase);
        for place in of_phase {
            if self.taken[place] {
                continue;
            }
            let needed = |need: &usize| self.outcomes[*need].as_ref();
            let needs = &steps[place].needs;
            if needs.iter().filter_map(needed).any(|outcome| *outcome != Outcome::Done) {
                self.taken[place] = true;
                self.outcomes[place] = Some(Outcome::Skipped);
                continue;
            }
            if needs.iter().all(|need| needed(need).is_some()) {
                self.taken[place] = true;
                self.under_way += 1;
                return Some(place);
            }
        }
        // Everything of the phase may have been skipped just now.
        let rest = self.outcomes[self.first_open..].iter().zip(&steps[self.first_open..]);
        let open = rest.filter(|(_, step)| step.phase == phase).any(|(outcome, _)| outcome.is_none());
        if open { None } else { self.next(steps) }
    }
}

impl<A: Api> Run<'_, A> {
    /// Does everything that can be done; answers what became of each step.
    pub(super) fn carry_out(&self, plan: &Plan, terminal: bool) -> Vec<Outcome> {
        let steps = &plan.steps;
        let board = Board {
            outcomes: vec![None; steps.len()],
            taken: vec![false; steps.len()],
            under_way: 0,
            first_open: 0,
        };
        let (board, changed) = (Mutex::new(board), Condvar::new());
        let progress = Progress::new(steps.len(), "steps", terminal);
        let work = || {
            let mut state = board.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if let Some(place) = state.next(steps) {
                    drop(state);
                    let outcome = self.step(&steps[place]);
                    progress.step();
                    state = board.lock().unwrap_or_else(PoisonError::into_inner);
                    state.outcomes[place] = Some(outcome);
                    state.under_way -= 1;
                    changed.notify_all();
                } else if state.under_way == 0 {
                    changed.notify_all();
                    return;
                } else {
                    state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..THREADS.min(steps.len()) {
                scope.spawn(work);
            }
            work();
        });
        let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        board.outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Skipped)).collect()
    }

    fn step(&self, step: &Step) -> Outcome {
        if self.lost.load(Ordering::Relaxed) {
            return Outcome::Skipped;
        }
        let done = match &step.work {
            Work::Model { model } => self.bring_model(*model),
            Work::TrimModel { model } => self.trim_model(*model),
            Work::DeleteModel { id } => self.delete_model(id),
            Work::Asset { asset, known, associate, update } => {
                self.bring_asset(*asset, known.as_deref(), *associate, *update)
            }
            Work::DeleteAsset { id } => self.delete_asset(id),
            Work::Values { entries } => self.put_values(entries),
            work @ Work::Setting { .. } => self.set(work),
            work @ Work::Tags { .. } => self.tag(work),
        };
        match done {
            Ok(()) => Outcome::Done,
            Err(Failure::Call(error)) if error.is_unknown_operation() => {
                Outcome::Unsupported(error.to_string())
            }
            Err(Failure::Call(error @ CallError::Unreachable(_))) => {
                self.lost.store(true, Ordering::Relaxed);
                Outcome::Lost(error.to_string())
            }
            Err(failure) => Outcome::Refused(failure.to_string()),
        }
    }

    /// Calls an operation that writes, with a token of its own, so that attempts after a lost answer do nothing twice.
    pub(super) fn write(&self, operation: &str, mut input: Value) -> Result<Value, Failure> {
        input["clientToken"] = Entropy::System.uuid().into();
        let mut pause = PAUSE_FIRST;
        for attempt in 1.. {
            match self.api.call(operation, &input) {
                Err(error)
                    if error.code() == Some("ConflictingOperationException") && attempt < CONFLICTS_MAX =>
                {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
                other => return Ok(other?),
            }
        }
        unreachable!("the last attempt returns")
    }
}

/// Asks until there is an answer.
pub(super) fn wait<T>(what: &str, ask: impl Fn() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let (began, mut pause) = (Instant::now(), PAUSE_FIRST);
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if began.elapsed() > WAIT_MAX {
            let minutes = WAIT_MAX.as_secs() / 60;
            return Err(Failure::Refused(format!("{what} did not come to rest within {minutes} minutes")));
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(PAUSE_MAX);
    }
}
