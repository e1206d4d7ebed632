//! How CodeArtifact words what goes wrong outside an operation.

use model_codeartifact::types::{AccessDeniedException, InternalServerException, ValidationException};
use model_codeartifact::{Error, SERVICE};
use service::{Dialect, Fault, Problem};

pub(crate) const CODEARTIFACT: Dialect = Dialect { service: &SERVICE, undeclared: &[], problem };

fn problem(fault: Fault) -> Problem {
    let (message, reason) = match fault {
        Fault::Unparsable(message) | Fault::WrongType(message) => (message, "CANNOT_PARSE"),
        Fault::Constraints(message) => (message, "FIELD_VALIDATION_FAILED"),
        Fault::UnknownOperation(message) => (message, "UNKNOWN_OPERATION"),
        // No operation of this service has idempotency tokens or a dry run.
        Fault::TokenReused(message) => (message, "OTHER"),
        Fault::AccessDenied(message) | Fault::DryRunDenied(message) => {
            return Problem::modelled(&Error::AccessDenied(AccessDeniedException { message }));
        }
        Fault::Internal(message) => {
            return Problem::modelled(&Error::InternalServer(InternalServerException { message }));
        }
    };
    Problem::modelled(&Error::Validation(ValidationException { message, reason: Some(reason.to_owned()) }))
}
