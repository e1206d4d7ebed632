//! An upload on its way in: hashed and written in one pass, in constant memory.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::folder::StagingFile;
use super::hash::Hashes;
use super::{CHUNK_BYTES, Home, Kept, Staged, blocking, io_error, lock};
use crate::Error;

/// An upload in progress; dropping it leaves nothing behind.
pub struct Stage {
    home: Arc<Home>,
    buffer: Vec<u8>,
    /// Away while a write is under way, and for good when that write failed or was given up.
    progress: Option<Progress>,
}

#[derive(Default)]
struct Progress {
    hashes: Hashes,
    file: Option<StagingFile>,
    memory: Vec<u8>,
}

impl Stage {
    pub(crate) fn new(home: Arc<Home>) -> Stage {
        Stage { home, buffer: Vec::new(), progress: Some(Progress::default()) }
    }

    /// Appends bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while self.buffer.len() + bytes.len() >= CHUNK_BYTES {
            let (now, later) = bytes.split_at(CHUNK_BYTES - self.buffer.len());
            self.buffer.extend_from_slice(now);
            bytes = later;
            self.flush().await?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes the blob durable under its name and answers what was seen; no row refers to it yet.
    pub async fn finish(self) -> Result<Staged, Error> {
        let accepted = self.finish_if(|_| Ok::<_, std::convert::Infallible>(())).await?;
        match accepted {
            Ok((staged, ())) => Ok(staged),
            Err(never) => match never {},
        }
    }

    /// The same, if `check` accepts what was seen; what it refuses leaves nothing behind.
    ///
    /// The outer error is the store's, the inner one the check's.
    pub async fn finish_if<T, E>(
        mut self,
        check: impl FnOnce(&Staged) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<(Staged, T), E>, Error>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let home = Arc::clone(&self.home);
        let progress = self.progress.take().ok_or_else(abandoned)?;
        let buffer = std::mem::take(&mut self.buffer);
        if matches!(*home, Home::Memory(_)) {
            return progress.append(&home, &buffer)?.settle_if(&home, check);
        }
        blocking(move || progress.append(&home, &buffer)?.settle_if(&home, check)).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let home = Arc::clone(&self.home);
        let progress = self.progress.take().ok_or_else(abandoned)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let (progress, buffer) = if matches!(*home, Home::Memory(_)) {
            (progress.append(&home, &buffer)?, Vec::new())
        } else {
            let write = move || {
                let progress = progress.append(&home, &buffer)?;
                buffer.clear();
                Ok((progress, buffer))
            };
            blocking(write).await?
        };
        self.progress = Some(progress);
        self.buffer = buffer;
        Ok(())
    }
}

impl Progress {
    fn append(mut self, home: &Home, bytes: &[u8]) -> Result<Progress, Error> {
        self.hashes.update(bytes);
        match home {
            Home::Folder(folder) => {
                let mut file = match self.file.take() {
                    Some(file) => file,
                    None => folder.staging_file().map_err(io_error)?,
                };
                file.append(bytes).map_err(io_error)?;
                self.file = Some(file);
            }
            Home::Memory(_) => self.memory.extend_from_slice(bytes),
        }
        Ok(self)
    }

    fn settle_if<T, E>(
        self,
        home: &Home,
        check: impl FnOnce(&Staged) -> Result<T, E>,
    ) -> Result<Result<(Staged, T), E>, Error> {
        let staged = self.hashes.finish();
        let checked = match check(&staged) {
            Ok(checked) => checked,
            // The staging file goes with the progress.
            Err(refused) => return Ok(Err(refused)),
        };
        match (home, self.file) {
            (Home::Folder(folder), Some(file)) => folder.settle(file, &staged).map_err(io_error)?,
            (Home::Folder(_), None) => return Err(abandoned()),
            (Home::Memory(kept), _) => {
                let blob = Kept { bytes: Bytes::from(self.memory), stored_at: SystemTime::now() };
                lock(kept).insert(staged.sha256.clone(), blob);
            }
        }
        Ok(Ok((staged, checked)))
    }
}

fn abandoned() -> Error {
    Error::broken("an earlier write to this upload failed")
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stage")
    }
}
