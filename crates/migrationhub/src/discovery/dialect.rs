//! How Application Discovery words what goes wrong outside an operation.

use model_migrationhub::discovery::SERVICE;
use service::{Dialect, Fault, Problem};

pub(crate) const DISCOVERY: Dialect = Dialect { service: &SERVICE, undeclared: &[], problem };

fn problem(fault: Fault) -> Problem {
    let (status, name, message) = match fault {
        Fault::Unparsable(message) | Fault::WrongType(message) => (400, "SerializationException", message),
        Fault::Constraints(message) => (400, "InvalidParameterException", message),
        // "The same clientRequestToken is used with different parameters" (API reference of StartImportTask).
        Fault::TokenReused(message) => (400, "ResourceInUseException", message),
        Fault::AccessDenied(message) | Fault::DryRunDenied(message) => {
            (400, "AuthorizationErrorException", message)
        }
        Fault::UnknownOperation(message) => (400, "UnknownOperationException", message),
        Fault::Internal(message) => (500, "ServerInternalErrorException", message),
    };
    Problem::plain(&SERVICE, status, name, &message)
}
