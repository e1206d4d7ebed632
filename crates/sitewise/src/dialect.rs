//! How IoT SiteWise words what goes wrong outside an operation.

use model_sitewise::SERVICE;
use service::{Dialect, Fault, Problem};

/// Malformed JSON, illegal values and reused tokens are all `InvalidRequestException` here.
pub const SITEWISE: Dialect = Dialect { service: &SERVICE, undeclared: &[], problem };

fn problem(fault: Fault) -> Problem {
    let (status, name, message) = match fault {
        Fault::Unparsable(message)
        | Fault::WrongType(message)
        | Fault::Constraints(message)
        | Fault::TokenReused(message) => (400, "InvalidRequestException", message),
        Fault::AccessDenied(message) | Fault::DryRunDenied(message) => {
            (403, "AccessDeniedException", message)
        }
        Fault::UnknownOperation(message) => (404, "UnknownOperationException", message),
        Fault::Internal(message) => (500, "InternalFailureException", message),
    };
    Problem::plain(&SERVICE, status, name, &message)
}
