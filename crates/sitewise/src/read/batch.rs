//! Operations that read several streams page by page: entries in the order of the request, until the page is full.
//!
//! An entry that is not reached is not mentioned; one that is cut goes on in the next page; one that was finished by an
//! earlier page stands in `skippedEntries`.

use std::sync::Arc;

use model::json::Object;
use model::{Encode, Members, ModelledError, Operation, Timestamp};
use model_sitewise::types as t;
use serde_json::Value;
use series::error::Error as EngineError;
use series::tables::Tables;
use service::Call;
use service::page::Page;

use super::list::{List, Room};
use super::member::text;
use super::query::{self, Cursor, Progress, Query};
use super::source::{Readable, aside, find, target};
use crate::Error;
use crate::data::Data;
use crate::data::route::Target;
use crate::error::invalid;

/// What the three lists of entries of one operation look like; those of the others look the same.
pub type ErrorEntry = t::BatchGetAssetPropertyValueHistoryErrorEntry;
type SkippedEntry = t::BatchGetAssetPropertyValueHistorySkippedEntry;
type ErrorInfo = t::BatchGetAssetPropertyValueHistoryErrorInfo;

/// Entries of a request.
const ENTRIES_MAX: usize = 16;

/// One page of several streams.
#[derive(Debug, Default)]
pub struct Answer {
    errors: Vec<ErrorEntry>,
    successes: Vec<Success>,
    skipped: Vec<SkippedEntry>,
    next_token: Option<String>,
}

/// What one page has of one stream.
#[derive(Debug)]
struct Success {
    entry_id: String,
    name: &'static str,
    list: List,
}

impl Encode for Success {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("entryId", &self.entry_id);
        out.field(self.name, &self.list);
    }
}

impl Encode for Answer {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("errorEntries", &self.errors);
        out.field("successEntries", &self.successes);
        out.field("skippedEntries", &self.skipped);
        out.field("nextToken", &self.next_token);
    }
}

/// How an entry ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Success,
    /// With an error, found when a page was made at this instant.
    Error(Code, Timestamp),
}

/// The errors that an entry can end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The stream is not there.
    NotFound,
    /// The entry can't be carried out as it stands.
    Invalid,
    /// The caller may not read the stream.
    Denied,
}

impl Code {
    const ALL: [(Self, &'static str); 3] = [
        (Self::NotFound, "ResourceNotFoundException"),
        (Self::Invalid, "InvalidRequestException"),
        (Self::Denied, "AccessDeniedException"),
    ];

    /// Answers the name of the exception.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(code, _)| *code == self).map_or("", |(_, name)| name)
    }
}

impl End {
    /// Writes the end into a token.
    fn seal(self) -> String {
        match self {
            Self::Success => "S".to_owned(),
            Self::Error(code, at) => format!("{}{}", &code.name()[..1], at.millis()),
        }
    }

    fn open(text: &str) -> Option<Self> {
        if text == "S" {
            return Some(Self::Success);
        }
        let (first, millis) = text.split_at_checked(1)?;
        let (code, _) = Code::ALL.into_iter().find(|(_, name)| name.starts_with(first))?;
        Some(Self::Error(code, Timestamp::from_millis(millis.parse().ok()?)))
    }

    fn skipped(self, entry_id: String) -> SkippedEntry {
        let (completion_status, error_info) = match self {
            Self::Success => ("SUCCESS", None),
            Self::Error(code, at) => {
                ("ERROR", Some(ErrorInfo { error_code: code.name().to_owned(), error_timestamp: at }))
            }
        };
        SkippedEntry { entry_id, completion_status: completion_status.to_owned(), error_info }
    }
}

/// Where a request goes on: how entries ended that earlier pages finished, and how far the next one came.
#[derive(Clone, Debug, Default)]
struct State {
    ended: Vec<End>,
    after: Option<Cursor>,
}

impl State {
    fn open([ended, at, quality]: &[String; 3]) -> Result<Self, Error> {
        let ended: Option<Vec<End>> = match ended.as_str() {
            "" => Some(Vec::new()),
            ended => ended.split(',').map(End::open).collect(),
        };
        let ended = ended.ok_or_else(|| invalid("nextToken is not valid"))?;
        Ok(Self { ended, after: query::open(at, quality)? })
    }

    fn seal(&self, page: &Page<'_>) -> String {
        let ended: Vec<String> = self.ended.iter().map(|end| end.seal()).collect();
        let [at, quality] = query::seal(self.after);
        page.seal(&[&ended.join(","), &at, &quality])
    }
}

