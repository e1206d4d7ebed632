//! Calls of IoT SiteWise, page after page and several at once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::aws_client::{CallError, Client, Service};

/// Calls that are under way at once; AWS allows 30 a second of most operations.
const THREADS: usize = 8;
/// The most that a page holds.
const PAGE: usize = 250;
/// The operations that AWS answers under another host.
const DATA: [&str; 2] = ["BatchGetAssetPropertyValue", "BatchPutAssetPropertyValue"];

/// Whoever answers operations of IoT SiteWise for one account and region.
pub trait Api: Sync {
    /// Calls an operation; the input is its members, wherever they travel.
    fn call(&self, operation: &str, input: &Value) -> Result<Value, CallError>;

    /// Says how long after the epoch it is, for values that are written.
    fn now(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// A server, or AWS.
pub struct Remote {
    /// Signs and repeats.
    pub client: Client,
    /// Where.
    pub region: String,
}

impl Api for Remote {
    fn call(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        let spec = model_sitewise::SPECS.iter().find(|spec| spec.name == operation);
        let spec = spec.expect("only operations of the model are called");
        let service = if DATA.contains(&operation) { Service::SiteWiseData } else { Service::SiteWise };
        self.client.rest(service, &self.region, spec, input)
    }
}

/// Whether an error says that the thing is not there.
pub fn is_gone(error: &CallError) -> bool {
    error.code() == Some("ResourceNotFoundException")
}

/// Answers all elements of a list, page after page.
pub fn all(api: &impl Api, operation: &str, mut input: Value, member: &str) -> Result<Vec<Value>, CallError> {
    let mut found = Vec::new();
    input["maxResults"] = json!(PAGE);
    loop {
        let mut answer = api.call(operation, &input)?;
        if let Value::Array(page) = answer[member].take() {
            found.extend(page);
        }
        match answer["nextToken"].take() {
            Value::String(token) if !token.is_empty() => input["nextToken"] = token.into(),
            _ => return Ok(found),
        }
    }
}

/// Does something with each element, several at once; the answers are in the order of the elements.
pub fn each<T: Sync, R: Send>(
    elements: &[T],
    work: impl Fn(&T) -> Result<R, CallError> + Sync,
) -> Result<Vec<R>, CallError> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::with_capacity(elements.len()));
    let run = || {
        while !failed.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(element) = elements.get(place) else { return };
            let result = work(element);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS.min(elements.len()) {
            scope.spawn(run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Reads the tags of a resource.
pub fn tags(api: &impl Api, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
    let answer = api.call("ListTagsForResource", &json!({ "resourceArn": arn }))?;
    let tags = answer["tags"].as_object().into_iter().flatten();
    Ok(tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect())
}

/// The text of a member, if it has any.
pub(super) fn text(value: &Value, member: &str) -> Option<String> {
    value[member].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The text of a member that is always there.
pub(super) fn must(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}
