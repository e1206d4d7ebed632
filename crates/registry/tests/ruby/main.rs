//! The Ruby endpoint as gem and Bundler meet it, over a made-up gem host; in memory but for that host's socket.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod age;
mod arriving;
mod index;
mod publishing;
mod support;
