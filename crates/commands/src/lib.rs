//! What the command line does beyond serving.

pub mod aws_client;
pub mod aws_profile;
pub mod codeartifact_revoke;
pub mod migrationhub_board;
pub mod migrationhub_import;
pub mod migrationhub_upload;
mod progress;
mod rest_request;
pub mod sigv4;
pub mod sitewise_account;
pub mod sitewise_apply;
pub mod sitewise_demo;
pub mod sitewise_export;
pub mod sitewise_import;
pub mod sitewise_plant;
