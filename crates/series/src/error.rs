//! What can go wrong below the engine.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::bytes::Malformed;

/// Why the engine can't do what it was asked for.
#[derive(Clone, Debug)]
pub enum Error {
    /// The disk, the object store or the database failed.
    Storage(Arc<dyn std::error::Error + Send + Sync>),
    /// Something that was stored is not what was stored.
    Damaged {
        /// The file or object.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// An earlier write failed in a way that leaves open what is on disk; only a restart finds out.
    Halted(String),
    /// A point of another kind was written to a series.
    WrongKind,
}

impl Error {
    /// Says that stored bytes can't be what was written.
    pub fn damaged(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged { place: place.into(), what: what.into() }
    }

    /// Says that stored bytes can't be read.
    pub fn malformed(place: &str, malformed: &Malformed) -> Self {
        Self::damaged(place, malformed.0)
    }

    /// Wraps an error of whatever stores things.
    pub fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => write!(f, "time series can't be stored or read: {error}"),
            Self::Damaged { place, what } => write!(f, "time series are damaged in {place}: {what}"),
            Self::Halted(why) => write!(f, "no time series are written until the server is restarted: {why}"),
            Self::WrongKind => f.write_str("the value is of another kind than its series"),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::storage(error)
    }
}
