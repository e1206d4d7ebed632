//! One suite for every home of the log and the manifest: what holds of files holds of rows, on each database.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]

use std::path::PathBuf;
use std::sync::Arc;

use series::disk::Folder;
use series::engine::{Engine, Settings};
use series::home::{ROOM, RowLog, RowManifest};
use series::log::{Batch, FileLog, Log, Position};
use series::manifest::{Change, Manifest};
use series::objects::FolderObjects;
use series::scan::Direction;
use series::segment::Description;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};
use store::{Clock, Database, Entropy, Options, Store};

static ROOMS: &[&store::Room] = &[&ROOM];

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

fn store(database: &Database) -> Store {
    let options =
        Options { database: database.clone(), rooms: ROOMS, clock: Clock::System, entropy: Entropy::System };
    Store::open(options).unwrap()
}

fn groups(log: &dyn Log, after: Position) -> Vec<(Position, Vec<u8>)> {
    let mut groups = Vec::new();
    log.read(after, &mut |position, group| {
        groups.push((position, group.to_vec()));
        Ok(())
    })
    .unwrap();
    groups
}

/// What every log must do; `open` opens it again, as after a restart.
fn conforms(open: &dyn Fn(Position) -> Box<dyn Log>) {
    let mut log = open(0);
    assert_eq!((log.last(), groups(&*log, 0)), (0, Vec::new()));
    for n in 1..=5_u8 {
        assert_eq!(log.append(&[n; 40]).unwrap(), u64::from(n));
    }
    let expected: Vec<_> = (1..=5_u8).map(|n| (u64::from(n), vec![n; 40])).collect();
    assert_eq!(groups(&*log, 0), expected);
    assert_eq!(groups(&*log, 3), expected[3..]);
    drop(log);
    let mut log = open(0);
    assert_eq!((log.last(), groups(&*log, 0)), (5, expected.clone()));
    log.release(3).unwrap();
    assert_eq!(groups(&*log, 3), expected[3..], "what is not released stays");
    assert_eq!(log.append(b"").unwrap(), 6, "a group may be empty");
    log.release(6).unwrap();
    drop(log);
    let mut log = open(6);
    assert_eq!(log.last(), 6, "positions go on, whatever was released");
    assert_eq!(log.append(&vec![7; 3 << 20]).unwrap(), 7);
    drop(log);
    assert_eq!(groups(&*open(6), 6), [(7, vec![7; 3 << 20])]);
}

#[test]
fn the_log_in_files_conforms() {
    let memory: Arc<dyn series::disk::Disk> = Arc::new(series::disk::Memory::default());
    conforms(&|sealed| Box::new(FileLog::open(memory.clone(), sealed).unwrap()));
    let scratch = Scratch::new("files");
    conforms(&|sealed| Box::new(FileLog::open(Arc::new(Folder::open(&scratch.0).unwrap()), sealed).unwrap()));
}

#[test]
fn the_log_in_rows_conforms() {
    testkit::each_database(|database| {
        let store = store(database);
        conforms(&|sealed| Box::new(RowLog::open(&store, "main", sealed).unwrap()));
        let other = RowLog::open(&store, "other", 0).unwrap();
        assert_eq!(other.last(), 0, "engines have logs of their own");
    });
}

#[test]
fn a_group_whose_commit_broke_off_is_not_there_when_the_next_one_is() {
    testkit::each_database(|database| {
        let store = store(database);
        let mut log = RowLog::open(&store, "main", 0).unwrap();
        // What a connection that breaks behind the commit leaves: a row that the log does not know of.
        RowLog::open(&store, "main", 0).unwrap().append(b"stray").unwrap();
        log.append(b"first").unwrap_err();
        assert_eq!(log.last(), 0);
        assert_eq!(log.append(b"second").unwrap(), 1);
        assert_eq!(groups(&log, 0), [(1, b"second".to_vec())]);
    });
}

fn described(number: u64) -> Description {
    let generation = number * 2;
    Description {
        number,
        generation,
        tier: 3,
        stretch: -1,
        first: i64::MIN,
        last: i64::MAX,
        points: 7,
        bytes: 9,
        crc: u32::MAX,
    }
}

#[test]
fn the_manifest_reads_back() {
    testkit::each_database(|database| {
        let manifest = RowManifest::new(&store(database), "main");
        assert_eq!(manifest.load().unwrap(), series::segment::State::default());
        let added = vec![described(0), described(1)];
        manifest.save(&Change { added: added.clone(), sealed: Some(4), removed: Vec::new() }).unwrap();
        let state = manifest.load().unwrap();
        assert_eq!((state.segments, state.sealed, state.next_number), (added, 4, 2));
        manifest.save(&Change { removed: vec![0, 1, 2], ..Change::default() }).unwrap();
        let state = manifest.load().unwrap();
        assert_eq!((state.segments.len(), state.sealed), (0, 4));
        assert!(state.next_number >= 2, "a number is never used again");
    });
}

fn point(second: i64) -> Point {
    Point { timestamp: second * 1_000_000_000, quality: Quality::Good, value: Value::Double(1.5) }
}

#[test]
fn an_engine_on_rows_seals_and_comes_back() {
    testkit::each_database(|database| {
        let scratch = Scratch::new(if matches!(database, Database::Memory) { "rows-m" } else { "rows-p" });
        let store = store(database);
        let open = || {
            let objects = FolderObjects::new(Arc::new(Folder::open(&scratch.0).unwrap()));
            let log = |sealed| Ok(Box::new(RowLog::open(&store, "main", sealed)?) as Box<dyn Log>);
            let manifest = Arc::new(RowManifest::new(&store, "main"));
            let settings = Settings { head_bytes: 20_000, ..Settings::default() };
            Engine::open(log, Arc::new(objects), manifest, settings).unwrap()
        };
        let engine = open();
        for n in 0..60 {
            let points = (0..20).map(|i| point(n * 20 + i)).collect();
            let run = Run { key: SeriesKey(5), kind: Kind::Double, points };
            engine.write(Batch { runs: vec![run], note: Vec::new() }).unwrap();
        }
        drop(engine);
        let engine = open();
        let mut count = 0;
        engine
            .tables()
            .read(SeriesKey(5), Direction::Ascending, (i64::MIN, i64::MAX), &mut |found| {
                assert_eq!(found, point(count));
                count += 1;
                true
            })
            .unwrap();
        assert_eq!(count, 1_200);
        assert!(engine.sealed() > 0);
    });
}
