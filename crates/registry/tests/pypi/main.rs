//! The PyPI endpoint in process: a shop of three repositories and a made-up index.

mod ingestion;
mod metadata;
mod page;
mod publishing;
mod refresh;
mod support;
