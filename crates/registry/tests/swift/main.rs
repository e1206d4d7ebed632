//! The Swift endpoint as SwiftPM meets it; all of it in memory.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod access;
mod control_plane;
mod publishing;
mod reading;
mod refusing;
mod support;
mod upstream;
mod wire;
