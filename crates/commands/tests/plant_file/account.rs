//! An account whose operations run in this process; it can fall silent, and keep values where the service does not yet.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use commands::aws_client::CallError;
use commands::sitewise_account::Api;
use commands::sitewise_apply::{self, Options, Report};
use commands::sitewise_export;
use commands::sitewise_plant::{Plant, read};
use serde_json::{Value, json};
use service::Body;
use testkit::{Caller, Refusal, World};

pub static ROOMS: &[&store::Room] = &[&service::ROOM, &sitewise::ROOM];

pub fn world() -> World {
    World::new(ROOMS, sitewise::register)
}

/// What answers.
pub struct Account<'a> {
    pub caller: Caller<'a>,
    /// How many calls are answered before the server is gone.
    answers: AtomicUsize,
    /// Values by asset and property, if this stands in for the operations that keep them.
    values: Option<Mutex<HashMap<(String, String), Value>>>,
    lacks_values: bool,
    /// The operations that were called, in order.
    pub called: Mutex<Vec<String>>,
}

impl<'a> Account<'a> {
    pub fn of(world: &'a World) -> Self {
        Self {
            caller: world.caller(),
            answers: AtomicUsize::new(usize::MAX),
            values: None,
            lacks_values: false,
            called: Mutex::default(),
        }
    }

    /// The same account elsewhere.
    pub fn in_region(self, region: &str) -> Self {
        Self { caller: self.caller.in_region(region), ..self }
    }

    /// Has no operations for values.
    pub fn without_values(self) -> Self {
        Self { lacks_values: true, ..self }
    }

    /// Keeps values of attributes as the service will.
    pub fn with_values(self) -> Self {
        Self { values: Some(Mutex::default()), ..self }
    }

    /// Answers so many calls, and then no more.
    pub fn dies_after(&self, calls: usize) {
        self.answers.store(calls, Ordering::SeqCst);
    }

    /// How many calls changed something since this was asked last.
    pub fn writes(&self) -> Vec<String> {
        let called = std::mem::take(&mut *self.called.lock().unwrap());
        let reads = ["List", "Describe", "BatchGet"];
        called.into_iter().filter(|name| !reads.iter().any(|read| name.starts_with(read))).collect()
    }

    fn put(&self, entries: &Value) -> Value {
        let mut values = self.values.as_ref().expect("asked only then").lock().unwrap();
        let mut errors = Vec::new();
        for entry in entries["entries"].as_array().unwrap() {
            let key = (text(&entry["assetId"]), text(&entry["propertyId"]));
            let value = &entry["propertyValues"][0]["value"];
            if value["stringValue"] == "refuse me" {
                let error = json!({ "errorCode": "InvalidRequestException", "errorMessage": "no" });
                errors.push(json!({ "entryId": entry["entryId"], "errors": [error] }));
                continue;
            }
            values.insert(key, value.clone());
        }
        json!({ "errorEntries": errors })
    }

    fn get(&self, entries: &Value) -> Value {
        let values = self.values.as_ref().expect("asked only then").lock().unwrap();
        let found = entries["entries"].as_array().unwrap().iter().map(|entry| {
            let key = (text(&entry["assetId"]), text(&entry["propertyId"]));
            match values.get(&key) {
                None => json!({ "entryId": entry["entryId"] }),
                Some(value) => {
                    let value =
                        json!({ "value": value, "timestamp": { "timeInSeconds": 1 }, "quality": "GOOD" });
                    json!({ "entryId": entry["entryId"], "assetPropertyValue": value })
                }
            }
        });
        json!({ "successEntries": found.collect::<Vec<_>>(), "errorEntries": [], "skippedEntries": [] })
    }

    pub fn try_apply(&self, plant: &Plant, options: Options) -> Result<Report, CallError> {
        sitewise_apply::apply(self, plant, options, |_| {})
    }

    /// Applies a file, all of which the account takes.
    #[track_caller]
    pub fn apply(&self, plant: &Plant) -> Report {
        let report = self.try_apply(plant, Options::default()).unwrap();
        assert_eq!(report.exit().code(), 0, "{}{}", report.plan_text(), report.outcome_text());
        report
    }

    /// Applies a file, and deletes what it does not mention.
    #[track_caller]
    pub fn prune(&self, plant: &Plant) -> Report {
        let report = self.try_apply(plant, Options { prune: true, ..Options::default() }).unwrap();
        assert_eq!(report.exit().code(), 0, "{}{}", report.plan_text(), report.outcome_text());
        report
    }

    /// Writes the file of all there is.
    #[track_caller]
    pub fn export(&self) -> String {
        sitewise_export::export(self, &sitewise_export::Options::default()).unwrap().plant.to_yaml()
    }
}

impl Api for Account<'_> {
    fn call(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        let left = self.answers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_err() {
            return Err(CallError::Unreachable("the server is gone".to_owned()));
        }
        self.called.lock().unwrap().push(operation.to_owned());
        match operation {
            "BatchPutAssetPropertyValue" | "BatchGetAssetPropertyValue" if self.lacks_values => {
                return Err(CallError::Refused {
                    operation: operation.to_owned(),
                    status: 501,
                    code: "NotImplemented".to_owned(),
                    message: "not yet".to_owned(),
                });
            }
            "BatchPutAssetPropertyValue" if self.values.is_some() => return Ok(self.put(input)),
            "BatchGetAssetPropertyValue" if self.values.is_some() => return Ok(self.get(input)),
            _ => {}
        }
        let reply =
            self.caller.reply(operation, input.clone()).map_err(|refusal| refused(operation, &refusal))?;
        let mut answer = match reply.body {
            Body::Json(json) => serde_json::from_str(&json).unwrap(),
            Body::Content(content) => content.to_value(),
        };
        let etag = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag"));
        if let Some((_, etag)) = etag {
            answer["eTag"] = json!(etag);
        }
        Ok(answer)
    }
}

fn refused(operation: &str, refusal: &Refusal) -> CallError {
    CallError::Refused {
        operation: operation.to_owned(),
        status: refusal.status,
        code: refusal.name.clone(),
        message: refusal.message().to_owned(),
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text")).to_owned()
}

/// Reads a file that is right.
#[track_caller]
pub fn plant(text: &str) -> Plant {
    read(text).unwrap_or_else(|faults| {
        panic!("{}\n{text}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// What is wrong with a file.
#[track_caller]
pub fn faults(text: &str) -> Vec<String> {
    read(text).expect_err("the file is wrong").iter().map(ToString::to_string).collect()
}
