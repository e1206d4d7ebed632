//! Events over HTTP: `GET /_homeregion/events?after=N`, as lines of JSON or, for those who ask for it, as server-sent
//! events. With `follow=true` the answer goes on until the client leaves.
//!
//! A caller sees the events of its own account.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::unfold;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use service::Call;
use store::{Event, Store};
use tokio::sync::watch;

use crate::envelope;

/// Where the stream is.
pub const PATH: &str = "/_homeregion/events";

/// Events that are read at once.
const PAGE: u32 = 200;
/// How long a stream may say nothing: proxies cut what seems dead.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long until events of other servers on the same database are looked for.
const POLL: Duration = Duration::from_secs(2);

/// The streams of a server, which end with it.
#[derive(Debug)]
pub struct Streams {
    store: Store,
    ended: watch::Sender<bool>,
}

impl Streams {
    /// Makes streams of what happens in a store.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), ended: watch::Sender::new(false) }
    }

    /// Ends all streams: the server is about to stop.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Answers one request for events.
    pub fn answer(
        &self,
        call: &Call,
        method: &Method,
        query: &str,
        headers: &HeaderMap,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        answer((&self.store, self.ended.subscribe()), call, method, query, headers)
    }
}

fn answer(
    (store, ended): (&Store, watch::Receiver<bool>),
    call: &Call,
    method: &Method,
    query: &str,
    headers: &HeaderMap,
) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    if method != Method::GET {
        return sentence(StatusCode::METHOD_NOT_ALLOWED, "ask with GET");
    }
    let (mut after, mut follow) = (0, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (name, value) {
            ("after", number) => match number.parse() {
                Ok(number) => after = number,
                Err(_) => return sentence(StatusCode::BAD_REQUEST, "after is the number of an event"),
            },
            ("follow", "true") => follow = true,
            ("follow", "false") => follow = false,
            _ => {
                return sentence(
                    StatusCode::BAD_REQUEST,
                    "events are asked for with after=N and follow=true",
                );
            }
        }
    }
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_sse = text(&ACCEPT).is_some_and(|accept| accept.contains("text/event-stream"));
    // How a client of server-sent events says where it was cut off.
    let last = HeaderName::from_static("last-event-id");
    if let Some(number) = text(&last).and_then(|number| number.parse().ok()) {
        after = number;
    }
    let state = Following {
        store: store.clone(),
        ended,
        account: call.account.clone(),
        after,
        follow,
        is_sse,
        read: VecDeque::new(),
    };
    let body = StreamBody::new(unfold(state, Following::next)).boxed_unsync();
    let mut response = Response::new(body);
    let kind = if is_sse { "text/event-stream" } else { "application/x-ndjson" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

struct Following {
    store: Store,
    ended: watch::Receiver<bool>,
    account: String,
    after: i64,
    follow: bool,
    is_sse: bool,
    read: VecDeque<Event>,
}

impl Following {
    async fn next(mut self) -> Option<(Result<Frame<Bytes>, io::Error>, Self)> {
        let mut waited = Duration::ZERO;
        let mut committed = self.store.committed();
        loop {
            while let Some(event) = self.read.pop_front() {
                self.after = event.sequence;
                if event.account == self.account {
                    return Some((Ok(Frame::data(self.line(&event))), self));
                }
            }
            committed.borrow_and_update();
            match self.store.events_after(self.after, PAGE).await {
                Ok(events) if !events.is_empty() => self.read.extend(events),
                Ok(_) if !self.follow => return None,
                Ok(_) if waited >= SILENCE_MAX => {
                    let nothing = if self.is_sse { ": nothing\n\n" } else { "\n" };
                    return Some((Ok(Frame::data(Bytes::from_static(nothing.as_bytes()))), self));
                }
                Ok(_) => tokio::select! {
                    // The sender lives as long as the server.
                    _ = self.ended.wait_for(|ended| *ended) => return None,
                    // Whether it was a commit or the time, the next read finds out.
                    changed = tokio::time::timeout(POLL, committed.changed()) => {
                        if changed.is_err() {
                            waited += POLL;
                        }
                    }
                },
                Err(error) => return Some((Err(io::Error::other(error)), self)),
            }
        }
    }

    fn line(&self, event: &Event) -> Bytes {
        let body = envelope::of(event);
        if self.is_sse {
            return format!("id: {}\ndata: {body}\n\n", event.sequence).into();
        }
        let line = serde_json::json!({"sequence": event.sequence, "event": body});
        format!("{line}\n").into()
    }
}

/// Answers with a sentence.
pub(crate) fn sentence(status: StatusCode, text: &str) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let body = serde_json::json!({"message": text}).to_string();
    let mut response =
        Response::new(Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
