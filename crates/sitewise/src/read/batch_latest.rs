//! `BatchGetAssetPropertyValue`: the current values of up to 128 streams, always on one page.

use std::sync::Arc;

use model::json::Object;
use model::{Encode, Members, Operation};
use model_sitewise::operations as op;
use service::Call;
use service::page::Page;

use super::batch::{ErrorEntry, Work, entries, resolve};
use super::latest::Written;
use super::query;
use crate::Error;
use crate::data::{Data, failed};
use crate::error::invalid;

/// What callers are allowed or not.
const ACTION: &str = "iotsitewise:BatchGetAssetPropertyValue";

/// Entries of a request.
const ENTRIES_MAX: usize = 128;

/// Current values of several streams.
#[derive(Debug, Default)]
pub struct Answer {
    errors: Vec<ErrorEntry>,
    successes: Vec<Success>,
}

/// The current value of a stream; none if it never had one.
#[derive(Debug)]
struct Success {
    entry_id: String,
    value: Option<Written>,
}

impl Encode for Success {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("entryId", &self.entry_id);
        out.field("assetPropertyValue", &self.value);
    }
}

impl Encode for Answer {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("errorEntries", &self.errors);
        out.field("successEntries", &self.successes);
        out.field("skippedEntries", &Vec::<Success>::new());
    }
}

/// Answers the current values of several streams; 128 of them are half a megabyte at most, so that no page follows.
///
/// Errors of the call: `InvalidRequestException` (number of entries; a token, since none is ever given). Errors of an entry as in
/// `GetAssetPropertyValue`.
pub async fn latest(data: Arc<Data>, call: Call, members: Members) -> Result<Answer, Error> {
    let entries = entries(&members, ENTRIES_MAX)?;
    let words = query::words(&members);
    let bound = [words.as_str()];
    let page = Page::new(&call, op::BatchGetAssetPropertyValue::SPEC, &bound);
    if query::open_token::<0>(&page, &members)?.is_some() {
        return Err(invalid("nextToken is not valid: there is one page only"));
    }
    let mut answer = Answer::default();
    for Work { entry_id, task } in resolve(&data, &call, ACTION, &entries, |_| Ok(())).await? {
        match task {
            Ok((readable, ())) => {
                let point = readable.points.latest(data.engine().tables()).map_err(failed)?;
                answer.successes.push(Success { entry_id, value: point.map(Written::new) });
            }
            Err((code, error_message)) => {
                let error_code = code.name().to_owned();
                answer.errors.push(ErrorEntry { error_code, error_message, entry_id });
            }
        }
    }
    Ok(answer)
}
