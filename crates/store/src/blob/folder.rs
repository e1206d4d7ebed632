//! Blobs in a local folder: `aa/bb/<sha256>`, written aside, flushed, renamed, folder flushed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::{Staged, io_error, is_sha256, lock};
use crate::folder_lock::FolderLock;
use crate::{Error, OpenError};

/// Subfolder for uploads in progress; its name is no prefix of a SHA-256.
const STAGING: &str = "staging";

#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    durable: bool,
    _lock: FolderLock,
    staged: AtomicU64,
    /// First digits of the hashes whose subfolders are known to be on the disk.
    flushed: Mutex<HashSet<String>>,
    /// Keeps a blob from being swept between the moment it is found to exist and the renewal of its age.
    settling: Mutex<()>,
}

/// A file of an upload in progress, removed when dropped.
#[derive(Debug)]
pub(crate) struct StagingFile {
    path: PathBuf,
    file: File,
}

/// A settled blob found in the folder.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) sha256: String,
    pub(crate) size: u64,
    pub(crate) stored_at: SystemTime,
}

impl Folder {
    pub(crate) fn open(root: PathBuf, durable: bool) -> Result<Folder, OpenError> {
        let lock = FolderLock::take(&root)?;
        let staging = root.join(STAGING);
        let prepare = || {
            if staging.exists() {
                fs::remove_dir_all(&staging)?;
            }
            fs::create_dir_all(&staging)
        };
        prepare().map_err(|error| OpenError::io(&root, error))?;
        let (staged, flushed, settling) = Default::default();
        Ok(Folder { root, durable, _lock: lock, staged, flushed, settling })
    }

    pub(crate) fn staging_file(&self) -> io::Result<StagingFile> {
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let path = self.root.join(STAGING).join(number.to_string());
        let file = File::create_new(&path)?;
        Ok(StagingFile { path, file })
    }

    /// Gives a finished upload its name; durable when this returns.
    pub(crate) fn settle(&self, staging: StagingFile, staged: &Staged) -> io::Result<()> {
        if self.durable {
            staging.file.sync_data()?;
        }
        let target = self.path(&staged.sha256);
        let parent = self.root.join(parent(&staged.sha256));
        fs::create_dir_all(&parent)?;
        {
            let _guard = lock(&self.settling);
            if fs::metadata(&target).is_ok_and(|found| found.len() == staged.size) {
                File::options().append(true).open(&target)?.set_modified(SystemTime::now())?;
            } else {
                fs::rename(&staging.path, &target)?;
            }
        }
        // The blob may have been settled by another upload that has not flushed the folder yet.
        self.flush(&parent, &staged.sha256)
    }

    pub(crate) fn file(&self, sha256: &str) -> Result<Option<File>, Error> {
        if !is_sha256(sha256) {
            return Ok(None);
        }
        absent_is_none(File::open(self.path(sha256)))
    }

    pub(crate) fn size(&self, sha256: &str) -> Result<Option<u64>, Error> {
        if !is_sha256(sha256) {
            return Ok(None);
        }
        Ok(absent_is_none(fs::metadata(self.path(sha256)))?.map(|found| found.len()))
    }

    /// Removes a blob unless it was stored (or stored again) after `before`.
    pub(crate) fn remove(&self, sha256: &str, before: SystemTime) -> Result<bool, Error> {
        let _guard = lock(&self.settling);
        let path = self.path(sha256);
        let Some(found) = absent_is_none(fs::metadata(&path))? else { return Ok(false) };
        if found.modified().map_err(io_error)? > before {
            return Ok(false);
        }
        Ok(absent_is_none(fs::remove_file(&path))?.is_some())
    }

    /// Lists the blobs whose names start with the two digits `first`.
    pub(crate) fn list(&self, first: &str) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        for second in entries(&self.root.join(first))? {
            for entry in entries(&second)? {
                let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let Some(about) = absent_is_none(fs::metadata(&entry))? else { continue };
                if is_sha256(name) && about.is_file() {
                    let stored_at = about.modified().map_err(io_error)?;
                    found.push(Found { sha256: name.to_owned(), size: about.len(), stored_at });
                }
            }
        }
        Ok(found)
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(parent(sha256)).join(sha256)
    }

    fn flush(&self, parent: &Path, sha256: &str) -> io::Result<()> {
        if !self.durable {
            return Ok(());
        }
        File::open(parent)?.sync_all()?;
        self.flush_once(&sha256[..4], &self.root.join(&sha256[..2]))?;
        self.flush_once(&sha256[..2], &self.root)
    }

    /// Flushes a folder that has got the subfolder `prefix`, unless this process has done so before.
    fn flush_once(&self, prefix: &str, folder: &Path) -> io::Result<()> {
        if lock(&self.flushed).contains(prefix) {
            return Ok(());
        }
        File::open(folder)?.sync_all()?;
        lock(&self.flushed).insert(prefix.to_owned());
        Ok(())
    }
}

impl StagingFile {
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }
}

impl Drop for StagingFile {
    fn drop(&mut self) {
        // Gone already when the upload was settled.
        let _ = fs::remove_file(&self.path);
    }
}

fn parent(sha256: &str) -> PathBuf {
    [&sha256[..2], &sha256[2..4]].iter().collect()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(entries) = absent_is_none(fs::read_dir(folder))? else { return Ok(Vec::new()) };
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(io_error)).collect()
}

fn absent_is_none<T>(result: io::Result<T>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(error)),
    }
}
