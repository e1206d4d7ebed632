//! Where files live, as little of it as the engine needs: so that tests can lose power.

mod folder;
mod memory;

use std::io;
use std::sync::Arc;

pub use folder::Folder;
pub use memory::Memory;

/// A folder of files.
///
/// What was written survives a loss of power only once the file was synced, and a file that was made, renamed or
/// removed is so for sure only once the folder was.
pub trait Disk: Send + Sync {
    /// Lists the files, in no order.
    fn names(&self) -> io::Result<Vec<String>>;
    /// Makes an empty file; it is an error if there is one of that name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;
    /// Opens a file.
    fn open(&self, name: &str) -> io::Result<Arc<dyn File>>;
    /// Gives a file another name, in place of whatever has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file; those who have it open keep it.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes names durable.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is read and written anywhere.
pub trait File: Send + Sync {
    /// Answers the length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Says whether nothing is in it.
    fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|length| length == 0)
    }
    /// Fills the buffer from an offset on; a file that ends before is an error.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// Writes bytes at an offset, and makes the file longer if it has to.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content durable. After an error nobody knows what is: the file must not be written any more.
    fn sync(&self) -> io::Result<()>;
}

/// Reads a whole file.
pub fn read(file: &dyn File) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.len()?).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut bytes = vec![0; length];
    file.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// What the name of a file that is not finished ends with.
pub const UNFINISHED: &str = "~unfinished";

/// Writes a file so that it is there whole or not at all.
pub fn put(disk: &dyn Disk, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = format!("{name}{UNFINISHED}");
    if disk.names()?.contains(&unfinished) {
        disk.remove(&unfinished)?;
    }
    let file = disk.create(&unfinished)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename(&unfinished, name)?;
    disk.sync()
}
