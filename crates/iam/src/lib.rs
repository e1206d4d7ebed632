//! Policy documents: who may do what with which resource, and under which conditions.
//!
//! A [`Document`] is read from JSON once (`parse`, with the rules of `validate`) and asked many times (`evaluate`).
//! Nothing here knows a service: actions, resources and condition keys are texts that the caller names.

mod condition;
mod context;
mod document;
mod evaluate;
mod invalid;
mod json;
mod parse;
pub mod pattern;
mod principal;
mod validate;

pub use context::Context;
pub use document::{Document, Effect, Statement, Version};
pub use evaluate::{Refused, Request, Verdict, decide};
pub use invalid::Invalid;
pub use principal::Principal;
pub use validate::Kind;

/// Longest document that is looked at, in bytes; services set smaller limits of their own.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024;
