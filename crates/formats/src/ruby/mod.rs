//! The ruby format: names, versions and platforms of gems, what lies in them, and the indexes that list them.

pub mod archive;
pub mod info;
pub mod marshal;
pub mod name;
pub mod platform;
pub mod record;
pub mod route;
pub mod spec;
mod tar;
pub mod version;
mod yaml;
