//! Operation tests of Migration Hub, without ports or sleeps, on every database.

mod application_state;
mod created_artifact;
mod discovered_resource;
mod discovery;
mod home_region;
mod hub;
mod lists;
mod longest;
mod matching;
mod migration_task;
mod source_resource;
mod twin;
