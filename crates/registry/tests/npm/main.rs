//! The npm endpoint as clients meet it, over a made-up public registry; in memory but for that registry's socket.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod access;
mod auditing;
mod failing;
mod listing;
mod package_group;
mod provenance;
mod publishing;
mod release_age;
mod retention;
mod support;
mod tarball;
mod unpublishing;
