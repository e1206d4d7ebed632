//! Watches how SQLite finds the rows of each statement; for tests, and only in builds with debug assertions.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

/// The plan of each statement that ran since [`watch`] was called; none before that.
static SEEN: Mutex<Option<BTreeMap<&'static str, Vec<String>>>> = Mutex::new(None);

/// Begins to note plans, on all stores of this process that are on SQLite.
pub fn watch() {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
}

/// Tells each statement so far with the steps of its plan, in SQLite's words (`SEARCH a USING INDEX b (c=?)`).
pub fn seen() -> Vec<(&'static str, Vec<String>)> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.iter().flatten().map(|(sql, steps)| (*sql, steps.clone())).collect()
}

/// Notes the plan of a statement that is about to run, the first time that it does.
pub(crate) fn note(connection: &Connection, sql: &'static str) {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(seen) = seen.as_mut().filter(|seen| !seen.contains_key(sql)) else { return };
    let steps = || -> rusqlite::Result<Vec<String>> {
        connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?
            .raw_query()
            .mapped(|row| row.get(3))
            .collect()
    };
    // A statement that cannot be planned cannot run either, and says so itself.
    seen.insert(sql, steps().unwrap_or_default());
}
