//! Operation tests of IoT SiteWise, without ports, on every database there is.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]
#![allow(clippy::doc_markdown, reason = "operations are named as AWS names them")]

mod action;
mod asset;
mod asset_model;
mod associate;
mod computation_model;
mod configuration;
mod dataset;
mod disassociate;
mod gateway;
mod longest;
mod plant;
mod propagation;
mod relations;
mod table;
mod tag;
mod twin;
mod update;
