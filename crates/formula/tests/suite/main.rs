//! The formula language as its users see it: what is accepted, what it computes, and that both hold for anything.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]

mod accepted;
mod computed;
mod naive;
mod random;
mod round_trip;
mod series;
mod windows;
