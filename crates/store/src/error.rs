//! What can go wrong between an operation and the disk, in words for a person.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a transaction did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The transaction collided with others on every attempt; nothing was changed.
    Conflict,
    /// The disk (or database server) has no space left; nothing was changed, and writes work again when there is.
    Full,
    /// The database answered something it should not, or the outcome of a commit is unknown.
    Broken(String),
}

impl Error {
    pub(crate) fn broken(reason: impl fmt::Display) -> Self {
        Error::Broken(reason.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Conflict => {
                f.write_str("the change collided with other changes on every attempt; try again")
            }
            Error::Full => {
                f.write_str("no space left for the data folder; nothing was changed, free some space")
            }
            Error::Broken(reason) => write!(f, "the store failed: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// Why a store could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The folder or a file in it cannot be created or written.
    Unwritable {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The disk has no space left for what a start writes.
    NoSpace {
        /// The folder or file.
        path: PathBuf,
    },
    /// Another process works in the data folder.
    Locked {
        /// The data folder.
        path: PathBuf,
        /// The process id that the other one wrote down, when it did.
        process: Option<u32>,
    },
    /// A newer homeregion wrote this data.
    Newer {
        /// The part of the data that is too new.
        room: String,
        /// Its version in the data.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database cannot be reached, or what it holds cannot be used.
    Broken(String),
}

impl OpenError {
    pub(crate) fn unwritable(path: &Path, reason: impl fmt::Display) -> Self {
        OpenError::Unwritable { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn no_space(path: &Path) -> Self {
        OpenError::NoSpace { path: path.to_owned() }
    }

    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => OpenError::no_space(path),
            _ => OpenError::unwritable(path, error),
        }
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken(reason) => OpenError::Broken(reason),
            other => OpenError::Broken(other.to_string()),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Unwritable { path, reason } => write!(
                f,
                "cannot write in {}: {reason}; make it writable for this user, or name another folder",
                path.display()
            ),
            OpenError::NoSpace { path } => write!(
                f,
                "no space left to write {}; free some space, or name another folder",
                path.display()
            ),
            OpenError::Locked { path, process } => {
                write!(f, "the data folder {} is in use by another process", path.display())?;
                if let Some(process) = process {
                    write!(f, " ({process})")?;
                }
                f.write_str("; stop that one first, or name another folder")
            }
            OpenError::Newer { room, found, known } => write!(
                f,
                "the data of {room} has version {found}, but this homeregion knows versions up to {known} only; \
                 start the newer homeregion that wrote it"
            ),
            OpenError::Broken(reason) => write!(f, "cannot open the database: {reason}"),
        }
    }
}

impl std::error::Error for OpenError {}
