//! AWS Migration Hub and Migration Hub Config: migration tools report progress, people follow it in one place.
//!
//! Streams hold tasks; a task holds its state, the history of its updates, and what it created. All of it is kept
//! per (account, region); the home region is kept per account. No HTTP here.

mod access;
mod created_artifact;
mod dialect;
mod error;
pub mod home_region;
mod migration_task;
mod page;
mod progress_update_stream;

use model_migrationhub::{config, mgh};
use service::Table;

/// The tables of this crate.
pub static ROOM: store::Room = store::Room {
    name: "migrationhub",
    migrations: &[
        home_region::MIGRATION,
        progress_update_stream::MIGRATION,
        migration_task::MIGRATION,
        created_artifact::MIGRATION,
    ],
    blob_references: &[],
};

/// Enters both services and their operations.
pub fn register(table: &mut Table) {
    table.service(dialect::MIGRATION_HUB, mgh::SPECS);
    table.write::<mgh::operations::CreateProgressUpdateStream>(progress_update_stream::create);
    table.read::<mgh::operations::ListProgressUpdateStreams>(progress_update_stream::list);
    table.write::<mgh::operations::ImportMigrationTask>(migration_task::import);
    table.write::<mgh::operations::NotifyMigrationTaskState>(migration_task::notify_state);
    table.read::<mgh::operations::DescribeMigrationTask>(migration_task::describe);
    table.write::<mgh::operations::AssociateCreatedArtifact>(created_artifact::associate);
    table.read::<mgh::operations::ListCreatedArtifacts>(created_artifact::list);
    table.write::<mgh::operations::DisassociateCreatedArtifact>(created_artifact::disassociate);

    table.service(dialect::MIGRATION_HUB_CONFIG, config::SPECS);
    table.write::<config::operations::CreateHomeRegionControl>(home_region::create);
    table.read::<config::operations::GetHomeRegion>(home_region::get);
    table.read::<config::operations::DescribeHomeRegionControls>(home_region::describe);
    table.write::<config::operations::DeleteHomeRegionControl>(home_region::delete);
}
