//! Where segments live: whole objects, written once under a name that is never used again.

use std::sync::Arc;

use crate::disk::{Disk, File, put};
use crate::error::Error;

/// A store of immutable objects.
pub trait Objects: Send + Sync {
    /// Keeps an object; it is durable when this answers.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error>;
    /// Opens an object for reading.
    fn open(&self, name: &str) -> Result<Arc<dyn File>, Error>;
    /// Removes an object; those who have it open keep it.
    fn remove(&self, name: &str) -> Result<(), Error>;
    /// Lists the objects.
    fn names(&self) -> Result<Vec<String>, Error>;
}

/// Objects in a folder.
pub struct FolderObjects(Arc<dyn Disk>);

impl FolderObjects {
    /// Keeps objects in a folder of a disk.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self(disk)
    }
}

impl Objects for FolderObjects {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        Ok(put(&*self.0, name, bytes)?)
    }

    fn open(&self, name: &str) -> Result<Arc<dyn File>, Error> {
        Ok(self.0.open(name)?)
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        Ok(self.0.remove(name)?)
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        Ok(self.0.names()?)
    }
}
