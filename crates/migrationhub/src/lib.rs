//! AWS Migration Hub, its Config and Application Discovery: migration tools report progress, people follow it in one place.
//!
//! Streams hold tasks; a task holds its state, the history of its updates, and what it created. All of it is kept
//! per (account, region); the home region is kept per account. No HTTP here.

mod access;
mod application_state;
pub mod board;
mod created_artifact;
mod dialect;
mod discovered_resource;
pub mod discovery;
mod error;
pub mod home_region;
mod matching;
mod migration_task;
mod page;
mod place;
mod progress_update_stream;
mod reconcile;
mod source_resource;

pub use reconcile::{is_due, reconcile};

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
        source_resource::MIGRATION,
        discovery::MIGRATIONS[0],
        discovery::MIGRATIONS[1],
        discovery::MIGRATIONS[2],
        discovery::MIGRATIONS[3],
        discovery::MIGRATIONS[4],
        discovery::MIGRATIONS[5],
        discovered_resource::MIGRATION,
        application_state::MIGRATION,
        matching::MIGRATION,
        discovery::import_task::UPLOAD_MIGRATION,
    ],
    blob_references: &[discovery::import_task::BLOB_REFERENCE],
};

/// Enters the three services and their operations.
pub fn register(table: &mut Table) {
    table.service(dialect::MIGRATION_HUB, mgh::SPECS);
    table.write::<mgh::operations::CreateProgressUpdateStream>(progress_update_stream::create);
    table.read::<mgh::operations::ListProgressUpdateStreams>(progress_update_stream::list);
    table.write::<mgh::operations::DeleteProgressUpdateStream>(progress_update_stream::delete);
    table.write::<mgh::operations::ImportMigrationTask>(migration_task::import);
    table.write::<mgh::operations::NotifyMigrationTaskState>(migration_task::notify_state);
    table.read::<mgh::operations::DescribeMigrationTask>(migration_task::describe);
    table.read::<mgh::operations::ListMigrationTasks>(migration_task::list);
    table.read::<mgh::operations::ListMigrationTaskUpdates>(migration_task::list_updates);
    table.write::<mgh::operations::PutResourceAttributes>(migration_task::put_resource_attributes);
    table.write::<mgh::operations::AssociateSourceResource>(source_resource::associate);
    table.read::<mgh::operations::ListSourceResources>(source_resource::list);
    table.write::<mgh::operations::DisassociateSourceResource>(source_resource::disassociate);
    table.write::<mgh::operations::AssociateDiscoveredResource>(discovered_resource::associate);
    table.read::<mgh::operations::ListDiscoveredResources>(discovered_resource::list);
    table.write::<mgh::operations::DisassociateDiscoveredResource>(discovered_resource::disassociate);
    table.write::<mgh::operations::NotifyApplicationState>(application_state::notify);
    table.read::<mgh::operations::DescribeApplicationState>(application_state::describe);
    table.read::<mgh::operations::ListApplicationStates>(application_state::list);
    table.write::<mgh::operations::AssociateCreatedArtifact>(created_artifact::associate);
    table.read::<mgh::operations::ListCreatedArtifacts>(created_artifact::list);
    table.write::<mgh::operations::DisassociateCreatedArtifact>(created_artifact::disassociate);

    table.service(dialect::MIGRATION_HUB_CONFIG, config::SPECS);
    table.write::<config::operations::CreateHomeRegionControl>(home_region::create);
    table.read::<config::operations::GetHomeRegion>(home_region::get);
    table.read::<config::operations::DescribeHomeRegionControls>(home_region::describe);
    table.write::<config::operations::DeleteHomeRegionControl>(home_region::delete);

    discovery::register(table);
}
