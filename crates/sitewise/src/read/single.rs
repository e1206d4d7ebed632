//! Operations that read one stream page by page.

use std::sync::Arc;

use model::json::Object;
use model::{Encode, Members, Operation};
use service::Call;
use service::page::Page;

use super::list::{List, Room};
use super::query::{self, Progress, Query};
use super::source::{aside, find_one, target};
use crate::Error;
use crate::data::Data;

/// Items of a page when the request does not say how many (assumed: the user guide's of 2023).
pub const ITEMS_DEFAULT: usize = 20;

/// One page of one stream.
#[derive(Debug)]
pub struct Answer {
    name: &'static str,
    list: List,
    next_token: Option<String>,
}

impl Answer {
    /// Makes an answer of a list and the token of the next page.
    pub fn new(name: &'static str, list: List, next_token: Option<String>) -> Self {
        Self { name, list, next_token }
    }
}

impl Encode for Answer {
    fn encode(&self, out: &mut Object<'_>) {
        out.field(self.name, &self.list);
        out.field("nextToken", &self.next_token);
    }
}

/// Answers a page of one stream.
///
/// Errors in the order of their checks: `InvalidRequestException` (what names the stream, dates, size of the page, token),
/// `AccessDeniedException`, `ResourceNotFoundException`.
pub async fn answer<O: Operation, Q: Query>(
    data: Arc<Data>,
    call: Call,
    members: Members,
) -> Result<Answer, Error> {
    let target = target(&members)?;
    let query = Q::read(&call, &members)?;
    let items = query::items(&members, ITEMS_DEFAULT, Q::ITEMS_MAX)?;
    let words = query::words(&members);
    let bound = [words.as_str()];
    let page = Page::new(&call, O::SPEC, &bound);
    let after = match query::open_token::<2>(&page, &members)? {
        None => None,
        Some([at, quality]) => query::open(&at, &quality)?,
    };
    let action = format!("iotsitewise:{}", O::SPEC.name);
    let readable = find_one(&data, &call, &action, target).await?;
    let (list, progress) = aside(&data, move |tables| {
        let mut list = List::default();
        let mut room = Room::new(items, Q::BYTES_MAX);
        let progress = query.page(tables, &readable, after, (&mut room, &mut list))?;
        Ok((list, progress))
    })
    .await?;
    let next_token = match progress {
        Progress::Complete => None,
        Progress::Cut(cursor) => {
            let [at, quality] = query::seal(cursor);
            Some(page.seal(&[&at, &quality]))
        }
    };
    Ok(Answer::new(Q::LIST, list, next_token))
}
