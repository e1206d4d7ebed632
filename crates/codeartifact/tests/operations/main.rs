//! CodeArtifact through its operation table and its engine functions, on every database there is.

#![allow(clippy::unwrap_used, reason = "a test that cannot arrange its world may panic")]

mod addition;
mod arrival;
mod authorisation;
mod census;
mod copy;
mod crate_name;
mod dist_tag;
mod domain;
mod endpoint;
mod event;
mod external_connection;
mod group_gate;
mod large_deletion;
mod longest;
mod maven;
mod migration;
mod null;
mod package;
mod package_group;
mod package_version;
mod permission;
mod policy;
mod publish;
mod release_age;
mod repository;
mod resolution;
mod status;
mod story;
mod supplement;
mod support;
mod table;
mod tag;
mod token;
