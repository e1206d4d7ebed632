//! What an import did, and what it could not carry.

use std::fmt::Write as _;
use std::ops::AddAssign;

use serde_json::{Value, json};

/// What was replayed, counted; the second of a pair is what was here already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) tasks: usize,
    /// Tasks that an earlier, interrupted run did.
    pub(super) tasks_done_before: usize,
    /// Tasks that vanished while they were read.
    pub(super) tasks_gone: usize,
    pub(super) updates: usize,
    pub(super) updates_here_already: usize,
    pub(super) attribute_lists: usize,
    pub(super) created_artifacts: usize,
    pub(super) discovered_resources: usize,
    pub(super) source_resources: usize,
    /// Tasks without a single update: when they were imported cannot be told here.
    pub(super) tasks_never_notified: usize,
    /// Updates with the same time as another of their task.
    pub(super) updates_of_equal_time: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.tasks += other.tasks;
        self.tasks_done_before += other.tasks_done_before;
        self.tasks_gone += other.tasks_gone;
        self.updates += other.updates;
        self.updates_here_already += other.updates_here_already;
        self.attribute_lists += other.attribute_lists;
        self.created_artifacts += other.created_artifacts;
        self.discovered_resources += other.discovered_resources;
        self.source_resources += other.source_resources;
        self.tasks_never_notified += other.tasks_never_notified;
        self.updates_of_equal_time += other.updates_of_equal_time;
    }
}

/// The outcome of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) account: String,
    pub(super) region: String,
    /// Whether the home region was set here by this import.
    pub(super) home_region_set: bool,
    pub(super) streams: usize,
    pub(super) counts: Counts,
    pub(super) application_states: usize,
    pub(super) applications: usize,
    pub(super) application_members: usize,
    pub(super) tags: usize,
    /// What was not carried over although nothing failed.
    pub(super) not_carried: Vec<String>,
    /// What this server refused; such a task is tried again by the next run.
    pub(super) refused: Vec<String>,
}

impl Summary {
    /// Whether this server took everything that was sent.
    pub fn is_complete(&self) -> bool {
        self.refused.is_empty()
    }

    /// Tells it to a person.
    pub fn to_text(&self) -> String {
        let counts = &self.counts;
        let mut text = String::new();
        let mut line = |line: String| writeln!(text, "{line}").expect("a String takes every write");
        line(format!(
            "Imported Migration Hub of {} ({}) into account {} at {}:",
            self.source, self.region, self.account, self.destination
        ));
        if self.home_region_set {
            line(format!("  the home region is now {}", self.region));
        }
        let already = match counts.updates_here_already {
            0 => String::new(),
            already => format!(" ({already} were here already)"),
        };
        let done_before = match counts.tasks_done_before {
            0 => String::new(),
            done => format!(" ({done} more were done by an earlier run)"),
        };
        for (count, what) in [
            (self.streams, "progress update streams".to_owned()),
            (counts.tasks, format!("migration tasks{done_before}")),
            (counts.updates, format!("updates{already}")),
            (counts.attribute_lists, "lists of resource attributes".to_owned()),
            (counts.created_artifacts, "created artifacts".to_owned()),
            (counts.discovered_resources, "discovered resources".to_owned()),
            (counts.source_resources, "source resources".to_owned()),
            (self.application_states, "application states".to_owned()),
            (self.applications, "applications with their names".to_owned()),
            (self.application_members, "servers in applications".to_owned()),
            (self.tags, "tags".to_owned()),
        ] {
            line(format!("  {count:>8} {what}"));
        }
        section(&mut text, "Not carried over:", &self.not_carried);
        section(&mut text, "Refused here; run the import again after the reason is gone:", &self.refused);
        text
    }

    /// Tells it to a script.
    pub fn to_json(&self) -> Value {
        let counts = &self.counts;
        json!({
            "source": self.source,
            "destination": self.destination,
            "account": self.account,
            "region": self.region,
            "homeRegionSet": self.home_region_set,
            "progressUpdateStreams": self.streams,
            "migrationTasks": counts.tasks,
            "migrationTasksDoneBefore": counts.tasks_done_before,
            "migrationTasksGone": counts.tasks_gone,
            "updates": counts.updates,
            "updatesHereAlready": counts.updates_here_already,
            "resourceAttributeLists": counts.attribute_lists,
            "createdArtifacts": counts.created_artifacts,
            "discoveredResources": counts.discovered_resources,
            "sourceResources": counts.source_resources,
            "applicationStates": self.application_states,
            "applications": self.applications,
            "applicationMembers": self.application_members,
            "tags": self.tags,
            "notCarried": self.not_carried,
            "refused": self.refused,
        })
    }

    /// Names what the API cannot carry, from what was met.
    pub(super) fn name_limits(&mut self) {
        let counts = &self.counts;
        let mut note = |count: usize, what: &str| {
            if count > 0 {
                self.not_carried.push(format!("{count} {what}"));
            }
        };
        note(
            counts.tasks_never_notified,
            "tasks without any update have the time of this import as the time they were imported",
        );
        note(
            counts.updates_of_equal_time,
            "updates have the time of another one of their task; their order is the one the source lists them in",
        );
        note(counts.tasks_gone, "tasks were deleted at the source while they were read");
        let updates = counts.updates + counts.updates_here_already;
        note(
            updates,
            "updates: within how many seconds the next one was promised is not revealed, so none is due",
        );
    }
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(title);
    text.push('\n');
    for line in lines {
        // Names may hold line breaks and control characters, which must not reach a terminal.
        let shown: String = line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        writeln!(text, "  - {shown}").expect("a String takes every write");
    }
}
