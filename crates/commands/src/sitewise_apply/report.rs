//! What a plan is, and what became of it, for people and for scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::execute::Outcome;
use super::plan::{Action, Plan, Step};

/// How a run ends, as the exit code of the process tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is as the file says, or was only looked at.
    Done,
    /// Nobody answers any more.
    Lost,
    /// The server lacks operations that some of it needs; everything else is done.
    Unsupported,
    /// Something was refused, or can't be as the file says.
    Refused,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Lost => 1,
            Self::Unsupported => 3,
            Self::Refused => 4,
        }
    }
}

/// A plan with its outcome.
#[derive(Debug)]
pub struct Report {
    pub(super) plan: Plan,
    /// What became of each step; nothing if none was begun.
    pub(super) outcomes: Option<Vec<Outcome>>,
}

impl Report {
    pub(super) fn of(plan: Plan) -> Self {
        Self { plan, outcomes: None }
    }

    /// Whether there is nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.plan.steps.is_empty()
    }

    /// Whether the plan can't be carried out.
    pub fn is_refused(&self) -> bool {
        !self.plan.problems.is_empty()
    }

    /// How the run ends.
    pub fn exit(&self) -> Exit {
        let outcomes = self.outcomes.as_deref().unwrap_or_default();
        let any = |test: fn(&Outcome) -> bool| outcomes.iter().any(test);
        if any(|outcome| matches!(outcome, Outcome::Lost(_))) {
            return Exit::Lost;
        }
        if self.is_refused() || any(|outcome| matches!(outcome, Outcome::Refused(_))) {
            return Exit::Refused;
        }
        if any(|outcome| matches!(outcome, Outcome::Unsupported(_))) {
            return Exit::Unsupported;
        }
        Exit::Done
    }

    /// Tells the plan to a person.
    pub fn plan_text(&self) -> String {
        let plan = &self.plan;
        let mut text = String::new();
        for step in &plan.steps {
            line(&mut text, &format!("{} {} {}", step.action.sign(), step.kind, step.name));
            for change in &step.changes {
                line(&mut text, &format!("    {change}"));
            }
        }
        section(&mut text, "Kept although the file does not mention it (--prune deletes it):", &plan.kept);
        section(&mut text, "Worth knowing:", &plan.notes);
        section(&mut text, "This can't be done, so nothing is:", &plan.problems);
        line(&mut text, &self.counts());
        text
    }

    fn counts(&self) -> String {
        let count = |action| self.plan.steps.iter().filter(|step| step.action == action).count();
        let parts = [
            (count(Action::Create), "to create"),
            (count(Action::Change), "to change"),
            (count(Action::Delete), "to delete"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let unchanged = self.plan.unchanged;
        if parts.is_empty() && !self.plan.problems.is_empty() {
            return "Nothing is done: not everything can be as the file says.".to_owned();
        }
        if parts.is_empty() {
            return format!("Nothing to do: {unchanged} models and assets are as the file says.");
        }
        format!("Plan: {}, {unchanged} unchanged.", parts.join(", "))
    }

    /// Tells a person what became of the plan.
    pub fn outcome_text(&self) -> String {
        let Some(outcomes) = &self.outcomes else { return String::new() };
        let mut text = String::new();
        let name = |step: &Step| format!("{} {}", step.kind, step.name);
        let (mut refused, mut lost) = (Vec::new(), Vec::new());
        // Many steps fail for one reason: what the server does not have.
        let mut unsupported: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
        let (mut done, mut skipped) = (0, 0);
        for (step, outcome) in self.plan.steps.iter().zip(outcomes) {
            match outcome {
                Outcome::Done => done += 1,
                Outcome::Skipped => skipped += 1,
                Outcome::Lost(why) => lost.push(why.clone()),
                Outcome::Refused(why) => refused.push(format!("{}: {why}", name(step))),
                Outcome::Unsupported(why) => unsupported.entry(why).or_default().push(step),
            }
        }
        let mut lacking = Vec::new();
        for (why, steps) in unsupported {
            lacking.push(why.to_owned());
            for step in steps {
                lacking.extend(step.changes.iter().map(|change| match step.kind {
                    "values" => format!("  {change}"),
                    _ => format!("  {}: {change}", name(step)),
                }));
            }
        }
        section(&mut text, "Could not be set, since the server does not have the operation:", &lacking);
        section(&mut text, "Refused:", &refused);
        lost.sort_unstable();
        lost.dedup();
        section(&mut text, "Nobody answers:", &lost);
        let skipped = if skipped > 0 {
            format!(", {skipped} not tried for want of what they need")
        } else {
            String::new()
        };
        let end = match self.exit() {
            Exit::Lost => "Interrupted; run it again to go on",
            Exit::Refused => "Partly done; run it again when the reasons are gone",
            Exit::Unsupported => "Done as far as this server can",
            Exit::Done => "Done",
        };
        line(&mut text, &format!("{end}: {done} of {} steps{skipped}.", outcomes.len()));
        text
    }

    /// Tells everything to a script.
    pub fn to_json(&self) -> Value {
        let outcome = |place: usize| match self.outcomes.as_ref().map(|outcomes| &outcomes[place]) {
            None => json!({}),
            Some(Outcome::Done) => json!({ "outcome": "done" }),
            Some(Outcome::Skipped) => json!({ "outcome": "skipped" }),
            Some(Outcome::Lost(why)) => json!({ "outcome": "lost", "reason": why }),
            Some(Outcome::Refused(why)) => json!({ "outcome": "refused", "reason": why }),
            Some(Outcome::Unsupported(why)) => json!({ "outcome": "unsupported", "reason": why }),
        };
        let steps = self.plan.steps.iter().enumerate().map(|(place, step)| {
            let mut told = json!({
                "action": step.action.word(), "kind": step.kind, "name": step.name, "changes": step.changes,
            });
            if let (Some(members), Value::Object(more)) = (told.as_object_mut(), outcome(place)) {
                members.extend(more);
            }
            told
        });
        json!({
            "steps": steps.collect::<Vec<_>>(),
            "unchanged": self.plan.unchanged,
            "kept": self.plan.kept,
            "notes": self.plan.notes,
            "problems": self.plan.problems,
            "exitCode": self.exit().code(),
        })
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes every write");
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    line(text, title);
    for one in lines {
        line(text, &format!("  {one}"));
    }
}
