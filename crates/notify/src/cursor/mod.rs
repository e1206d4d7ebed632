//! How far each sink has come in the events: kept in the store, so that a restart loses nothing.

pub(crate) mod table;

/// The tables that this crate keeps in the store.
///
/// A sink belongs to the installation, not to an account: its account and region are empty texts.
pub static ROOM: store::Room =
    store::Room { name: "notify", migrations: table::MIGRATIONS, blob_references: &[] };
