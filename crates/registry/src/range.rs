//! The part of a file that a Range header asks for.

pub(crate) use service::range::{Wanted, read};
