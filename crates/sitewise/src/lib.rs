//! AWS IoT SiteWise: asset models, assets and their associations, as operations over a transaction.
//!
//! Nothing here knows HTTP. Operations on an account's resources stand in the room of the resource, one file each.

pub mod access_policy;
pub mod action;
mod argument;
pub mod asset;
pub mod asset_model;
pub mod computation_model;
pub mod compute;
pub mod configuration;
pub mod dashboard;
pub mod data;
pub mod dataset;
mod dialect;
pub mod error;
pub mod execution;
pub mod gateway;
pub mod id;
pub mod ingest;
pub mod limits;
pub mod place;
pub mod portal;
pub mod project;
pub mod read;
mod reconcile;
mod table;
pub mod tag;
pub mod time_series;

pub use reconcile::{is_due, reconcile};

/// Why an operation of this service did not answer.
pub type Error = service::Error<model_sitewise::Error>;

/// The tables of this service.
pub static ROOM: store::Room = store::Room {
    name: "sitewise",
    migrations: &[
        table::VERSION_1,
        gateway::table::SCHEMA,
        configuration::table::SCHEMA,
        dataset::table::SCHEMA,
        asset_model::interface::table::SCHEMA,
        portal::table::SCHEMA,
        project::table::SCHEMA,
        dashboard::table::SCHEMA,
        access_policy::table::SCHEMA,
        computation_model::table::SCHEMA,
        time_series::table::SCHEMA,
        asset::property::table::SCHEMA,
        asset::roll::table::SCHEMA,
        asset_model::composite::table::SCHEMA,
        asset::property::table::NOTIFIED,
        compute::table::SCHEMA,
    ],
    blob_references: &[],
};

/// Enters all operations of this service that are implemented.
pub fn register(table: &mut service::Table) {
    table.service(dialect::SITEWISE, model_sitewise::SPECS);
    asset_model::register(table);
    asset::register(table);
    gateway::register(table);
    configuration::register(table);
    dataset::register(table);
    portal::register(table);
    project::register(table);
    dashboard::register(table);
    access_policy::register(table);
    computation_model::register(table);
    action::register(table);
    execution::register(table);
    tag::register(table);
    time_series::register(table);
}
