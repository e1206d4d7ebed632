//! The engine's homes in the metadata database: its manifest always, its log where no local disk is to be trusted.

mod log;
mod manifest;
mod table;

pub use log::RowLog;
pub use manifest::RowManifest;

use crate::error::Error;

/// The tables of the engine.
pub static ROOM: store::Room =
    store::Room { name: "series", migrations: &[table::SCHEMA], blob_references: &[] };

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::storage(error)
    }
}
