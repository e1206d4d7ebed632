//! Transactions, the schema and events behave the same in memory, in a data folder and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use model::Timestamp;
use serde_json::json;
use store::{Clock, Database, Entropy, Error, OpenError, Options, Room, Store, Tx, Value};
use suite::{Bench, COUNTERS, ROOMS, each_engine};

fn add(tx: &mut Tx, name: &str, by: i64) -> Result<i64, Error> {
    let read = "SELECT amount FROM counter WHERE account = ?1 AND name = ?2";
    let before = tx.query_one(read, &["a".into(), name.into()], |row| row.integer(0))?;
    let amount = before.unwrap_or(0) + by;
    tx.execute(
        "INSERT INTO counter (account, name, amount) VALUES (?1, ?2, ?3)
         ON CONFLICT (account, name) DO UPDATE SET amount = excluded.amount",
        &["a".into(), name.into(), amount.into()],
    )?;
    Ok(amount)
}

fn amount(store: &Store, name: &'static str) -> Option<i64> {
    let read = "SELECT amount FROM counter WHERE account = ?1 AND name = ?2";
    store
        .read_blocking(move |tx| tx.query_one(read, &["a".into(), name.into()], |row| row.integer(0)))
        .unwrap()
}

#[derive(Debug, PartialEq)]
enum Refused {
    Rule,
    Store(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Store(error)
    }
}

#[test]
fn every_type_comes_back_as_it_went_in() {
    each_engine(|bench| {
        let store = bench.open();
        let values: Vec<Option<Vec<u8>>> = vec![None, Some(vec![]), Some(vec![0, 255])];
        for (i, bytes) in values.into_iter().enumerate() {
            let stored = bytes.clone();
            let read = store
                .write_blocking(move |tx| {
                    let key = i64::try_from(i).map_err(|_| Error::Conflict)?;
                    tx.query_one(
                        "INSERT INTO kinds (id, words, bytes, flag, at) VALUES (?1, ?2, ?3, ?4, ?5)
                         RETURNING words, bytes, flag, at, id",
                        &[
                            key.into(),
                            Value::from(bytes.as_ref().map(|_| "grüße '?1'")),
                            Value::from(bytes.as_deref()),
                            true.into(),
                            Timestamp::from_millis(-5).into(),
                        ],
                        |row| {
                            assert_eq!(row.text(0).is_ok(), bytes.is_some());
                            Ok((
                                row.optional_text(0)?,
                                row.optional_blob(1)?,
                                row.flag(2)?,
                                row.timestamp(3)?,
                            ))
                        },
                    )
                })
                .unwrap()
                .unwrap();
            let words = stored.as_ref().map(|_| "grüße '?1'".to_owned());
            assert_eq!(read, (words, stored, true, Timestamp::from_millis(-5)));
        }
        let order = store.read_blocking(|tx| {
            tx.query("SELECT id FROM kinds WHERE ?1 = 1 ORDER BY id LIMIT ?2", &[1.into(), 2.into()], |row| {
                row.integer(0)
            })
        });
        assert_eq!(order, Ok(vec![0, 1]));
    });
}

#[test]
fn text_is_compared_byte_by_byte() {
    each_engine(|bench| {
        let store = bench.open();
        for name in ["b", "a", "B", "ä", "_", "a.b", "a-b"] {
            store.write_blocking(move |tx| add(tx, name, 1)).unwrap();
        }
        let names = store
            .read_blocking(|tx| {
                let end = store::prefix_end("a");
                tx.query(
                    "SELECT name FROM counter WHERE name >= ?1 AND name < ?2 ORDER BY name",
                    &["a".into(), end.into()],
                    |row| row.text(0),
                )
            })
            .unwrap();
        assert_eq!(names, ["a", "a-b", "a.b"]);
        let all = store
            .read_blocking(|tx| tx.query("SELECT name FROM counter ORDER BY name", &[], |row| row.text(0)))
            .unwrap();
        assert_eq!(all, ["B", "_", "a", "a-b", "a.b", "b", "ä"]);
    });
}

