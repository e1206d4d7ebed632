//! The npm format: names, versions, listings, publishing and what proves a tarball.

pub mod accept;
pub mod audit;
pub mod facts;
mod field;
pub mod integrity;
pub mod listing;
pub mod manifest;
pub mod merge;
pub mod name;
pub mod provenance;
pub mod publish;
pub mod rendering;
pub mod route;
pub mod tarball;
pub mod version;
