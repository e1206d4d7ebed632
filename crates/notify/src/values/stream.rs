//! Messages on values over HTTP: `GET /_homeregion/values?topic=FILTER&after=N`, as lines of JSON or, for those who ask
//! for it, as server-sent events. With `follow=true` the answer goes on until the client leaves.
//!
//! A caller sees the values of its own account.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use service::Call;
use store::Error;
use tokio::sync::watch;

use super::journal::Journal;
use super::table::{self, Page};
use crate::mqtt::Filter;
use crate::stream::sentence;

/// Where the stream is.
pub const PATH: &str = "/_homeregion/values";

/// How long a stream may say nothing: proxies cut what seems dead.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// The streams of values of a server, which end with it.
pub struct ValueStreams {
    journal: Arc<Journal>,
    ended: watch::Sender<bool>,
}

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// Topics that are meant; all if there is none.
    topics: Vec<Filter>,
    /// The last number that the caller knows; without one what is there already is passed over.
    after: Option<i64>,
    follow: bool,
}

impl Wanted {
    fn parse(query: &str, headers: &HeaderMap) -> Result<Self, String> {
        let mut wanted = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            match (name, &*value) {
                ("topic", filter) => wanted.topics.push(Filter::parse(filter)?),
                ("after", number) => {
                    let number = number.parse().map_err(|_| "after is the number of a message")?;
                    wanted.after = Some(number);
                }
                ("follow", "true") => wanted.follow = true,
                ("follow", "false") => wanted.follow = false,
                _ => return Err("values are asked for with topic=FILTER, after=N and follow=true".to_owned()),
            }
        }
        // How a client of server-sent events says where it was cut off.
        let last = headers.get(HeaderName::from_static("last-event-id"));
        if let Some(number) = last.and_then(|last| last.to_str().ok()?.parse().ok()) {
            wanted.after = Some(number);
        }
        Ok(wanted)
    }
}

impl ValueStreams {
    /// Makes streams of what a journal writes.
    pub fn new(journal: &Arc<Journal>) -> Self {
        Self { journal: journal.clone(), ended: watch::Sender::new(false) }
    }

    /// Ends all streams: the server is about to stop.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Answers one request for values.
    pub fn answer(
        &self,
        call: &Call,
        method: &Method,
        query: &str,
        headers: &HeaderMap,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        if method != Method::GET {
            return sentence(StatusCode::METHOD_NOT_ALLOWED, "ask with GET");
        }
        let wanted = match Wanted::parse(query, headers) {
            Ok(wanted) => wanted,
            Err(wrong) => return sentence(StatusCode::BAD_REQUEST, &wrong),
        };
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let is_sse = accept.is_some_and(|accept| accept.contains("text/event-stream"));
        let written = self.journal.written();
        // A follower that knows no number begins with what comes; everybody else with what is there.
        let begin = if wanted.follow { *written.borrow() } else { 0 };
        let state = Following {
            journal: self.journal.clone(),
            written,
            ended: self.ended.subscribe(),
            account: call.account.clone(),
            after: wanted.after.unwrap_or(begin),
            wanted,
            is_sse,
            lines: VecDeque::new(),
        };
        let body = StreamBody::new(unfold(state, Following::next)).boxed_unsync();
        let mut response = Response::new(body);
        let kind = if is_sse { "text/event-stream" } else { "application/x-ndjson" };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

struct Following {
    journal: Arc<Journal>,
    written: watch::Receiver<i64>,
    ended: watch::Receiver<bool>,
    account: String,
    wanted: Wanted,
    after: i64,
    is_sse: bool,
    lines: VecDeque<Bytes>,
}

impl Following {
    async fn next(mut self) -> Option<(Result<Frame<Bytes>, io::Error>, Self)> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some((Ok(Frame::data(line)), self));
            }
            self.written.borrow_and_update();
            let after = self.after;
            let page: Result<Option<Page>, Error> =
                self.journal.store().read(move |tx| table::page_behind(tx, after)).await;
            match page {
                Ok(Some(page)) => self.take(page),
                Ok(None) if !self.wanted.follow => return None,
                Ok(None) => {
                    let is_silent = tokio::select! {
                        // The sender lives as long as the server.
                        _ = self.ended.wait_for(|ended| *ended) => return None,
                        changed = tokio::time::timeout(SILENCE_MAX, self.written.changed()) => changed.is_err(),
                    };
                    if is_silent {
                        let nothing = if self.is_sse { ": nothing\n\n" } else { "\n" };
                        return Some((Ok(Frame::data(Bytes::from_static(nothing.as_bytes()))), self));
                    }
                }
                Err(error) => return Some((Err(io::Error::other(error)), self)),
            }
        }
    }

    fn take(&mut self, page: Page) {
        let Page { first, messages } = page;
        let lost = first - 1 - self.after;
        if lost > 0 && self.after > 0 {
            self.lines.push_back(self.gap(lost));
        }
        for (number, message) in (first..).zip(messages) {
            if number <= self.after {
                continue;
            }
            self.after = number;
            let topics = &self.wanted.topics;
            let is_meant = topics.is_empty() || topics.iter().any(|topic| topic.matches(&message.topic));
            if is_meant && message.account == self.account {
                let (topic, payload) = (&message.topic, &message.payload);
                let line = if self.is_sse {
                    format!("id: {number}\ndata: {{\"topic\":\"{topic}\",\"message\":{payload}}}\n\n")
                } else {
                    format!("{{\"number\":{number},\"topic\":\"{topic}\",\"message\":{payload}}}\n")
                };
                self.lines.push_back(line.into());
            }
        }
    }

    /// Says that messages are gone which the caller has not seen; some of them may not have been meant for it.
    fn gap(&self, lost: i64) -> Bytes {
        if self.is_sse {
            format!("event: gap\ndata: {{\"lost\":{lost}}}\n\n").into()
        } else {
            format!("{{\"lost\":{lost}}}\n").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stands_in_the_query() {
        let mut headers = HeaderMap::new();
        let wanted = Wanted::parse("topic=%24aws/%23&topic=a/%2B&after=7&follow=true", &headers).unwrap();
        assert_eq!(wanted.topics, [Filter::parse("$aws/#").unwrap(), Filter::parse("a/+").unwrap()]);
        assert_eq!((wanted.after, wanted.follow), (Some(7), true));
        headers.insert("last-event-id", HeaderValue::from_static("9"));
        assert_eq!(Wanted::parse("after=7", &headers).unwrap().after, Some(9));
        for wrong in ["topic=a%23", "after=x", "follow=maybe", "since=1"] {
            assert!(Wanted::parse(wrong, &HeaderMap::new()).is_err(), "{wrong}");
        }
    }
}
