//! What the API of a service consists of: operations, the shape of their inputs, the rules on values, and JSON in both directions.
//!
//! The `model-*` crates are tables and types over this runtime. Nothing here does IO, knows HTTP, or decides what an operation means.

mod declare;
mod decode;
pub mod json;
mod names;
mod operation;
mod pattern;
mod shape;
mod text;
mod timestamp;
mod validate;
mod value;
mod violation;

pub use decode::{Decode, FromJson, take, take_text};
pub use json::{Encode, ToJson};
pub use operation::{Content, ModelledError, Operation, Protocol, Service, Spec};
pub use pattern::Pattern;
pub use shape::{Location, Member, Members, Shape, StringRule, Structure, optional_member, required_member};
pub use text::{from_text, place};
pub use timestamp::Timestamp;
pub use validate::validate;
pub use value::{Blob, Document};
pub use violation::{Invalid, Violation};
