//! What the package formats look like: names, versions, manifests and listings, without any input or output.

pub mod npm;
