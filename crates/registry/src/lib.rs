//! The endpoints of the package formats, and where packages come from that nobody published here.

mod address;
mod answer;
mod asset;
mod authentication;
mod bring;
mod cargo;
mod copying;
mod endpoint;
mod generic;
mod gzip;
mod intake;
pub mod limits;
mod lookup;
mod maven;
mod npm;
mod nuget;
mod operator;
mod places;
mod pypi;
mod range;
mod refusal;
mod ruby;
mod standing;
mod swift;
pub mod upstream;
mod upstreams;

pub use answer::Body;
pub use endpoint::{Described, Endpoint, Parts};
pub use operator::{REVOKED_TOKENS, revoke_tokens};
pub use upstreams::Upstreams;
