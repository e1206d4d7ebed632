//! What an account sets for all of its resources in a Region: storage, encryption, logging.

pub mod encryption;
pub mod entry;
pub mod logging;
pub mod storage;
pub mod table;

use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::{Call, Table};

/// Enters the operations on an account's configuration.
pub fn register(table: &mut Table) {
    table.write::<op::PutStorageConfiguration>(storage::put);
    table.read::<op::DescribeStorageConfiguration>(storage::describe);
    table.write::<op::PutDefaultEncryptionConfiguration>(encryption::put);
    table.read::<op::DescribeDefaultEncryptionConfiguration>(encryption::describe);
    table.write::<op::PutLoggingOptions>(logging::put);
    table.read::<op::DescribeLoggingOptions>(logging::describe);
}

/// Names what an account configures; AWS gives it no ARN of its own.
fn arn(call: &Call, what: &str) -> String {
    call.arn("iotsitewise", &call.account, &format!("configuration/account/{what}"))
}

/// Shows that a configuration holds.
fn active() -> t::ConfigurationStatus {
    t::ConfigurationStatus { state: "ACTIVE".to_owned(), error: None }
}
