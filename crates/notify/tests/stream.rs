//! Events over HTTP.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Method, StatusCode};
use model::Timestamp;
use notify::Streams;
use serde_json::{Value, json};
use service::{Call, Installation, Source};
use store::{Clock, Database, Entropy, Options, Room, Store};

const ROOMS: &[&Room] = &[&notify::ROOM];

fn store() -> Store {
    let options = Options {
        database: Database::Memory,
        rooms: ROOMS,
        clock: Clock::manual(Timestamp::from_millis(1_700_000_000_000)),
        entropy: Entropy::seeded(1),
    };
    Store::open(options).unwrap()
}

fn call() -> Call {
    Call {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        partition: "aws".into(),
        principal: "arn:aws:iam::111122223333:user/local".into(),
        request_id: "r".into(),
        base_url: "http://localhost".into(),
        now: Timestamp::from_millis(1_700_000_000_000),
        source: Source::default(),
        installation: Arc::new(Installation::default()),
    }
}

async fn emit(store: &Store, account: &'static str, number: i64) {
    let written: Result<(), store::Error> = store
        .write(move |tx| tx.emit(account, "eu-west-1", "sitewise.asset.created", &json!({"number": number})))
        .await;
    written.unwrap();
}

#[tokio::test]
async fn the_events_of_an_account_are_lines_of_json() {
    let store = store();
    for number in 1..=450 {
        emit(&store, if number % 3 == 0 { "444455556666" } else { "111122223333" }, number).await;
    }
    let answer = Streams::new(&store).answer(&call(), &Method::GET, "after=2", &HeaderMap::new());
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let lines: Vec<Value> = std::str::from_utf8(&bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((lines.len(), &lines[0]["sequence"]), (298, &json!(4)));
    assert_eq!(lines[0]["event"]["detail"], json!({"number": 4}));
    assert_eq!(lines[0]["event"]["detail-type"], "sitewise.asset.created");
}

#[tokio::test]
async fn a_follower_gets_what_happens_and_goes_on_where_it_was_cut_off() {
    let store = store();
    emit(&store, "111122223333", 1).await;
    let mut headers = HeaderMap::new();
    headers.insert("accept", "text/event-stream".parse().unwrap());
    headers.insert("last-event-id", "1".parse().unwrap());
    let streams = Streams::new(&store);
    let answer = streams.answer(&call(), &Method::GET, "follow=true", &headers);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    for number in 2..5 {
        emit(&store, "111122223333", number).await;
        let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await.unwrap();
        let text = frame.unwrap().unwrap().into_data().unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        let data = text.strip_prefix(&format!("id: {number}\ndata: ")).unwrap().strip_suffix("\n\n").unwrap();
        assert_eq!(serde_json::from_str::<Value>(data).unwrap()["detail"]["number"], number);
    }
    streams.end();
    let last = tokio::time::timeout(Duration::from_secs(20), body.frame()).await.unwrap();
    assert!(last.is_none(), "a server that stops does not wait for its followers");
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let store = store();
    for (method, query, status) in [
        (Method::POST, "", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "after=x", StatusCode::BAD_REQUEST),
        (Method::GET, "since=1", StatusCode::BAD_REQUEST),
        (Method::GET, "follow=maybe", StatusCode::BAD_REQUEST),
        (Method::GET, "", StatusCode::OK),
    ] {
        let answer = Streams::new(&store).answer(&call(), &method, query, &HeaderMap::new());
        assert_eq!(answer.status(), status, "{method} {query}");
    }
}
