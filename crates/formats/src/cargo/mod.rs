//! The cargo format: crate names, the index, publishing and what lies in a crate's archive.

pub mod archive;
pub mod document;
pub mod download;
pub mod index;
pub mod manifest;
pub mod name;
pub mod publish;
pub mod route;
pub mod version;
