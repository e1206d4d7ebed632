//! The Cargo endpoint as cargo meets it, over a made-up registry; in memory but for that registry's socket.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod access;
mod age;
mod arriving;
mod group;
mod index;
mod publishing;
mod support;
