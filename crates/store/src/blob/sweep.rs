//! Removes blobs that no row refers to any more, and checks those that are there.

use std::time::{Duration, SystemTime};

use super::folder::Found;
use super::hash::sha256_of;
use super::{Blobs, Home, io_error, lock};
use crate::{Error, Store};

/// Blobs that one read transaction asks about.
const BATCH: usize = 100;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many blobs.
    pub blobs: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Blobs {
    /// Removes the blobs that no room of `store` refers to and that were last stored more than `grace` ago.
    ///
    /// The grace protects uploads whose transaction is still to come; a day is plenty.
    pub async fn sweep(&self, store: &Store, grace: Duration) -> Result<Swept, Error> {
        let before = SystemTime::now().checked_sub(grace).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut swept = Swept::default();
        for first in 0..=255 {
            let mut old = self.list(first).await?;
            old.retain(|found| found.stored_at <= before);
            for batch in old.chunks(BATCH) {
                let names = batch.iter().map(|found| found.sha256.clone()).collect();
                let unreferenced = store.unreferenced(names).await?;
                for found in batch.iter().filter(|found| unreferenced.contains(&found.sha256)) {
                    if self.remove(found.sha256.clone(), before).await? {
                        swept.blobs += 1;
                        swept.bytes += found.size;
                    }
                }
            }
        }
        Ok(swept)
    }

    /// Reads every blob again; answers one sentence for each whose content does not match its name.
    pub async fn verify(&self) -> Result<Vec<String>, Error> {
        let mut problems = Vec::new();
        for first in 0..=255 {
            for found in self.list(first).await? {
                let sha256 = found.sha256.clone();
                let read = self.on_disk(move |home| match home {
                    Home::Folder(folder) => {
                        let Some(mut file) = folder.file(&sha256)? else { return Ok(None) };
                        sha256_of(&mut file).map(Some).map_err(io_error)
                    }
                    Home::Memory(_) => Ok(None),
                });
                if read.await?.is_some_and(|hash| hash != found.sha256) {
                    problems.push(format!("the content of blob {} has changed", found.sha256));
                }
            }
        }
        Ok(problems)
    }

    async fn list(&self, first: u8) -> Result<Vec<Found>, Error> {
        let first = format!("{first:02x}");
        self.on_disk(move |home| match home {
            Home::Folder(folder) => folder.list(&first),
            Home::Memory(kept) => Ok(lock(kept)
                .iter()
                .filter(|(sha256, _)| sha256.starts_with(&first))
                .map(|(sha256, kept)| Found {
                    sha256: sha256.clone(),
                    size: kept.bytes.len() as u64,
                    stored_at: kept.stored_at,
                })
                .collect()),
        })
        .await
    }

    async fn remove(&self, sha256: String, before: SystemTime) -> Result<bool, Error> {
        self.on_disk(move |home| match home {
            Home::Folder(folder) => folder.remove(&sha256, before),
            Home::Memory(kept) => {
                let mut kept = lock(kept);
                let old = kept.get(&sha256).is_some_and(|kept| kept.stored_at <= before);
                Ok(old && kept.remove(&sha256).is_some())
            }
        })
        .await
    }
}
