//! The NuGet format: ids, versions, ranges, nuspecs, what lies in packages, and what registries say of them.

pub mod atom;
pub mod entry;
pub mod id;
pub mod listing;
pub mod nupkg;
pub mod nuspec;
pub mod range;
pub mod registration;
pub mod rendering;
pub mod route;
pub mod service;
pub mod version;
