//! The NuGet endpoint as its clients meet it, over a made-up registry; in memory but for that registry's socket.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod arriving;
mod publishing;
mod reading;
mod support;
mod wire;
