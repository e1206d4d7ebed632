//! Blobs: hashes, ranges, what is left of broken uploads, and the sweep.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use store::{Blobs, Error, OpenError, Swept};
use suite::Bench;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A folder that is removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(suite::folder())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lists what lies in a folder of blobs, except its lock.
fn blob_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(blob_files(&entry)) } else { found.push(entry) }
    }
    found.retain(|path| !path.ends_with("lock"));
    found.sort();
    found
}

fn age(folder: &Path, sha256: &str, by: Duration) {
    let path = folder.join(&sha256[..2]).join(&sha256[2..4]).join(sha256);
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - by).unwrap();
}

#[tokio::test]
async fn hashes_match_the_published_vectors() {
    let folder = Folder::new();
    for blobs in [Blobs::memory(), Blobs::open(&folder.0, true).unwrap()] {
        let abc = blobs.put(b"abc").await.unwrap();
        assert_eq!(abc.sha256, ABC);
        assert_eq!(abc.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(abc.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            abc.sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
        assert_eq!(abc.size, 3);
        let empty = blobs.put(b"").await.unwrap();
        assert_eq!((empty.sha256.as_str(), empty.size), (EMPTY, 0));
        assert_eq!(blobs.get(EMPTY).await.unwrap().unwrap(), "");
        assert_eq!(blobs.get(ABC).await.unwrap().unwrap(), "abc");
        assert_eq!(blobs.size(ABC).await, Ok(Some(3)));
        assert_eq!(blobs.size(&ABC.replace('b', "c")).await, Ok(None));
    }
    assert!(folder.0.join("ba/78").join(ABC).is_file());
}

#[tokio::test]
async fn large_blobs_come_back_whole_and_in_ranges() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for blobs in [Blobs::memory(), Blobs::open(&folder.0, true).unwrap()] {
        let mut stage = blobs.stage();
        let mut rest = bytes.as_slice();
        // Sizes below, at and above the buffer's, in no order.
        for size in [1, 262_143, 262_144, 262_145, 7, 70_000] {
            let (now, later) = rest.split_at(size);
            stage.write(now).await.unwrap();
            rest = later;
        }
        stage.write(rest).await.unwrap();
        let staged = stage.finish().await.unwrap();
        assert_eq!(staged.size, 1_000_003);
        assert_eq!(blobs.get(&staged.sha256).await.unwrap().unwrap(), bytes);
        for range in [0..1, 5..300_000, 999_999..2_000_000, 2_000_000..3_000_000, 262_144..262_144] {
            let mut content = blobs.read(&staged.sha256, Some(range.clone())).await.unwrap().unwrap();
            let clipped = range.start.min(1_000_003)..range.end.min(1_000_003);
            assert_eq!((content.size(), content.range()), (1_000_003, clipped.clone()));
            let mut read = Vec::new();
            while let Some(chunk) = content.next_chunk().await.unwrap() {
                assert!(!chunk.is_empty());
                read.extend_from_slice(&chunk);
            }
            let places = usize::try_from(clipped.start).unwrap()..usize::try_from(clipped.end).unwrap();
            assert_eq!(read, bytes[places]);
        }
        assert_eq!(blobs.verify().await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn names_that_are_no_hashes_are_not_found() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    for name in ["", "..", "../../etc/passwd", &ABC[1..], &ABC.to_uppercase(), "é"] {
        assert!(blobs.read(name, None).await.unwrap().is_none(), "{name}");
        assert_eq!(blobs.size(name).await, Ok(None), "{name}");
    }
}

#[tokio::test]
async fn broken_off_uploads_leave_nothing() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    let mut stage = blobs.stage();
    stage.write(&vec![7; 600_000]).await.unwrap();
    assert_eq!(blob_files(&folder.0).len(), 1, "the stage is on the disk");
    drop(stage);
    assert_eq!(blob_files(&folder.0), Vec::<PathBuf>::new());

    // What a killed process leaves behind is removed at the next start.
    drop(blobs);
    fs::write(folder.0.join("staging/7"), "half").unwrap();
    Blobs::open(&folder.0, true).unwrap();
    assert_eq!(blob_files(&folder.0), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_second_process_is_kept_out_of_the_folder() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    let error = Blobs::open(&folder.0, true).unwrap_err();
    assert_eq!(error, OpenError::Locked { path: folder.0.clone(), process: Some(std::process::id()) });
    drop(blobs);
    Blobs::open(&folder.0, true).unwrap();
}

#[tokio::test]
async fn equal_content_is_kept_once() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    let uploads: Vec<_> = (0..8)
        .map(|_| {
            let blobs = blobs.clone();
            tokio::spawn(async move { blobs.put(b"abc").await })
        })
        .collect();
    for upload in uploads {
        assert_eq!(upload.await.unwrap().unwrap().sha256, ABC);
    }
    assert_eq!(blob_files(&folder.0), [folder.0.join("ba/78").join(ABC)]);
}

#[tokio::test]
async fn the_sweep_removes_old_blobs_that_no_row_refers_to() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    let store = Bench::memory().open();
    let (used, fresh, garbage) = (
        blobs.put(b"used").await.unwrap().sha256,
        blobs.put(b"fresh").await.unwrap().sha256,
        blobs.put(b"garbage").await.unwrap().sha256,
    );
    let (name, day) = (used.clone(), Duration::from_hours(24));
    let insert = "INSERT INTO counter (account, name, amount) VALUES ('a', ?1, 1)";
    store.write(move |tx| tx.execute(insert, &[name.as_str().into()])).await.unwrap();
    age(&folder.0, &used, 2 * day);
    age(&folder.0, &garbage, 2 * day);

    assert_eq!(blobs.sweep(&store, day).await, Ok(Swept { blobs: 1, bytes: 7 }));
    assert!(blobs.size(&garbage).await.unwrap().is_none());
    assert!(blobs.size(&fresh).await.unwrap().is_some());

    // Storing again renews the age, because a row may be about to refer to it.
    age(&folder.0, &fresh, 2 * day);
    blobs.put(b"fresh").await.unwrap();
    assert_eq!(blobs.sweep(&store, day).await, Ok(Swept::default()));
    assert_eq!(blobs.sweep(&store, Duration::ZERO).await, Ok(Swept { blobs: 1, bytes: 5 }));
    assert_eq!(blobs.get(&used).await.unwrap().unwrap(), "used");
}

#[tokio::test]
async fn the_sweep_works_in_memory() {
    let blobs = Blobs::memory();
    let store = Bench::memory().open();
    blobs.put(b"garbage").await.unwrap();
    assert_eq!(blobs.sweep(&store, Duration::from_mins(1)).await, Ok(Swept::default()));
    assert_eq!(blobs.sweep(&store, Duration::ZERO).await, Ok(Swept { blobs: 1, bytes: 7 }));
}

#[tokio::test]
async fn changed_content_is_noticed() {
    let folder = Folder::new();
    let blobs = Blobs::open(&folder.0, true).unwrap();
    blobs.put(b"abc").await.unwrap();
    fs::write(folder.0.join("ba/78").join(ABC), b"abd").unwrap();
    assert_eq!(blobs.verify().await.unwrap(), [format!("the content of blob {ABC} has changed")]);
}

#[tokio::test]
async fn a_full_disk_refuses_the_upload_and_keeps_nothing() {
    let Some(small) = suite::SmallDisk::mount("2m") else { return };
    let blobs = Blobs::open(small.path.join("blobs"), true).unwrap();
    blobs.put(b"before").await.unwrap();
    let mut stage = blobs.stage();
    let mut result = Ok(());
    for _ in 0..40 {
        result = stage.write(&vec![7; 100_000]).await;
        if result.is_err() {
            break;
        }
    }
    assert_eq!(result, Err(Error::Full));
    assert!(stage.finish().await.is_err(), "half an upload is not finished");
    assert_eq!(blob_files(&small.path.join("blobs")).len(), 1);
    assert_eq!(blobs.put(b"after").await.unwrap().size, 5);
}

#[tokio::test]
async fn an_upload_that_its_check_refuses_leaves_nothing() {
    let folder = Folder::new();
    for blobs in [Blobs::memory(), Blobs::open(&folder.0, true).unwrap()] {
        let staged = || async {
            let mut stage = blobs.stage();
            stage.write(b"abc").await.unwrap();
            stage
        };
        let seen = |staged: &store::Staged| Err::<(), _>((staged.sha256.clone(), staged.size));
        let refused = staged().await.finish_if(seen).await.unwrap().unwrap_err();
        assert_eq!(refused, (ABC.to_owned(), 3));
        assert_eq!(blobs.size(ABC).await.unwrap(), None);
        assert_eq!(blob_files(&folder.0), Vec::<PathBuf>::new());
        let accepted = staged().await.finish_if(|staged| Ok::<_, ()>(staged.size)).await.unwrap().unwrap();
        assert_eq!((accepted.0.sha256.as_str(), accepted.1), (ABC, 3));
        assert_eq!(blobs.size(ABC).await.unwrap(), Some(3));
    }
}
