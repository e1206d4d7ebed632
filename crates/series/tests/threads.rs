//! The engine at work, in a folder: many writers, heads that are sealed and merged under them, and a restart.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use series::committer::Observer;
use series::disk::Folder;
use series::engine::{Engine, Settings};
use series::error::Error;
use series::log::{Batch, FileLog, Position};
use series::manifest::{Change, Manifest};
use series::objects::FolderObjects;
use series::scan::Direction;
use series::segment::State;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};

const WRITERS: u64 = 6;
const BATCHES: u64 = 120;
const POINTS: u64 = 50;

#[derive(Default)]
struct InMemory(Mutex<State>);

impl Manifest for InMemory {
    fn load(&self) -> Result<State, Error> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn save(&self, change: &Change) -> Result<(), Error> {
        self.0.lock().unwrap().apply(change);
        Ok(())
    }
}

/// A folder that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("series-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Remembers the notes of batches; done with a group when it is told of it.
#[derive(Default)]
struct Notes {
    notes: Mutex<Vec<Vec<u8>>>,
    told: AtomicU64,
}

impl Observer for Notes {
    fn committed(&self, position: Position, batches: Vec<Batch>) {
        let before = self.told.swap(position, Ordering::SeqCst);
        assert!(before == 0 || position == before + 1, "groups are told in order");
        self.notes.lock().unwrap().extend(batches.into_iter().map(|batch| batch.note));
    }

    fn done(&self) -> Position {
        self.told.load(Ordering::SeqCst)
    }
}

fn open(path: &Path, manifest: &Arc<InMemory>, notes: &Arc<Notes>) -> Engine {
    let log = Arc::new(Folder::open(&path.join("log")).unwrap());
    let objects = FolderObjects::new(Arc::new(Folder::open(&path.join("segments")).unwrap()));
    // Heads of 100 kB make a seal out of every few batches.
    let settings = Settings { head_bytes: 100_000, observers: vec![notes.clone()], ..Settings::default() };
    let log = |sealed| Ok(Box::new(FileLog::open(log, sealed)?) as Box<dyn series::log::Log>);
    Engine::open(log, Arc::new(objects), manifest.clone(), settings).unwrap()
}

fn batch(writer: u64, n: u64) -> Batch {
    let point = |i: u64| Point {
        timestamp: i64::try_from(n * POINTS + i).unwrap() * 1_000_000_000,
        quality: Quality::Good,
        value: Value::Integer(i32::try_from(n * POINTS + i).unwrap()),
    };
    let run = |series: u64| Run {
        key: SeriesKey(writer * 100 + series + 1),
        kind: Kind::Integer,
        points: (0..POINTS).map(point).collect(),
    };
    Batch { runs: (0..3).map(run).collect(), note: format!("{writer} {n}").into_bytes() }
}

fn count(engine: &Engine, key: SeriesKey) -> u64 {
    let mut next = 0;
    engine
        .tables()
        .read(key, Direction::Ascending, (i64::MIN, i64::MAX), &mut |point| {
            assert_eq!(point.value, Value::Integer(next), "{key:?}: every point once, in order");
            next += 1;
            true
        })
        .unwrap();
    u64::try_from(next).unwrap()
}

#[test]
fn many_writers_and_readers_meet_seals_merges_and_a_restart() {
    let scratch = Scratch::new("threads");
    let manifest = Arc::new(InMemory::default());
    let notes = Arc::new(Notes::default());
    let engine = open(&scratch.0, &manifest, &notes);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|i| {
                let (engine, done) = (&engine, &done);
                scope.spawn(move || {
                    let (key, mut seen) = (SeriesKey(i * 100 + 1), 0);
                    while !done.load(Ordering::Relaxed) {
                        let now = count(engine, key);
                        assert!(now >= seen && now.is_multiple_of(POINTS), "{now} after {seen}");
                        seen = now;
                        let latest = engine.tables().latest(key).unwrap();
                        assert!(
                            latest
                                .is_none_or(|point| u64::try_from(point.timestamp).unwrap() / 1_000_000_000
                                    + 1
                                    >= seen)
                        );
                    }
                })
            })
            .collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let engine = &engine;
                scope.spawn(move || {
                    let mut before = 0;
                    for n in 0..BATCHES {
                        let position = engine.write(batch(writer, n)).unwrap();
                        assert!(position > before);
                        before = position;
                        let latest = engine.tables().latest(SeriesKey(writer * 100 + 2)).unwrap().unwrap();
                        assert_eq!(
                            latest.value,
                            Value::Integer(i32::try_from((n + 1) * POINTS - 1).unwrap())
                        );
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.join().unwrap();
        }
    });
    assert!(engine.sealed() > 0, "heads were sealed under way");
    assert!(engine.trouble().is_none());
    drop(engine);
    let told = std::mem::take(&mut *notes.notes.lock().unwrap());
    assert_eq!(told.len() as u64, WRITERS * BATCHES, "every batch is told once");
    let again = Arc::new(Notes::default());
    let engine = open(&scratch.0, &manifest, &again);
    for writer in 0..WRITERS {
        for series in 1..=3 {
            assert_eq!(count(&engine, SeriesKey(writer * 100 + series)), BATCHES * POINTS);
        }
    }
    assert!(engine.keeper().verify().is_empty());
    let again = again.notes.lock().unwrap();
    assert!(told.ends_with(&again), "what the log still holds is told again");
}

#[test]
fn forgotten_series_are_gone_and_old_segments_are_dropped() {
    let scratch = Scratch::new("forget");
    let manifest = Arc::new(InMemory::default());
    let engine = open(&scratch.0, &manifest, &Arc::default());
    for n in 0..BATCHES {
        engine.write(batch(1, n)).unwrap();
    }
    engine.forget(&[SeriesKey(101)]);
    drop(engine);
    let engine = open(&scratch.0, &manifest, &Arc::default());
    assert_eq!(engine.keeper().drop_before(0).unwrap(), 0);
    assert!(count(&engine, SeriesKey(102)) > 0);
    // All of it lies in the first week after 1970.
    engine.keeper().drop_before(8 * 24 * 3_600 * 1_000_000_000).unwrap();
    assert!(manifest.0.lock().unwrap().segments.is_empty());
}
