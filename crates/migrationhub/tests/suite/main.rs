//! Operation tests of Migration Hub, without ports or sleeps, on every database.

mod created_artifact;
mod home_region;
mod hub;
mod lists;
mod migration_task;
mod source_resource;
mod twin;
