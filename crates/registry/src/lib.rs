//! The endpoints of the package formats, and where packages come from that nobody published here.

mod address;
mod answer;
mod asset;
mod authentication;
mod bring;
mod cargo;
mod endpoint;
mod generic;
mod intake;
pub mod limits;
mod lookup;
mod maven;
mod npm;
mod pypi;
mod range;
mod refusal;
pub mod upstream;
mod upstreams;

pub use answer::Body;
pub use endpoint::{Described, Endpoint, Parts};
pub use upstreams::Upstreams;