/// Answers a page of several streams. Entries may have the same id (assumed).
///
/// Errors of the call: `InvalidRequestException` (number of entries, size of the page, token). Errors of an entry in the order of their
/// checks: `InvalidRequestException` (what names the stream, dates), `AccessDeniedException`,
/// `ResourceNotFoundException`.
pub async fn answer<O: Operation, Q: Query>(
    data: Arc<Data>,
    call: Call,
    members: Members,
) -> Result<Answer, Error> {
    let entries = entries(&members, ENTRIES_MAX)?;
    let items = query::items(&members, Q::BATCH_ITEMS_MAX, Q::BATCH_ITEMS_MAX)?;
    let words = query::words(&members);
    let bound = [words.as_str()];
    let page = Page::new(&call, O::SPEC, &bound);
    let state = query::open_token(&page, &members)?;
    let state = state.as_ref().map_or_else(|| Ok(State::default()), State::open)?;
    let (finished, open) = entries.split_at(state.ended.len().min(entries.len()));
    let action = format!("iotsitewise:{}", O::SPEC.name);
    let work = resolve(&data, &call, &action, open, |entry| Q::read(&call, entry)).await?;
    let mut answer = Answer::default();
    for (entry, end) in finished.iter().zip(&state.ended) {
        answer.skipped.push(end.skipped(entry_id(entry)));
    }
    let now = call.now;
    let (mut answer, rest) = aside(&data, move |tables| {
        let rest = fill(tables, now, (work, state), items, &mut answer)?;
        Ok((answer, rest))
    })
    .await?;
    answer.next_token = rest.map(|state| state.seal(&page));
    Ok(answer)
}

/// Fills a page; answers where the next one begins, if there is one.
fn fill<Q: Query>(
    tables: &Tables,
    now: Timestamp,
    (work, mut state): (Vec<Work<Q>>, State),
    items: usize,
    answer: &mut Answer,
) -> Result<Option<State>, EngineError> {
    let mut room = Room::new(items, Q::BYTES_MAX);
    for Work { entry_id, task } in work {
        if room.is_full() {
            return Ok(Some(state));
        }
        let (readable, query) = match task {
            Ok(task) => task,
            Err((code, error_message)) => {
                let error_code = code.name().to_owned();
                answer.errors.push(ErrorEntry { error_code, error_message, entry_id });
                state.ended.push(End::Error(code, now));
                continue;
            }
        };
        let mut list = List::default();
        let progress = query.page(tables, &readable, state.after, (&mut room, &mut list))?;
        if progress == Progress::Complete || !list.is_empty() {
            answer.successes.push(Success { entry_id, name: Q::LIST, list });
        }
        match progress {
            Progress::Complete => {
                state.ended.push(End::Success);
                state.after = None;
            }
            Progress::Cut(after) => {
                state.after = after;
                return Ok(Some(state));
            }
        }
    }
    Ok(None)
}

/// What is to be done for an entry.
pub struct Work<T> {
    /// The caller's name for the entry.
    pub entry_id: String,
    /// What can be read and what is asked of it, or why nothing can be.
    pub task: Result<(Readable, T), Refusal>,
}

/// Why an entry is refused, in a sentence.
pub type Refusal = (Code, String);

/// Takes the entries out of a request; too many of them fail it as a whole.
pub fn entries(members: &Members, most: usize) -> Result<Vec<Members>, Error> {
    let list = members.get("entries").and_then(Value::as_array);
    let entries: Vec<Members> = list.into_iter().flatten().filter_map(Value::as_object).cloned().collect();
    let count = entries.len();
    if !(1..=most).contains(&count) {
        return Err(invalid(format!("entries has {count} entries; a request has 1 to {most}")));
    }
    Ok(entries)
}

fn entry_id(entry: &Members) -> String {
    text(entry, "entryId").unwrap_or_default().to_owned()
}

/// Finds what entries ask for, in their order.
pub async fn resolve<T>(
    data: &Data,
    call: &Call,
    action: &str,
    entries: &[Members],
    read: impl Fn(&Members) -> Result<T, Error>,
) -> Result<Vec<Work<T>>, Error> {
    let asked: Vec<Result<(Target<'static>, T), Error>> =
        entries.iter().map(|entry| Ok((target(entry)?, read(entry)?))).collect();
    let targets: Vec<Target<'static>> = asked.iter().flatten().map(|(target, _)| target.clone()).collect();
    let mut found = find(data, call, action, &targets).await?.into_iter();
    let mut work = Vec::with_capacity(entries.len());
    for (entry, asked) in entries.iter().zip(asked) {
        let task = match asked {
            Ok((_, asked)) => found.next().expect("every target is answered").map(|found| (found, asked)),
            Err(error) => Err(error),
        };
        let task = match task {
            Ok(task) => Ok(task),
            Err(error) => Err(refusal(error)?),
        };
        work.push(Work { entry_id: entry_id(entry), task });
    }
    Ok(work)
}

/// Turns what an operation on one stream would fail with into what an entry is refused with.
fn refusal(error: Error) -> Result<Refusal, Error> {
    match error {
        Error::Modelled(error) => {
            let found = Code::ALL.into_iter().find(|(_, name)| *name == error.name());
            match found {
                Some((code, _)) => Ok((code, error.message().to_owned())),
                None => Err(Error::Modelled(error)),
            }
        }
        Error::Denied(denied) => Ok((Code::Denied, denied.0)),
        Error::Store(error) => Err(Error::Store(error)),
    }
}
