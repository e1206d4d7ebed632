//! A room's tables: how they came to be, and where they mention blobs.

/// The persistent part of one crate: its schema's history.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The name under which the schema version is stamped.
    pub name: &'static str,
    /// The i-th text brings the tables to version i+1; published texts never change.
    ///
    /// Statements are separated by `;` and use the words TEXT, INTEGER and BLOB. Every table has a PRIMARY KEY.
    pub migrations: &'static [&'static str],
    /// Queries that answer at least one row when the blob `?1` (its SHA-256) is still needed.
    pub blob_references: &'static [&'static str],
}
