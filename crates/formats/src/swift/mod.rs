//! What Swift package registries speak (SE-0292, SE-0321, SE-0391): names, paths, media types, releases, source archives
//! and the manifests in them.

pub mod accept;
pub mod archive;
pub mod manifest;
pub mod metadata;
pub mod name;
pub mod release;
pub mod route;
pub mod source_url;
pub mod transfer;
pub mod version;