#[test]
fn an_error_of_the_job_undoes_its_changes() {
    each_engine(|bench| {
        let store = bench.open();
        store.write_blocking(|tx| add(tx, "kept", 1)).unwrap();
        let refused = store.write_blocking(|tx| {
            add(tx, "kept", 10)?;
            Err::<(), _>(Refused::Rule)
        });
        assert_eq!(refused, Err(Refused::Rule));
        assert_eq!(amount(&store, "kept"), Some(1));
    });
}

#[test]
fn a_swallowed_statement_error_still_undoes_the_job() {
    each_engine(|bench| {
        let store = bench.open();
        let result = store.write_blocking(|tx| {
            add(tx, "before", 1)?;
            let _ = tx.execute("INSERT INTO counter (account, name, amount) VALUES ('a', 'before', 1)", &[]);
            Ok::<_, Error>(())
        });
        assert!(matches!(result, Err(Error::Broken(_) | Error::Conflict)), "{result:?}");
        assert_eq!(amount(&store, "before"), None);
        store.write_blocking(|tx| add(tx, "after", 1)).unwrap();
    });
}

#[test]
fn a_panic_undoes_the_job_and_the_store_lives_on() {
    each_engine(|bench| {
        let store = bench.open();
        let result = store.write_blocking(|tx| {
            add(tx, "panicked", 1)?;
            assert!(tx.now().millis() < 0, "on purpose");
            Ok::<_, Error>(())
        });
        assert_eq!(result, Err(Error::Broken("the operation panicked: on purpose".to_owned())));
        let read = store.read_blocking(|_| -> Result<(), Error> { panic!("on purpose") });
        assert!(matches!(read, Err(Error::Broken(_))));
        assert_eq!(store.write_blocking(|tx| add(tx, "panicked", 1)), Ok(1));
        assert_eq!(amount(&store, "panicked"), Some(1));
    });
}

