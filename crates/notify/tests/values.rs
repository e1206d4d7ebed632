//! The journal of values: what is stored of notified properties stands in pages, each message once, whatever ends the
//! process in between.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Method};
use model::Timestamp;
use notify::values::{Journal, Kept, ValueStreams};
use serde_json::{Value as Json, json};
use series::committer::Observer;
use series::log::Batch;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};
use service::{Call, Installation, Source};
use sitewise::data::notified::{Notified, Topic};
use sitewise::time_series::Stream;
use store::{Clock, Database, Entropy, Options, Room, Store};

const ROOMS: &[&Room] = &[&sitewise::ROOM, &notify::ROOM];

fn store() -> (Store, Clock) {
    let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
    let options = Options {
        database: Database::Memory,
        rooms: ROOMS,
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
    };
    (Store::open(options).unwrap(), clock)
}

fn call(account: &str) -> Call {
    Call {
        account: account.into(),
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

/// A process with its journal; dropping it is a crash.
struct Process {
    journal: Arc<Journal>,
    notified: Arc<Notified>,
}

impl Process {
    /// Starts on a store, is told what the log holds, and begins to tell with streams 1 and 2 notified.
    async fn start(store: &Store, log: &[(u64, Batch)]) -> Self {
        Self::start_with(store, log, Kept::default(), &["sink"]).await
    }

    async fn start_with(store: &Store, log: &[(u64, Batch)], kept: Kept, sinks: &[&str]) -> Self {
        let notified = Arc::new(Notified::default());
        let journal = {
            let (store, notified) = (store.clone(), notified.clone());
            tokio::task::spawn_blocking(move || Journal::open(&store, notified, kept)).await.unwrap().unwrap()
        };
        notified.begin(vec![topic(1), topic(2)], notified.age());
        for (position, batch) in log {
            journal.committed(*position, vec![batch.clone()]);
        }
        journal.begin(sinks.iter().map(|sink| (*sink).to_owned()).collect()).await.unwrap();
        Self { journal, notified }
    }

    async fn write_all(&self) {
        while self.journal.round().await.unwrap() {}
    }

    /// What followers of the account get.
    async fn told(&self, query: &str) -> Vec<Json> {
        let streams = ValueStreams::new(&self.journal);
        let answer = streams.answer(&call("111122223333"), &Method::GET, query, &HeaderMap::new());
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    async fn numbers(&self, query: &str) -> Vec<i64> {
        let value = |line: &Json| line["message"]["payload"]["values"][0]["value"]["integerValue"].as_i64();
        self.told(query).await.iter().map(|line| value(line).unwrap()).collect()
    }
}

fn topic(stream: i64) -> (Stream, Topic) {
    let text = |text: &str| text.to_owned();
    let topic = Topic {
        account: text("111122223333"),
        region: text("eu-west-1"),
        model: text("m"),
        asset: text("a"),
        property: format!("p{stream}"),
    };
    (Stream(stream), topic)
}

fn batch(stream: u64, value: i32) -> Batch {
    let point = Point { timestamp: 1_000_000_000, quality: Quality::Good, value: Value::Integer(value) };
    Batch {
        runs: vec![Run { key: SeriesKey(stream), kind: Kind::Integer, points: vec![point] }],
        note: Vec::new(),
    }
}

#[tokio::test]
async fn what_is_stored_is_told_once_in_the_order_of_the_log() {
    let (store, _) = store();
    let process = Process::start(&store, &[]).await;
    for position in 1..=1200 {
        process.journal.committed(position, vec![batch(1 + position % 3, i32::try_from(position).unwrap())]);
    }
    assert_eq!(process.journal.done(), 0, "the log is kept until the rows have it");
    process.write_all().await;
    assert_eq!(process.journal.done(), 1200);
    // Stream 3 is not notified.
    let expected: Vec<i64> = (1..=1200).filter(|position| position % 3 != 2).collect();
    assert_eq!(process.numbers("").await, expected);
    let first = &process.told("").await[0];
    assert_eq!(
        (&first["number"], &first["topic"]),
        (&json!(1), &json!("$aws/sitewise/asset-models/m/assets/a/properties/p2"),)
    );
    let of_p1: Vec<i64> = (1..=1200).filter(|position| position % 3 == 0).collect();
    let query = "topic=%24aws/sitewise/asset-models/%2B/assets/%2B/properties/p1";
    assert_eq!(process.numbers(query).await, of_p1);
    assert_eq!(process.numbers("topic=%23").await, Vec::<i64>::new());
    let last = process.told("after=799").await;
    assert_eq!((last.len(), &last[0]["number"]), (1, &json!(800)));
}

#[tokio::test]
async fn a_crash_at_any_moment_loses_nothing_and_tells_nothing_twice() {
    for crash in 1..=40_u64 {
        let (store, _) = store();
        let mut log = Vec::new();
        let mut process = Process::start(&store, &log).await;
        for position in 1..=40_u64 {
            let value = i32::try_from(position).unwrap();
            // Durable first, then told, then in the rows: the crash comes behind any of these.
            log.push((position, batch(1 + position % 2, value)));
            if position == crash {
                process = Process::start(&store, &log).await;
                continue;
            }
            process.journal.committed(position, vec![log[log.len() - 1].1.clone()]);
            if position % 7 == 0 {
                process.write_all().await;
                let done = process.journal.done();
                log.retain(|(position, _)| *position > done.saturating_sub(crash % 5));
            }
        }
        let process = Process::start(&store, &log).await;
        process.write_all().await;
        assert_eq!(process.numbers("").await, (1..=40).collect::<Vec<i64>>(), "crash at {crash}");
    }
}

#[tokio::test]
async fn what_was_there_before_the_first_start_is_not_told() {
    let (store, _) = store();
    let log = [(1, batch(1, 1)), (2, batch(1, 2))];
    let process = Process::start(&store, &log).await;
    process.journal.committed(3, vec![batch(1, 3)]);
    process.write_all().await;
    assert_eq!(process.numbers("").await, [3]);
}

#[tokio::test]
async fn after_a_change_of_rows_what_is_notified_is_read_again() {
    let (store, _) = store();
    let process = Process::start(&store, &[]).await;
    process.journal.committed(1, vec![batch(1, 1)]);
    // The rows know no stream at all: from here on nothing is notified, and what was known to be is told.
    process.notified.look_again();
    process.journal.committed(2, vec![batch(1, 2)]);
    process.write_all().await;
    assert_eq!(process.numbers("").await, [1]);
    assert_eq!(process.journal.done(), 2);
    process.notified.begin(vec![topic(1)], process.notified.age());
    process.journal.committed(3, vec![batch(1, 3)]);
    process.write_all().await;
    assert_eq!(process.numbers("").await, [1, 3]);
}

#[tokio::test]
async fn what_nobody_takes_is_forgotten_in_time() {
    let (store, clock) = store();
    let kept = Kept { hours: 2, megabytes: 1 };
    let process = Process::start_with(&store, &[], kept, &["slow"]).await;
    process.journal.committed(1, vec![batch(1, 1)]);
    process.write_all().await;
    clock.advance(Duration::from_millis(3_600_000));
    process.journal.committed(2, vec![batch(1, 2)]);
    process.write_all().await;
    process.journal.sweep().await.unwrap();
    assert_eq!(process.numbers("").await, [1, 2], "the sink has not taken them");
    clock.advance(Duration::from_millis(3_600_001));
    process.journal.sweep().await.unwrap();
    assert_eq!(process.numbers("").await, [2]);
    // A follower that knew message 0 was told nothing; one that is behind is told how much is gone.
    process.journal.committed(3, vec![batch(1, 3)]);
    process.write_all().await;
    clock.advance(Duration::from_millis(2 * 3_600_000 + 1));
    process.journal.sweep().await.unwrap();
    process.journal.committed(4, vec![batch(1, 4)]);
    process.write_all().await;
    let told = process.told("after=1").await;
    assert_eq!((told.len(), &told[0], &told[1]["number"]), (2, &json!({"lost": 2}), &json!(4)));

    // Size: pages are 500 messages of some 250 bytes, and the oldest go first.
    for position in 5..=5_004_u64 {
        process.journal.committed(position, vec![batch(1, i32::try_from(position).unwrap())]);
    }
    process.write_all().await;
    process.journal.sweep().await.unwrap();
    let left = process.numbers("").await;
    assert!((3_000..5_000).contains(&left.len()), "{}", left.len());
    assert_eq!(left.last(), Some(&5_004));
}

#[tokio::test]
async fn without_sinks_pages_are_kept_for_followers_for_a_while() {
    let (store, clock) = store();
    let process = Process::start_with(&store, &[], Kept::default(), &[]).await;
    process.journal.committed(1, vec![batch(1, 1)]);
    process.write_all().await;
    clock.advance(Duration::from_millis(9 * 60_000));
    process.journal.sweep().await.unwrap();
    assert_eq!(process.numbers("").await, [1]);
    clock.advance(Duration::from_millis(2 * 60_000));
    process.journal.sweep().await.unwrap();
    assert_eq!(process.numbers("").await, Vec::<i64>::new());
}
