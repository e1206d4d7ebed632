//! What the package formats look like: names, versions, manifests and listings, without any input or output.

pub mod cargo;
pub mod maven;
pub mod multipart;
pub mod npm;
pub mod nuget;
pub mod pypi;
pub mod ruby;
pub mod swift;
mod xml;
pub mod zip;
