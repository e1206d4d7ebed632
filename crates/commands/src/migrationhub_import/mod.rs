//! `homeregion migrationhub import`: walks another Migration Hub and replays it here, ids and times as they were.
//!
//! Both sides are reached through their public API only, so the server here may run, and the data folder keeps one
//! writer. What that API does not reveal or take is named in the [`Summary`].

mod application;
mod home_region;
mod journal;
mod page;
mod replay;
mod source;
mod summary;
mod task;
mod tie;

pub use self::summary::Summary;

use std::path::PathBuf;

use crate::aws_client::{CallError, Client, Service};
use serde_json::Value;

/// What is imported from where to where.
pub struct Import {
    /// The hub that is left.
    pub source: Client,
    /// The hub that takes over.
    pub destination: Client,
    /// The account here, for people.
    pub account: String,
    /// The region whose data is read, if it is not the source's home region.
    pub region: Option<String>,
    /// Where to ask for the home region.
    pub first_region: String,
    /// Remembers what is done, until everything is.
    pub state: PathBuf,
    /// Whether progress is drawn over and over on one line.
    pub terminal: bool,
}

/// Imports everything; an error is a sentence, and the next run goes on where this one ended.
pub fn run(import: &Import) -> Result<Summary, String> {
    replay::run(import)
}

/// One side of the import in its region.
#[derive(Clone, Copy)]
struct Side<'a> {
    client: &'a Client,
    region: &'a str,
}

impl Side<'_> {
    fn hub(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        self.client.call(Service::MigrationHub, self.region, operation, input)
    }

    fn config(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        self.client.call(Service::MigrationHubConfig, self.region, operation, input)
    }

    fn discovery(&self, operation: &str, input: &Value) -> Result<Value, CallError> {
        self.client.call(Service::ApplicationDiscovery, self.region, operation, input)
    }
}
