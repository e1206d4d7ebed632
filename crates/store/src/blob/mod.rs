//! Bytes of any size, kept under the SHA-256 of their content: package assets, exports.
//!
//! An upload is staged while it is hashed, then settles under its name; only after that a transaction may refer to
//! it. Nothing here knows who refers to what: the sweep asks the store. Blobs live in a local folder or in memory.
//! The folder is our own and not `object_store`'s: here a blob is written, flushed and renamed once although its name
//! is known only after its last byte, and the age of one that is stored again is renewed, which that crate has no
//! words for. An S3 home through that crate is the variant still to come.

mod content;
mod folder;
mod hash;
mod stage;
mod sweep;

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

pub use content::Content;
pub use hash::Staged;
pub use stage::Stage;
pub use sweep::Swept;

use crate::{Error, OpenError};
use folder::Folder;

/// Bytes that travel at once between memory and disk.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// A home of blobs; clones share it.
#[derive(Clone, Debug)]
pub struct Blobs {
    home: Arc<Home>,
}

#[derive(Debug)]
pub(crate) enum Home {
    Folder(Folder),
    Memory(Mutex<HashMap<String, Kept>>),
}

/// A blob in memory.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: Bytes,
    stored_at: SystemTime,
}

impl Blobs {
    /// Opens a folder of blobs, creating it if need be, and removes what an earlier process staged but not finished.
    ///
    /// The folder is locked against a second process. Without `durable` nothing is flushed, which suits throw-away
    /// data only.
    pub fn open(directory: impl Into<PathBuf>, durable: bool) -> Result<Blobs, OpenError> {
        let folder = Folder::open(directory.into(), durable)?;
        Ok(Blobs { home: Arc::new(Home::Folder(folder)) })
    }

    /// Makes a home in memory, for tests and `--ephemeral`; needs no runtime.
    pub fn memory() -> Blobs {
        Blobs { home: Arc::new(Home::Memory(Mutex::default())) }
    }

    /// Begins an upload; dropping the stage leaves nothing behind.
    pub fn stage(&self) -> Stage {
        Stage::new(Arc::clone(&self.home))
    }

    /// Stages and finishes bytes that are already in memory.
    pub async fn put(&self, bytes: &[u8]) -> Result<Staged, Error> {
        let mut stage = self.stage();
        stage.write(bytes).await?;
        stage.finish().await
    }

    /// Opens a blob, or the part of it in `range` (clipped to its size), for reading in chunks.
    pub async fn read(&self, sha256: &str, range: Option<Range<u64>>) -> Result<Option<Content>, Error> {
        Content::open(&self.home, sha256, range).await
    }

    /// Reads a whole blob into memory; for small ones.
    pub async fn get(&self, sha256: &str) -> Result<Option<Bytes>, Error> {
        let Some(mut content) = self.read(sha256, None).await? else { return Ok(None) };
        content.rest().await.map(Some)
    }

    /// Says how long a blob is, if it is there.
    pub async fn size(&self, sha256: &str) -> Result<Option<u64>, Error> {
        let sha256 = sha256.to_owned();
        self.on_disk(move |home| match home {
            Home::Folder(folder) => folder.size(&sha256),
            Home::Memory(kept) => Ok(lock(kept).get(&sha256).map(|kept| kept.bytes.len() as u64)),
        })
        .await
    }

    /// Runs file work where it may block; memory needs no other thread.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Home) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let home = Arc::clone(&self.home);
        if matches!(*home, Home::Memory(_)) {
            return work(&home);
        }
        blocking(move || work(&home)).await
    }
}

/// Runs file work on the runtime's threads for blocking calls.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::broken(error)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says whether a text is a SHA-256 in lower-case hexadecimal, and so a safe file name.
fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Sorts the operating system's errors into ours.
fn io_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::Full
        }
        _ => Error::broken(error),
    }
}
