//! Random sequences of operations against a naive twin in memory: whatever was done, both answer alike.

use std::collections::BTreeMap;

use crate::hub::each_bare;
use serde_json::{Value, json};
use testkit::Caller;

const STEPS: usize = 1500;
const STREAMS: [&str; 3] = ["DMS", "SMS", "ü b"];
const TASKS: [&str; 3] = ["a", "b/c", "line\nbreak"];
const NAMES: [&str; 4] = ["arn:aws:ec2:::x", "arn:aws:ec2:::X", "arn:aws:s3:::y z", "arn:aws-cn:rds:::"];
const STATUSES: [&str; 4] = ["NOT_STARTED", "IN_PROGRESS", "FAILED", "COMPLETED"];

#[derive(Default)]
struct Task {
    /// (time, arrival, state)
    updates: Vec<(i64, usize, Value)>,
    arrivals: usize,
    artifacts: BTreeMap<String, Option<String>>,
    resources: BTreeMap<String, Option<String>>,
}

impl Task {
    fn notify(&mut self, at: i64, state: &Value) {
        let last = self.updates.iter().find(|(_, arrival, _)| *arrival == self.arrivals);
        if last.is_some_and(|(time, _, known)| *time == at && known == state) {
            return;
        }
        self.arrivals += 1;
        self.updates.push((at, self.arrivals, state.clone()));
        self.updates.sort_by_key(|(time, arrival, _)| (-time, std::cmp::Reverse(*arrival)));
    }

    fn state(&self) -> Value {
        self.updates.first().map_or_else(|| json!({"Status": "NOT_STARTED"}), |(_, _, state)| state.clone())
    }
}

#[derive(Default)]
struct Twin {
    streams: BTreeMap<String, BTreeMap<String, Task>>,
}

const NOT_FOUND: &str = "ResourceNotFoundException";
const DRY: &str = "DryRunOperation";

impl Twin {
    fn task(&mut self, stream: &str, task: &str) -> Result<&mut Task, &'static str> {
        self.streams.get_mut(stream).and_then(|tasks| tasks.get_mut(task)).ok_or(NOT_FOUND)
    }

    fn apply(&mut self, operation: &str, input: &Value) -> Result<Value, &'static str> {
        let dry = input["DryRun"] == true;
        let stop = || if dry { Err(DRY) } else { Ok(()) };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (stream, name) = (text(&input["ProgressUpdateStream"]), text(&input["MigrationTaskName"]));
        match operation {
            "CreateProgressUpdateStream" => {
                stop()?;
                self.streams.entry(text(&input["ProgressUpdateStreamName"])).or_default();
            }
            "DeleteProgressUpdateStream" => {
                let stream = text(&input["ProgressUpdateStreamName"]);
                self.streams.get(&stream).ok_or(NOT_FOUND)?;
                stop()?;
                self.streams.remove(&stream);
            }
            "ImportMigrationTask" => {
                let tasks = self.streams.get_mut(&stream).ok_or(NOT_FOUND)?;
                stop()?;
                tasks.entry(name).or_default();
            }
            "NotifyMigrationTaskState" => {
                let task = self.task(&stream, &name)?;
                stop()?;
                task.notify(input["UpdateDateTime"].as_i64().unwrap(), &input["Task"]);
            }
            "AssociateCreatedArtifact" | "AssociateSourceResource" => {
                let task = self.task(&stream, &name)?;
                stop()?;
                let (kept, given) = if operation == "AssociateCreatedArtifact" {
                    (&mut task.artifacts, &input["CreatedArtifact"])
                } else {
                    (&mut task.resources, &input["SourceResource"])
                };
                kept.insert(text(&given["Name"]), given["Description"].as_str().map(str::to_owned));
            }
            "DisassociateCreatedArtifact" => {
                let task = self.task(&stream, &name)?;
                let key = text(&input["CreatedArtifactName"]);
                task.artifacts.get(&key).ok_or(NOT_FOUND)?;
                stop()?;
                task.artifacts.remove(&key);
            }
            "DisassociateSourceResource" => {
                let task = self.task(&stream, &name)?;
                let key = text(&input["SourceResourceName"]);
                task.resources.get(&key).ok_or(NOT_FOUND)?;
                stop()?;
                task.resources.remove(&key);
            }
            other => panic!("the twin does not know {other}"),
        }
        Ok(json!({}))
    }

    /// Everything that lists and descriptions show, in the order in which they show it.
    fn shown(&self) -> Value {
        let pairs = |kept: &BTreeMap<String, Option<String>>| -> Vec<Value> {
            kept.iter().map(|(name, description)| json!([name, description])).collect()
        };
        let tasks = self.streams.iter().flat_map(|(stream, tasks)| {
            tasks.iter().map(move |(name, task)| {
                let updates: Vec<Value> =
                    task.updates.iter().map(|(at, _, state)| json!([at, state])).collect();
                json!({
                    "stream": stream, "task": name, "state": task.state(), "updates": updates,
                    "artifacts": pairs(&task.artifacts), "resources": pairs(&task.resources),
                })
            })
        });
        json!({"streams": self.streams.keys().collect::<Vec<_>>(), "tasks": tasks.collect::<Vec<_>>()})
    }
}

