//! The npm endpoint as clients meet it, over a made-up public registry; in memory but for that registry's socket.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod access;
mod auditing;
mod failing;
mod listing;
mod provenance;
mod publishing;
mod retention;
mod support;
mod tarball;
mod unpublishing;
