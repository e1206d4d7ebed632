//! The PyPI format: names, versions, metadata, the simple index, uploads and what lies in the files.

pub mod accept;
pub mod file;
mod html;
mod json;
pub mod metadata;
pub mod name;
pub mod page;
pub mod record;
pub mod rendering;
pub mod route;
pub mod sdist;
pub mod upload;
pub mod version;
pub mod wheel;
