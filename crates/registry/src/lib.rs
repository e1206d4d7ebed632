//! The endpoints of the package formats, and where packages come from that nobody published here.

mod address;
mod answer;
mod authentication;
mod endpoint;
mod intake;
pub mod limits;
mod npm;
mod range;
mod refusal;
pub mod upstream;

pub use answer::Body;
pub use endpoint::{Described, Endpoint, Parts};
