//! Folders that cannot be used.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::fs;

use store::{Database, Error, OpenError};
use suite::Bench;

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
