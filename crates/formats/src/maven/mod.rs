//! The Maven format: repository paths, the order of versions, POMs and maven-metadata.xml.

pub mod checksum;
pub mod metadata;
pub mod name;
pub mod pom;
pub mod route;
pub mod snapshot;
pub mod version;

pub use crate::xml::XmlError;
