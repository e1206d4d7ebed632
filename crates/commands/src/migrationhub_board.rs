//! `homeregion migrationhub board`: streams and their tasks, as a table for people or JSON for scripts.

use std::fmt::Write as _;

use migrationhub::board::{Standing, board};
use model::Timestamp;
use serde_json::{Value, json};
use store::{Error, Store};

/// Cells of the progress bar.
const BAR_CELLS: i64 = 10;

/// Reads the tasks of an account.
pub fn read(store: &Store, account: &str) -> Result<Vec<Standing>, Error> {
    let account = account.to_owned();
    store.read_blocking(move |tx| board(tx, &account))
}

/// Draws the board as text, a stream at a time.
pub fn draw(tasks: &[Standing], now: Timestamp) -> String {
    let mut text = String::new();
    let mut stream = None;
    let width = tasks.iter().map(|task| shown(&task.task).chars().count()).max().unwrap_or_default().min(60);
    for task in tasks {
        if stream != Some((&task.region, &task.stream)) {
            let begin = if stream.is_some() { "\n" } else { "" };
            let of_stream = || {
                tasks.iter().filter(|other| (&other.region, &other.stream) == (&task.region, &task.stream))
            };
            let done = of_stream().filter(|task| task.status == "COMPLETED").count();
            line(
                &mut text,
                &format!(
                    "{begin}{} ({}): {done} of {} completed",
                    shown(&task.stream),
                    task.region,
                    of_stream().count()
                ),
            );
            stream = Some((&task.region, &task.stream));
        }
        let stale = if task.is_stale(now) { "  STALE" } else { "" };
        let detail =
            task.status_detail.as_deref().map(|detail| format!("  {}", shown(detail))).unwrap_or_default();
        line(
            &mut text,
            &format!(
                "  {:width$}  {:<11}  {}  {:>8}{stale}{detail}",
                shown(&task.task),
                task.status,
                bar(task.progress_percent),
                age(task.updated_at, now),
            ),
        );
    }
    if tasks.is_empty() {
        line(&mut text, "no migration tasks");
    }
    text
}

/// Writes the board as JSON.
pub fn to_json(tasks: &[Standing], now: Timestamp) -> Value {
    let time = |time: Timestamp| time.to_rfc3339();
    tasks
        .iter()
        .map(|task| {
            json!({
                "region": task.region,
                "stream": task.stream,
                "task": task.task,
                "status": task.status,
                "statusDetail": task.status_detail,
                "progressPercent": task.progress_percent,
                "updateDateTime": time(task.updated_at),
                "nextUpdateDue": task.next_due_at.map(time),
                "stale": task.is_stale(now),
            })
        })
        .collect()
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes every write");
}

/// Names may hold line breaks and control characters, which must not reach a terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn bar(percent: Option<i64>) -> String {
    let Some(percent) = percent else { return format!("{:w$}     ", "", w = 12) };
    let full = usize::try_from(percent * BAR_CELLS / 100).unwrap_or_default();
    let cells = usize::try_from(BAR_CELLS).unwrap_or_default();
    format!("[{}{}] {percent:>3}%", "#".repeat(full), ".".repeat(cells.saturating_sub(full)))
}

/// How long ago, in the largest unit that is not zero.
fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.millis().saturating_sub(then.millis()) / 1000;
    match seconds {
        ..0 => "ahead".to_owned(),
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(stream: &str, task: &str, status: &str, percent: Option<i64>) -> Standing {
        Standing {
            region: "us-east-1".to_owned(),
            stream: stream.to_owned(),
            task: task.to_owned(),
            status: status.to_owned(),
            status_detail: None,
            progress_percent: percent,
            updated_at: Timestamp::from_millis(1_000_000),
            next_due_at: Some(Timestamp::from_millis(1_060_000)),
        }
    }

    #[test]
    fn the_board_shows_progress_age_and_what_is_overdue() {
        let tasks = [
            task("DMS", "db-1", "COMPLETED", Some(100)),
            task("DMS", "db\n2", "IN_PROGRESS", Some(45)),
            task("SMS", "web", "NOT_STARTED", None),
        ];
        let board = draw(&tasks, Timestamp::from_millis(1_000_000 + 3 * 3_600_000));
        let expected = "\
DMS (us-east-1): 1 of 2 completed
  db-1  COMPLETED    [##########] 100%        3h
  db\u{fffd}2  IN_PROGRESS  [####......]  45%        3h  STALE

SMS (us-east-1): 0 of 1 completed
  web   NOT_STARTED                           3h  STALE
";
        assert_eq!(board, expected);
        assert_eq!(draw(&[], Timestamp::from_millis(0)), "no migration tasks\n");
    }

    #[test]
    fn scripts_read_the_same_as_json() {
        let json = to_json(&[task("DMS", "db-1", "IN_PROGRESS", None)], Timestamp::from_millis(1_060_001));
        assert_eq!(
            json,
            json!([{
                "region": "us-east-1", "stream": "DMS", "task": "db-1", "status": "IN_PROGRESS", "statusDetail": null,
                "progressPercent": null, "updateDateTime": "1970-01-01T00:16:40Z",
                "nextUpdateDue": "1970-01-01T00:17:40Z", "stale": true,
            }])
        );
    }
}
