//! Which tasks are done, in a file that the next run reads when this one is interrupted.
//!
//! One JSON object a line: first what is imported where, then each task with the time of its update. Losing lines
//! costs time only, since everything is replayed as it is and nothing twice.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// A task by its stream and name.
pub(super) type TaskName = (String, String);

/// The file of one import.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    done: HashMap<TaskName, Value>,
}

impl Journal {
    /// Opens the file of this import, or begins it.
    pub(super) fn open(path: &Path, import: &Value) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the state file {}: {error}", path.display());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::Null));
        let begun = lines.next();
        if begun.as_ref().is_some_and(|begun| begun != import) {
            return Err(format!(
                "the state file {} belongs to another import; remove it, or name another with --state",
                path.display()
            ));
        }
        let done = lines.filter_map(|line| Some((name(&line)?, line["updated"].clone()))).collect();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
        if begun.is_none() {
            writeln!(file, "{import}").map_err(failed)?;
        } else if !text.ends_with('\n') {
            // The last run ended in the middle of a line.
            writeln!(file).map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), done })
    }

    /// Whether an earlier run did this task, and it was not updated since.
    pub(super) fn has(&self, task: &TaskName, updated: &Value) -> bool {
        self.done.get(task) == Some(updated)
    }

    /// Writes down that a task is done.
    pub(super) fn record(&self, (stream, name): &TaskName, updated: &Value) -> Result<(), String> {
        let line = format!("{}\n", json!({"stream": stream, "task": name, "updated": updated}));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
            .map_err(|error| format!("the state file {}: {error}", self.path.display()))
    }

    /// Removes the file: everything is done, and the next run begins anew.
    pub(super) fn finish(self) -> Result<(), String> {
        std::fs::remove_file(&self.path)
            .map_err(|error| format!("the state file {} is not removed: {error}", self.path.display()))
    }
}

fn name(line: &Value) -> Option<TaskName> {
    Some((line["stream"].as_str()?.to_owned(), line["task"].as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_knows_what_is_done_even_when_a_line_is_torn() {
        let folder = std::env::temp_dir().join(format!("import-journal-{}", std::process::id()));
        let path = folder.join("inside/state.jsonl");
        let import = json!({"from": "a", "to": "b"});
        let task = |name: &str| ("S\n|".to_owned(), name.to_owned());
        let journal = Journal::open(&path, &import).unwrap();
        assert!(!journal.has(&task("1"), &json!(1.5)));
        journal.record(&task("1"), &json!(1.5)).unwrap();
        journal.file.lock().unwrap().write_all(b"{\"stream\":\"S").unwrap();
        drop(journal);
        let journal = Journal::open(&path, &import).unwrap();
        journal.record(&task("2"), &json!(2)).unwrap();
        drop(journal);
        let journal = Journal::open(&path, &import).unwrap();
        assert!(journal.has(&task("1"), &json!(1.5)) && journal.has(&task("2"), &json!(2)));
        assert!(!journal.has(&task("1"), &json!(1.6)), "it was updated since");
        assert!(Journal::open(&path, &json!({"from": "c"})).err().unwrap().contains("another import"));
        journal.finish().unwrap();
        assert!(!path.exists());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
