//! Which services the region has: their operations and their tables.

use service::Table;

/// The tables of everything that keeps state.
pub static ROOMS: &[&store::Room] =
    &[&service::ROOM, &codeartifact::ROOM, &sitewise::ROOM, &migrationhub::ROOM];

/// Puts the operation table together.
pub fn table() -> Table {
    let mut table = Table::new();
    codeartifact::register(&mut table);
    sitewise::register(&mut table);
    migrationhub::register(&mut table);
    table
}
