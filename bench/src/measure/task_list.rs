//! ListMigrationTasks at a great many tasks: the first page and one far behind it, and what they occupy.

use std::time::Instant;

use serde_json::json;

use super::Bench;
use super::operation::notify;
use crate::peer::homeregion::{Refused, ask};
use crate::peer::signed::Operation;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Which page is far behind the first.
const DEEP_PAGE: usize = 1000;
/// The most that a page may take.
const PAGE_MS_MAX: f64 = 2.0;
/// Requests of one figure.
const REQUESTS: u32 = 200;

/// Two pages and the memory, on one store.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    const DATA: &str = "tasks";
    let count = bench.effort.tasks;
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let prepared = notify(&server).and_then(|report| ask(&server, &report));
    prepared.map_err(|refused| refused.to_string())?;
    server.stop()?;
    testkit::bulk::tasks(&bench.homeregion.data(DATA), count).map_err(|error| error.to_string())?;
    let server = bench.homeregion.start(DATA, &[])?;
    let deep = DEEP_PAGE.min(count / 100);
    let token = token(&server, deep - 1).map_err(|refused| refused.to_string())?;
    let (mut first, mut far) = (Figure::of(OURS), Figure::of(OURS));
    for _ in 0..bench.effort.rounds {
        first.samples.push(milliseconds(&server, None).map_err(|refused| refused.to_string())?);
        far.samples.push(milliseconds(&server, Some(&token)).map_err(|refused| refused.to_string())?);
    }
    let mut memory = Figure::of(OURS);
    memory.samples.push(server.resident_mib()?);
    server.stop()?;
    let page = |name: String, figure| Measure {
        name,
        unit: "ms",
        better: Better::Less,
        aims: vec![Aim::Reach(PAGE_MS_MAX)],
        figures: vec![figure],
    };
    Ok(vec![
        page(format!("ListMigrationTasks, page 1 of {count} tasks"), first),
        page(format!("ListMigrationTasks, page {deep} of {count} tasks"), far),
        Measure {
            name: format!("memory after listing {count} tasks"),
            unit: "MiB",
            better: Better::Less,
            aims: Vec::new(),
            figures: vec![memory],
        },
    ])
}

fn list(token: Option<&str>) -> Operation {
    let body = token.map_or_else(|| json!({}), |token| json!({ "NextToken": token }));
    Operation::target("mgh", "AWSMigrationHub.ListMigrationTasks", body.to_string())
}

/// Walks so many pages and answers the token of the next one.
fn token(server: &Process, pages: usize) -> Result<String, Refused> {
    let mut token = None;
    for _ in 0..pages {
        let page = ask(server, &list(token.as_deref()))?;
        let next = page["NextToken"].as_str().ok_or_else(|| "the list ended early".to_owned())?;
        token = Some(next.to_owned());
    }
    token.ok_or_else(|| "there is one page only".to_owned().into())
}

/// Milliseconds of one page, its connection included.
fn milliseconds(server: &Process, token: Option<&str>) -> Result<f64, Refused> {
    let page = list(token);
    let begun = Instant::now();
    for _ in 0..REQUESTS {
        let answer = ask(server, &page)?;
        if answer["MigrationTaskSummaryList"].as_array().is_none_or(|tasks| tasks.len() != 100) {
            return Err("a page does not have 100 tasks".to_owned().into());
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3 / f64::from(REQUESTS))
}
