//! The PyPI endpoint in process: a shop of three repositories and a made-up index.

mod age;
mod ingestion;
mod metadata;
mod package_group;
mod page;
mod publishing;
mod refresh;
mod support;