/// The same, read through the operations.
fn shown(caller: &Caller<'_>) -> Value {
    let items = |operation: &str, input: &Value, list: &str| -> Vec<Value> {
        let pages = caller.pages(operation, input, "NextToken");
        pages.iter().flat_map(|page| page[list].as_array().unwrap().clone()).collect()
    };
    let streams: Vec<Value> =
        items("ListProgressUpdateStreams", &json!({"MaxResults": 2}), "ProgressUpdateStreamSummaryList")
            .iter()
            .map(|stream| stream["ProgressUpdateStreamName"].clone())
            .collect();
    let mut keys: Vec<(String, String)> =
        items("ListMigrationTasks", &json!({"MaxResults": 2}), "MigrationTaskSummaryList")
            .iter()
            .map(|task| {
                let text = |member: &str| task[member].as_str().unwrap().to_owned();
                (text("ProgressUpdateStream"), text("MigrationTaskName"))
            })
            .collect();
    keys.sort();
    let pairs = |items: Vec<Value>| -> Vec<Value> {
        items.iter().map(|item| json!([item["Name"], item["Description"]])).collect()
    };
    let tasks: Vec<Value> = keys
        .iter()
        .map(|(stream, name)| {
            let on = json!({"ProgressUpdateStream": stream, "MigrationTaskName": name});
            let paged = json!({"ProgressUpdateStream": stream, "MigrationTaskName": name, "MaxResults": 3});
            let updates: Vec<Value> = items("ListMigrationTaskUpdates", &paged, "MigrationTaskUpdateList")
                .iter()
                .map(|update| json!([update["UpdateDateTime"], update["MigrationTaskState"]]))
                .collect();
            json!({
                "stream": stream,
                "task": name,
                "state": caller.ok("DescribeMigrationTask", on)["MigrationTask"]["Task"],
                "updates": updates,
                "artifacts": pairs(items("ListCreatedArtifacts", &paged, "CreatedArtifactList")),
                "resources": pairs(items("ListSourceResources", &paged, "SourceResourceList")),
            })
        })
        .collect();
    json!({"streams": streams, "tasks": tasks})
}

/// SplitMix64: repeatable, and good enough to choose steps.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn step(&mut self) -> (&'static str, Value) {
        let operation = match self.below(40) {
            0..3 => "CreateProgressUpdateStream",
            3 => "DeleteProgressUpdateStream",
            4..8 => "ImportMigrationTask",
            8..18 => "NotifyMigrationTaskState",
            18..24 => "AssociateCreatedArtifact",
            24..29 => "DisassociateCreatedArtifact",
            29..35 => "AssociateSourceResource",
            _ => "DisassociateSourceResource",
        };
        let mut input = match operation {
            "CreateProgressUpdateStream" | "DeleteProgressUpdateStream" => {
                json!({"ProgressUpdateStreamName": self.one(&STREAMS)})
            }
            _ => json!({"ProgressUpdateStream": self.one(&STREAMS), "MigrationTaskName": self.one(&TASKS)}),
        };
        let mut given = json!({"Name": self.one(&NAMES)});
        if self.below(2) == 0 {
            given["Description"] = self.one(&["one", "two"]).into();
        }
        match operation {
            "NotifyMigrationTaskState" => {
                input["Task"] = json!({"Status": self.one(&STATUSES)});
                input["UpdateDateTime"] = self.below(6).into();
                input["NextUpdateSeconds"] = 60.into();
            }
            "AssociateCreatedArtifact" => input["CreatedArtifact"] = given,
            "AssociateSourceResource" => input["SourceResource"] = given,
            "DisassociateCreatedArtifact" => input["CreatedArtifactName"] = given["Name"].clone(),
            "DisassociateSourceResource" => input["SourceResourceName"] = given["Name"].clone(),
            _ => {}
        }
        if self.below(12) == 0 {
            input["DryRun"] = true.into();
        }
        (operation, input)
    }
}

#[test]
fn random_sequences_leave_what_a_naive_twin_has() {
    each_bare(|world| {
        let caller = world.caller();
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let (mut twin, mut dice) = (Twin::default(), Dice(7));
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        for number in 0..STEPS {
            let (operation, input) = dice.step();
            let expected = twin.apply(operation, &input);
            let answer = caller.send(operation, input.clone()).map_err(|refusal| refusal.name);
            assert_eq!(answer, expected.clone().map_err(str::to_owned), "step {number}: {operation} {input}");
            *outcomes.entry(expected.err().unwrap_or("ok")).or_default() += 1;
            if number % 50 == 0 {
                assert_eq!(shown(&caller), twin.shown(), "after step {number}: {operation} {input}");
            }
        }
        assert_eq!(shown(&caller), twin.shown());
        assert!(outcomes.values().all(|count| *count > 20) && outcomes.len() == 3, "{outcomes:?}");
    });
}
