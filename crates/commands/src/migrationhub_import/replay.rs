//! The whole import in its order: home region, streams, tasks on several threads, applications.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::journal::{Journal, TaskName};
use super::summary::Counts;
use super::{Import, Side, Summary, application, home_region, page, source, task, tie};
use crate::aws_client::{CallError, Service};
use crate::progress::Progress;

/// Tasks that are under way at once. Request rates are unpublished (migration-hub 4.3); each task has one call under
/// way, and throttling slows its thread down.
const THREADS: usize = 4;
/// Refusals that the summary lists one by one.
const REFUSED_SHOWN_MAX: usize = 100;

/// A task as the list of tasks names it.
struct Listed {
    name: TaskName,
    updated: Value,
}

/// What the threads found, together.
#[derive(Default)]
struct Outcome {
    counts: Counts,
    /// Tasks whose attributes this server matches by itself, with the servers that they had before.
    matched: Vec<(TaskName, Vec<String>)>,
    refused: Vec<String>,
    failed: Option<String>,
}

pub(super) fn run(import: &Import) -> Result<Summary, String> {
    if import.source.is_same_place(&import.destination) {
        return Err(format!(
            "source and destination are the same account at {}; name the hub to leave with --profile and --endpoint-url",
            import.destination.endpoint()
        ));
    }
    let region = home_region::of_source(import)?;
    let there = Side { client: &import.source, region: &region };
    let here = Side { client: &import.destination, region: &region };
    let streams = listed(there, "ListProgressUpdateStreams", "ProgressUpdateStreamSummaryList")?;
    let tasks: Vec<Listed> = listed(there, "ListMigrationTasks", "MigrationTaskSummaryList")?
        .into_iter()
        .filter_map(|mut task| {
            let text = |member: &str| task[member].as_str().map(str::to_owned);
            let name = (text("ProgressUpdateStream")?, text("MigrationTaskName")?);
            Some(Listed { name, updated: task["UpdateDateTime"].take() })
        })
        .collect();
    let mut summary = Summary {
        source: import.source.endpoint().to_string(),
        destination: import.destination.endpoint().to_string(),
        account: import.account.clone(),
        home_region_set: home_region::settle(import, &region)?,
        streams: streams.len(),
        region: region.clone(),
        ..Summary::default()
    };
    let journal = Journal::open(&import.state, &began(&summary))?;
    for stream in &streams {
        let input = json!({"ProgressUpdateStreamName": stream["ProgressUpdateStreamName"]});
        here.hub("CreateProgressUpdateStream", &input).map_err(|error| error.to_string())?;
    }
    let outcome = replay_tasks(there, here, &tasks, &journal, import.terminal);
    if let Some(failed) = outcome.failed {
        return Err(format!("{failed}; what is done is kept, and the same command goes on from here"));
    }
    tie::cut_surplus(here, &outcome.matched).map_err(|error| error.to_string())?;
    summary.counts = outcome.counts;
    summary.refused = outcome.refused;
    application::replay(there, here, &mut summary)?;
    summary.name_limits();
    if summary.refused.is_empty() {
        journal.finish()?;
    }
    let more = summary.refused.len().saturating_sub(REFUSED_SHOWN_MAX);
    if more > 0 {
        summary.refused.truncate(REFUSED_SHOWN_MAX);
        summary.refused.push(format!("and {more} more"));
    }
    Ok(summary)
}

/// What the state file says that it belongs to.
fn began(summary: &Summary) -> Value {
    json!({
        "import": "migrationhub",
        "source": summary.source,
        "destination": summary.destination,
        "account": summary.account,
        "region": summary.region,
    })
}

fn listed(side: Side<'_>, operation: &str, items: &str) -> Result<Vec<Value>, String> {
    page::all(side, Service::MigrationHub, operation, json!({"MaxResults": 100}), items)
        .map_err(|error| error.to_string())
}

/// Replays the tasks that no earlier run has done; the first failure ends all threads after their task.
fn replay_tasks(
    there: Side<'_>,
    here: Side<'_>,
    tasks: &[Listed],
    journal: &Journal,
    terminal: bool,
) -> Outcome {
    let progress = Progress::new(tasks.len(), "tasks", terminal);
    let outcome = Mutex::new(Outcome::default());
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let done = replay_task(there, here, task, journal);
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok(done) => {
                    outcome.counts += done.counts;
                    outcome.matched.extend(done.matched);
                }
                Err(Failure::Refused(sentence)) => outcome.refused.push(sentence),
                Err(Failure::Fatal(sentence)) => {
                    outcome.failed.get_or_insert(sentence);
                    stop.store(true, Ordering::Relaxed);
                }
            }
            drop(outcome);
            progress.step();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One task, replayed.
struct Done {
    counts: Counts,
    matched: Option<(TaskName, Vec<String>)>,
}

impl From<Counts> for Done {
    fn from(counts: Counts) -> Self {
        Self { counts, matched: None }
    }
}

enum Failure {
    /// This server does not take the task as it is; others may go on.
    Refused(String),
    /// Nothing can go on.
    Fatal(String),
}

fn replay_task(there: Side<'_>, here: Side<'_>, task: &Listed, journal: &Journal) -> Result<Done, Failure> {
    if journal.has(&task.name, &task.updated) {
        return Ok(Counts { tasks_done_before: 1, ..Counts::default() }.into());
    }
    let (stream, name) = (&task.name.0, &task.name.1);
    let revealed = source::read(there, stream, name).map_err(|error| Failure::Fatal(error.to_string()))?;
    let Some(revealed) = revealed else { return Ok(Counts { tasks_gone: 1, ..Counts::default() }.into()) };
    let (counts, tied) = task::replay(here, stream, name, &revealed).map_err(|error| {
        let sentence = format!("the migration task '{name}' of '{stream}': {error}");
        if is_about_the_request(&error) { Failure::Refused(sentence) } else { Failure::Fatal(sentence) }
    })?;
    journal.record(&task.name, &task.updated).map_err(Failure::Fatal)?;
    let matched = tied.map(|tied| (task.name.clone(), tied));
    Ok(Done { counts, matched })
}

/// Whether another request may well be taken.
pub(super) fn is_about_the_request(error: &CallError) -> bool {
    matches!(
        error.code(),
        Some(
            "InvalidInputException"
                | "ResourceNotFoundException"
                | "InvalidParameterException"
                | "InvalidParameterValueException"
        )
    )
}
