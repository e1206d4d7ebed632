//! How a service words the errors that no operation of its own raises.

use model::Service;

use crate::Problem;

/// Something that went wrong outside an operation, which each service answers with an exception of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The body is not JSON, or not a JSON object.
    Unparsable(String),
    /// A member has another JSON type than the model says.
    WrongType(String),
    /// One or more constraints of the model are violated; AWS's sentence.
    Constraints(String),
    /// An idempotency token came again with other parameters.
    TokenReused(String),
    /// The caller may not do this.
    AccessDenied(String),
    /// The caller may not do this, and only asked whether they might (`DryRun`).
    DryRunDenied(String),
    /// No operation has this name or route.
    UnknownOperation(String),
    /// The store is broken or full; the sentence is safe to show.
    Internal(String),
}

/// A service and the exceptions with which it answers each [`Fault`].
#[derive(Clone, Copy)]
pub struct Dialect {
    /// The service that speaks so.
    pub service: &'static Service,
    /// (operation, exception) pairs that are answered although the operation's model does not list the exception,
    /// each decided in a behaviour book.
    pub undeclared: &'static [(&'static str, &'static str)],
    /// Words a fault as this service's exception.
    pub problem: fn(Fault) -> Problem,
}
