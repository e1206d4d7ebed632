//! Disks that are full.
//!
//! Apart from the tests on locked folders: mounting starts processes, and those hold every open file, locks included,
//! for the moment between their fork and their exec.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::fs;

use store::{Database, Error, OpenError, Store};
use suite::{Bench, SmallDisk};

#[test]
fn a_start_on_a_full_disk_says_so() {
    let Some(small) = SmallDisk::mount("1m") else { return };
    let directory = small.path.join("data");
    fs::create_dir_all(&directory).unwrap();
    let _ = fs::write(small.path.join("filler"), vec![0; 2_000_000]);
    let bench = Bench { database: Database::Sqlite { directory: directory.clone(), durable: true } };
    let error = bench.open_with(suite::ROOMS).unwrap_err();
    assert!(matches!(&error, OpenError::NoSpace { path } if path.starts_with(&directory)), "{error:?}");
    assert!(error.to_string().contains("no space left to write"), "{error}");
}

fn insert(store: &Store, name: String) -> Result<u64, Error> {
    store.write_blocking(move |tx| {
        tx.execute(
            "INSERT INTO counter (account, name, amount) VALUES (?1, ?2, 1)",
            &["x".repeat(10_000).into(), name.as_str().into()],
        )
    })
}

fn count(store: &Store) -> Option<i64> {
    store
        .read_blocking(|tx| tx.query_one("SELECT COUNT(*) FROM counter", &[], |row| row.integer(0)))
        .unwrap_or_else(|error: Error| panic!("{error}"))
}

#[test]
fn a_full_disk_refuses_writes_serves_reads_and_recovers() {
    let Some(small) = SmallDisk::mount("6m") else { return };
    let directory = small.path.join("data");
    let bench = Bench { database: Database::Sqlite { directory, durable: true } };
    let store = bench.open();
    let filler = small.path.join("filler");
    fs::write(&filler, vec![0; 3_000_000]).unwrap();

    let mut kept = 0;
    let refused = loop {
        match insert(&store, format!("n{kept}")) {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 10_000, "the disk never filled up");
    };
    assert_eq!(refused, Error::Full);
    assert_eq!(count(&store), Some(kept));

    // A crowd is refused too, one by one, and small answers that change nothing are still given.
    let crowd: Vec<_> = (0..50)
        .map(|i| {
            let store = store.clone();
            std::thread::spawn(move || insert(&store, format!("crowd{i}")))
        })
        .collect();
    for member in crowd {
        assert_eq!(member.join().unwrap(), Err(Error::Full));
    }
    assert_eq!(store.write_blocking(|_| Ok::<_, Error>(1)), Ok(1));
    assert_eq!(count(&store), Some(kept));

    fs::remove_file(&filler).unwrap();
    assert_eq!(insert(&store, "after".to_owned()), Ok(1));
    assert_eq!(store.verify(), Ok(vec![]));
    drop(store);
    let store = bench.open();
    assert_eq!((count(&store), store.verify()), (Some(kept + 1), Ok(vec![])));
}
