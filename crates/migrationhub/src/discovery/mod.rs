//! Application Discovery: the servers and applications that are to be migrated, and what groups them.
//!
//! The part of the service that makes Migration Hub useful alone: applications, configuration items, tags, imports,
//! exports, deletion. Nothing collects servers here; they come from imports, from matching, and under their own ids
//! from elsewhere.

mod access;
mod agent;
mod application;
mod batch_delete;
pub(crate) mod configuration_item;
mod csv;
mod dialect;
pub mod download;
mod error;
mod export_task;
pub mod import_task;
mod page;
mod tag;
mod zip;

use model_migrationhub::discovery::{SPECS, operations};
use service::Table;
use store::{Error, Tx};

/// The tables of discovery, each later version behind the earlier ones.
pub(crate) const MIGRATIONS: [&str; 6] = [
    configuration_item::MIGRATION,
    application::MIGRATION,
    tag::MIGRATION,
    import_task::MIGRATION,
    export_task::MIGRATION,
    batch_delete::MIGRATION,
];

/// Enters the service and its operations.
pub(crate) fn register(table: &mut Table) {
    table.service(dialect::DISCOVERY, SPECS);
    table.write::<operations::CreateApplication>(application::create);
    table.write::<operations::UpdateApplication>(application::update);
    table.write::<operations::DeleteApplications>(application::delete);
    table.write::<operations::AssociateConfigurationItemsToApplication>(application::associate);
    table.write::<operations::DisassociateConfigurationItemsFromApplication>(application::disassociate);

    table.read::<operations::ListConfigurations>(configuration_item::list);
    table.read::<operations::DescribeConfigurations>(configuration_item::describe);
    table.read::<operations::GetDiscoverySummary>(configuration_item::summary::get);

    table.write::<operations::CreateTags>(tag::create);
    table.write::<operations::DeleteTags>(tag::delete);
    table.read::<operations::DescribeTags>(tag::list);

    table.write::<operations::StartImportTask>(import_task::start);
    table.read::<operations::DescribeImportTasks>(import_task::list);
    table.write::<operations::BatchDeleteImportData>(import_task::batch_delete);
    table.write::<operations::StartExportTask>(export_task::start);
    table.read::<operations::DescribeExportTasks>(export_task::list);
    table.write::<operations::StartBatchDeleteConfigurationTask>(batch_delete::start);
    table.read::<operations::DescribeBatchDeleteConfigurationTask>(batch_delete::describe);

    table.read::<operations::DescribeAgents>(agent::describe);
    table.read::<operations::ListServerNeighbors>(agent::neighbors);
    table.write::<operations::BatchDeleteAgents>(agent::delete);
    table.write::<operations::StartDataCollectionByAgentIds>(agent::start_collection);
    table.write::<operations::StopDataCollectionByAgentIds>(agent::stop_collection);
    table.write::<operations::StartContinuousExport>(agent::start_continuous_export);
    table.write::<operations::StopContinuousExport>(agent::stop_continuous_export);
    table.read::<operations::DescribeContinuousExports>(agent::describe_continuous_exports);
    table.write::<operations::ExportConfigurations>(agent::export_configurations);
    table.read::<operations::DescribeExportConfigurations>(agent::describe_export_configurations);
}

/// Takes the next step of the exports and deletions that wait; imports wait for [`import_task::work`].
pub(crate) fn reconcile(tx: &mut Tx, limit: i64) -> Result<usize, Error> {
    Ok(batch_delete::reconcile(tx)? + import_task::reconcile(tx, limit)? + export_task::reconcile(tx)?)
}

/// Says whether [`reconcile`] has anything to do.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool, Error> {
    Ok(batch_delete::is_due(tx)? || import_task::is_due(tx)? || export_task::is_due(tx)?)
}