#[test]
fn a_read_may_not_change_anything() {
    each_engine(|bench| {
        let store = bench.open();
        let result = store.read_blocking(|tx| add(tx, "sneaked", 1));
        assert!(matches!(result, Err(Error::Broken(_))), "{result:?}");
        assert_eq!(amount(&store, "sneaked"), None);
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    each_engine(|bench| {
        if bench.is_memory() {
            return; // One connection: a read cannot overlap a write.
        }
        let store = bench.open();
        store.write_blocking(|tx| add(tx, "n", 1)).unwrap();
        let writer = store.clone();
        let seen = store.read_blocking(move |tx| {
            let read = "SELECT amount FROM counter WHERE account = 'a' AND name = 'n'";
            let first = tx.query_one(read, &[], |row| row.integer(0))?;
            let other = writer.clone();
            std::thread::spawn(move || other.write_blocking(|tx| add(tx, "n", 1))).join().unwrap()?;
            Ok::<_, Error>((first, tx.query_one(read, &[], |row| row.integer(0))?))
        });
        assert_eq!(seen, Ok((Some(1), Some(1))));
        assert_eq!(amount(&store, "n"), Some(2));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_jobs_are_isolated_and_one_failure_does_not_undo_others() {
    for bench in suite::engines() {
        let store = bench.open();
        let jobs: Vec<_> = (0..200)
            .map(|i| {
                let store = store.clone();
                tokio::spawn(async move {
                    let job = move |tx: &mut Tx| {
                        let amount = add(tx, "sum", 1)?;
                        assert!(i % 10 != 9, "on purpose");
                        if i % 10 == 3 { Err(Refused::Rule) } else { Ok(amount) }
                    };
                    store.write(job).await
                })
            })
            .collect();
        let mut done = Vec::new();
        for job in jobs {
            done.extend(job.await.unwrap());
        }
        done.sort_unstable();
        assert_eq!(done, (1..=160).collect::<Vec<i64>>(), "{bench:?}");
        let read = "SELECT amount FROM counter WHERE account = 'a' AND name = 'sum'";
        let sum = store.read(move |tx| tx.query_one(read, &[], |row| row.integer(0))).await;
        assert_eq!(sum, Ok::<_, Error>(Some(160)));
    }
}

#[tokio::test]
async fn those_who_wait_share_one_commit_and_only_the_failing_ones_are_undone() {
    let bench = Bench::folder();
    let store = bench.open();
    let (entered, is_inside) = mpsc::channel();
    let (release, gate) = mpsc::channel();
    let gate = std::sync::Mutex::new(gate);
    let first = store.clone();
    let first = std::thread::spawn(move || {
        first.write_blocking(move |_| {
            entered.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
            Ok::<_, Error>(())
        })
    });
    is_inside.recv().unwrap();
    let before = *store.committed().borrow();

    let jobs: Vec<_> = (0..60)
        .map(|i| {
            let store = store.clone();
            let job = move |tx: &mut Tx| {
                add(tx, "sum", 1)?;
                match i % 4 {
                    0 => Err(Refused::Rule),
                    1 => panic!("on purpose"),
                    2 => {
                        Ok(tx.execute("INSERT INTO counter (account, name) VALUES ('a', 'sum')", &[]).is_ok())
                    }
                    _ => Ok(true),
                }
            };
            tokio::spawn(async move { store.write(job).await })
        })
        .collect();
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    first.join().unwrap().unwrap();
    for (i, job) in jobs.into_iter().enumerate() {
        let result = job.await.unwrap();
        match i % 4 {
            0 => assert_eq!(result, Err(Refused::Rule)),
            3 => assert_eq!(result, Ok(true)),
            _ => assert!(matches!(result, Err(Refused::Store(Error::Broken(_)))), "{result:?}"),
        }
    }
    assert_eq!(*store.committed().borrow(), before + 2, "the first one alone, then all together");
    let read = "SELECT amount FROM counter WHERE account = 'a' AND name = 'sum'";
    let sum = store.read(move |tx| tx.query_one(read, &[], |row| row.integer(0))).await;
    assert_eq!(sum, Ok::<_, Error>(Some(15)));
}

#[test]
fn a_writer_that_is_gone_lets_nobody_wait() {
    #[derive(Debug)]
    struct Fragile;
    impl From<Error> for Fragile {
        fn from(_: Error) -> Self {
            panic!("on purpose")
        }
    }
    let bench = Bench::folder();
    let store = bench.open();
    // A panic outside the job's own code: in the conversion of the error that the job's panic became.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write_blocking(|_| -> Result<(), Fragile> { panic!("on purpose") })
    }));
    assert!(result.is_err());
    assert!(matches!(store.write_blocking(|tx| add(tx, "n", 1)), Err(Error::Broken(_))));
}

#[test]
fn write_skew_is_impossible() {
    each_engine(|bench| {
        let store = bench.open();
        store.write_blocking(|tx| add(tx, "x", 1)).unwrap();
        store.write_blocking(|tx| add(tx, "y", 1)).unwrap();
        // Where writes take turns, nobody would come to the second place at the barrier.
        let barrier = Arc::new(Barrier::new(if bench.is_postgres() { 2 } else { 1 }));
        // Each may take its own one away only while both together hold two.
        let take = |name: &'static str| {
            let (store, barrier, first) = (store.clone(), Arc::clone(&barrier), AtomicBool::new(true));
            std::thread::spawn(move || {
                store.write_blocking(move |tx| {
                    let sum = "SELECT SUM(amount) FROM counter WHERE account = 'a'";
                    let sum = tx.query_one(sum, &[], |row| row.integer(0))?.unwrap_or(0);
                    if first.swap(false, Ordering::SeqCst) {
                        barrier.wait();
                    }
                    if sum < 2 { Ok::<_, Error>(false) } else { add(tx, name, -1).map(|_| true) }
                })
            })
        };
        let (one, two) = (take("x"), take("y"));
        let taken = [one.join().unwrap().unwrap(), two.join().unwrap().unwrap()];
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    });
}

#[test]
fn a_commit_is_announced_and_leaves_its_events() {
    each_engine(|bench| {
        let store = bench.open();
        let committed = store.committed();
        let before = *committed.borrow();
        store
            .write_blocking(|tx| {
                tx.emit("111122223333", "eu-west-1", "first", &json!({"n": 1}))?;
                tx.emit("111122223333", "eu-west-1", "second", &json!({"n": 2}))
            })
            .unwrap();
        assert!(*committed.borrow() > before);
        let failed = store.write_blocking(|tx| {
            tx.emit("111122223333", "eu-west-1", "never", &json!(null))?;
            Err::<(), _>(Refused::Rule)
        });
        assert_eq!(failed, Err(Refused::Rule));
        store.clock().advance(Duration::from_secs(1));
        store.write_blocking(|tx| tx.emit("a", "r", "third", &json!(3))).unwrap();

        let events = wait(store.events_after(0, 10)).unwrap();
        let topics: Vec<_> = events.iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(topics, ["first", "second", "third"]);
        assert_eq!(events[1].body, json!({"n": 2}));
        assert_eq!(events[2].emitted_at, Timestamp::from_millis(events[0].emitted_at.millis() + 1000));
        assert!(events[0].sequence < events[1].sequence && events[1].sequence < events[2].sequence);
        let rest = wait(store.events_after(events[0].sequence, 1)).unwrap();
        assert_eq!(rest, events[1..2]);

        assert_eq!(wait(store.prune_events(events[2].emitted_at, 1)), Ok(1));
        assert_eq!(wait(store.prune_events(events[2].emitted_at, 10)), Ok(1));
        assert_eq!(wait(store.events_after(0, 10)).unwrap(), events[2..]);
        // Numbers are not used twice, even when the outbox has run empty.
        store.clock().advance(Duration::from_secs(1));
        assert_eq!(wait(store.prune_events(store.clock().now(), 10)), Ok(1));
        store.write_blocking(|tx| tx.emit("a", "r", "fourth", &json!(4))).unwrap();
        assert!(wait(store.events_after(0, 10)).unwrap()[0].sequence > events[2].sequence);
    });
}

#[test]
fn a_follower_misses_no_event_of_concurrent_transactions() {
    each_engine(|bench| {
        let store = bench.open();
        let emitters: Vec<_> = (0..6)
            .map(|emitter| {
                let store = store.clone();
                std::thread::spawn(move || {
                    for i in 0..30 {
                        let job = move |tx: &mut Tx| {
                            add(tx, "n", 1)?;
                            tx.emit("a", "r", "one", &json!([emitter, i, 0]))?;
                            tx.emit("a", "r", "two", &json!([emitter, i, 1]))
                        };
                        store.write_blocking(job).unwrap();
                    }
                })
            })
            .collect();
        let mut seen = Vec::new();
        let mut last = 0;
        while seen.len() < 360 {
            let ended = emitters.iter().all(std::thread::JoinHandle::is_finished);
            let events = wait(store.events_after(last, 7)).unwrap();
            assert!(!(ended && events.is_empty()), "{} of 360 events on {bench:?}", seen.len());
            for event in events {
                assert!(event.sequence > last);
                last = event.sequence;
                seen.push(event.body.to_string());
            }
        }
        for emitter in 0..6 {
            // Each one's events come in the order in which they were emitted.
            let own: Vec<_> = seen.iter().filter(|body| body.starts_with(&format!("[{emitter},"))).collect();
            let expected: Vec<_> =
                (0..30).flat_map(|i| [0, 1].map(|place| json!([emitter, i, place]).to_string())).collect();
            let same = own.iter().zip(&expected).all(|(own, expected)| **own == *expected);
            assert!(same && own.len() == 60, "emitter {emitter} on {bench:?}: {own:?}");
        }
    });
}

#[test]
fn data_and_secrets_survive_reopening_and_reset_keeps_secrets() {
    each_engine(|bench| {
        let store = bench.open();
        let secret = store.secret("tokens").unwrap();
        assert_ne!(secret, store.secret("pages").unwrap());
        store.write_blocking(|tx| add(tx, "kept", 7)).unwrap();
        store.write_blocking(|tx| tx.emit("a", "r", "t", &json!(1))).unwrap();
        if bench.is_memory() {
            store.reset().unwrap();
            assert_eq!((amount(&store, "kept"), store.secret("tokens").unwrap()), (None, secret));
            return;
        }
        drop(store);
        let store = bench.open();
        assert_eq!(amount(&store, "kept"), Some(7));
        assert_eq!(store.secret("tokens").unwrap(), secret);
        assert_eq!(store.verify().unwrap(), Vec::<String>::new());
        store.reset().unwrap();
        assert_eq!(amount(&store, "kept"), None);
        assert_eq!(wait(store.events_after(0, 10)).unwrap(), []);
        drop(store);
        assert_eq!(bench.open().secret("tokens").unwrap(), secret);
    });
}

static SECOND: Room = Room {
    name: "counters",
    migrations: &[
        COUNTERS.migrations[0],
        "ALTER TABLE counter ADD COLUMN unit TEXT NOT NULL DEFAULT 'INTEGER';
         CREATE INDEX counter_unit ON counter (unit)",
    ],
    blob_references: &[],
};
static BROKEN: Room = Room {
    name: "counters",
    migrations: &[
        COUNTERS.migrations[0],
        SECOND.migrations[1],
        "DELETE FROM counter; CREATE TABLE nonsense (x NOSUCHTYPE PRIMARY KEY, FOREIGN)",
    ],
    blob_references: &[],
};

static LATER: &[&Room] = &[&SECOND];
static WRONG: &[&Room] = &[&BROKEN];

#[test]
fn a_closed_store_leaves_nothing_to_replay() {
    let bench = Bench::folder();
    let store = bench.open();
    store.write_blocking(|tx| add(tx, "a", 1)).unwrap();
    assert_eq!(amount(&store, "a"), Some(1));
    drop(store);
    let Database::Sqlite { directory, .. } = &bench.database else { panic!("it is a folder") };
    assert!(directory.join("metadata.db").exists());
    assert!(!directory.join("metadata.db-wal").exists(), "the WAL is left behind");
}

#[test]
fn older_data_is_migrated_and_newer_data_is_refused() {
    each_engine(|bench| {
        if bench.is_memory() {
            return;
        }
        let store = bench.open();
        store.write_blocking(|tx| add(tx, "kept", 7)).unwrap();
        drop(store);

        let store = bench.open_with(LATER).unwrap();
        let unit = "SELECT unit FROM counter WHERE name = 'kept'";
        let unit = store.read_blocking(move |tx| tx.query_one(unit, &[], |row| row.text(0)));
        assert_eq!(unit, Ok::<_, Error>(Some("INTEGER".to_owned())));
        drop(store);

        let error = bench.open_with(ROOMS).unwrap_err();
        assert_eq!(error, OpenError::Newer { room: "counters".to_owned(), found: 2, known: 1 });
        assert!(error.to_string().contains("start the newer homeregion"), "{error}");

        // A migration that fails leaves everything as it was.
        assert!(matches!(bench.open_with(WRONG), Err(OpenError::Broken(_))));
        let store = bench.open_with(LATER).unwrap();
        assert_eq!(amount(&store, "kept"), Some(7));
    });
}

#[test]
fn ids_of_seeded_stores_are_repeatable() {
    let id = || {
        let store = Bench::memory().open();
        store.write_blocking(|tx| Ok::<_, Error>((tx.uuid(), tx.now(), tx.random()))).unwrap()
    };
    assert_eq!(id(), id());
}

/// Waits for a future that needs no runtime.
fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn an_onlooker_reads_beside_the_server_and_changes_nothing() {
    let bench = Bench::folder();
    let options = || Options {
        database: bench.database.clone(),
        rooms: ROOMS,
        clock: Clock::System,
        entropy: Entropy::System,
    };
    assert!(matches!(Store::look(options()), Err(OpenError::Broken(_))), "there is no data yet");
    let store = bench.open();
    let onlooker = Store::look(options()).unwrap();
    store.write_blocking(|tx| add(tx, "seen", 7)).unwrap();
    assert_eq!(amount(&onlooker, "seen"), Some(7));
    let refused = onlooker.write_blocking(|tx| add(tx, "seen", 1));
    assert!(matches!(refused, Err(Error::Broken(_))), "{refused:?}");
    assert_eq!(amount(&store, "seen"), Some(7));
}
