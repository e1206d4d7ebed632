//! Operation tests of IoT SiteWise, without ports, on every database there is.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]
#![allow(clippy::doc_markdown, reason = "operations are named as AWS names them")]

mod access_policy;
mod action;
mod alarm;
mod asset;
mod asset_composite;
mod asset_model;
mod asset_property;
mod associate;
mod component;
mod composite;
mod composite_twin;
mod computation_lists;
mod computation_model;
mod configuration;
mod dashboard;
mod data;
mod dataset;
mod disassociate;
mod formula;
mod gateway;
mod interface;
mod longest;
mod model_order;
mod monitor;
mod plant;
mod portal;
mod project;
mod propagation;
mod pumps;
mod relations;
mod roll;
mod round_trip;
mod stream;
mod table;
mod tag;
mod tag_kinds;
mod time_series;
mod twin;
mod twin_race;
mod update;
