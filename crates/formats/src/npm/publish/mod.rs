//! What `npm publish`, `npm deprecate` and their kin send: one JSON document, with the tarball inside it as base64.
//!
//! `Reader` takes the body apart while it arrives, so that a tarball of gigabytes never is in memory; `Change` then
//! says what the rest of the document asks for.

mod base64_run;
mod change;
mod reader;

pub use change::{Change, Edit, Publication, PublishError, Verified};
pub use reader::{Attachment, BodyError, Document, Limits, Piece, Reader};
