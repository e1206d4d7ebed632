//! Refuses statements whose work grows with the account, in every test that has a [`World`](crate::World).

mod table;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What was told already: one failing test for each statement is enough.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Looks at the plans of all statements so far when it goes, unless the test has failed already.
pub(crate) struct Guard(());

impl Guard {
    pub(crate) fn new() -> Self {
        store::plans::watch();
        Self(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut refused: Vec<String> =
            store::plans::seen().iter().filter_map(|(sql, steps)| refusal(sql, steps)).collect();
        refused.retain(|text| TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()));
        assert!(
            refused.is_empty(),
            "a statement reads all rows; give it an index, or name it in testkit/src/plans/table.rs:\n{}",
            refused.join("\n")
        );
    }
}

/// Answers what is wrong with a statement that is not named above.
fn refusal(sql: &str, steps: &[String]) -> Option<String> {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if table::MAY.iter().any(|(start, _)| sql.starts_with(start)) {
        return None;
    }
    steps.iter().find(|step| reads_all(&sql, step)).map(|step| format!("{step}: {sql}"))
}

/// Says whether a step of a plan walks through a table or all that an account has in it.
fn reads_all(sql: &str, step: &str) -> bool {
    let Some(what) = step.strip_prefix("SCAN ") else {
        return step.starts_with("SEARCH ") && step.ends_with(" (account=? AND region=?)");
    };
    let name = what.split(' ').next().unwrap_or_default();
    // What the statement itself makes up is as long as it makes it.
    let made_up = [format!(") AS {name}"), format!("WITH {name} "), format!("WITH RECURSIVE {name} ")];
    let is_made_up = what.starts_with(['(', '1'])
        || what == "CONSTANT ROW"
        || what.contains("VIRTUAL TABLE")
        || made_up.iter().any(|words| sql.contains(words));
    !is_made_up
}
