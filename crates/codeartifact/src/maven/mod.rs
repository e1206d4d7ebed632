//! What Maven clients do in several steps: files, their checksums, and the metadata that ends an upload.
//!
//! A version is Unfinished until metadata name it. Checksums are never kept; that one was wrong is, in the `flags` of the
//! version's manifest, and such a version is not published.

mod publish;
mod snapshot;
mod verdict;

pub use publish::{Listed, METADATA_ASSET, add, listed, plugins, publish};
pub use snapshot::{Deployment, deploy};
pub use verdict::{NO_MANIFEST, Verdict, compare, remember};
