//! Folders that cannot be used, disks that are full.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::fs;

use store::{Database, Error, OpenError, Store};
use suite::{Bench, SmallDisk};

#[test]
fn a_second_store_on_the_same_folder_is_refused() {
    let bench = Bench::folder();
    let store = bench.open();
    let error = bench.open_with(suite::ROOMS).unwrap_err();
    let Database::Sqlite { directory, .. } = &bench.database else { unreachable!() };
    assert_eq!(error, OpenError::Locked { path: directory.clone(), process: Some(std::process::id()) });
    drop(store);
    bench.open();
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    // Holds for root too, who may write everywhere: a file is in the way.
    let file = suite::folder();
    fs::write(&file, "").unwrap();
    let bench = Bench { database: Database::Sqlite { directory: file.join("data"), durable: true } };
    let error = bench.open_with(suite::ROOMS).unwrap_err();
    fs::remove_file(&file).unwrap();
    assert!(matches!(&error, OpenError::Unwritable { path, .. } if *path == file.join("data")), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("make it writable for this user, or name another folder"), "{text}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let bench = Bench::folder();
    let Database::Sqlite { directory, .. } = &bench.database else { unreachable!() };
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("metadata.db"), [b'x'; 8192]).unwrap();
    let error = bench.open_with(suite::ROOMS).unwrap_err();
    assert!(error.to_string().contains("metadata.db"), "{error}");
    assert_eq!(fs::read(directory.join("metadata.db")).unwrap(), [b'x'; 8192]);
}

#[test]
fn the_log_of_a_long_load_does_not_grow_without_end() {
    let bench = Bench { database: Database::Sqlite { directory: suite::folder(), durable: false } };
    let Database::Sqlite { directory, .. } = &bench.database else { unreachable!() };
    let store = bench.open();
    let mut longest = 0;
    for i in 0..1_500 {
        store
            .write_blocking(move |tx| {
                tx.execute(
                    "INSERT INTO kinds (id, bytes, flag, at) VALUES (?1, ?2, 0, 0)
                     ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes",
                    &[(i % 10).into(), vec![u8::try_from(i % 251).unwrap(); 100_000].into()],
                )
            })
            .unwrap_or_else(|error: Error| panic!("{error}"));
        longest = longest.max(fs::metadata(directory.join("metadata.db-wal")).unwrap().len());
    }
    // 150 MB were written; the log starts over at 64 MiB, give or take the commits between two clean-ups.
    assert!(longest > 4_000_000, "the load was no load: {longest} bytes");
    assert!(longest < 100_000_000, "the log grew to {longest} bytes");
    assert_eq!(store.verify(), Ok(vec![]));
}

#[test]
fn the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::folder();
    bench.open();
    let Database::Sqlite { directory, .. } = &bench.database else { unreachable!() };
    assert_eq!(fs::metadata(directory).unwrap().permissions().mode() & 0o777, 0o700);
}

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
