//! Power goes at any moment: nothing that was acknowledged is lost, nothing is half there, nothing damaged is served.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected stops")]

mod disk;
mod twin;
