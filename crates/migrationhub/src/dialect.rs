//! How Migration Hub and its Config service word what goes wrong outside an operation.

use model::Service;
use service::{Dialect, Fault, Problem};

pub(crate) const MIGRATION_HUB: Dialect = Dialect {
    service: &model_migrationhub::mgh::SERVICE,
    // These four do not list it, yet every call needs a home region (migration-hub 2.5c).
    undeclared: &[
        ("AssociateSourceResource", "HomeRegionNotSetException"),
        ("DisassociateSourceResource", "HomeRegionNotSetException"),
        ("ListSourceResources", "HomeRegionNotSetException"),
        ("ListMigrationTaskUpdates", "HomeRegionNotSetException"),
    ],
    problem: |fault| problem(&model_migrationhub::mgh::SERVICE, "UnauthorizedOperation", fault),
};

pub(crate) const MIGRATION_HUB_CONFIG: Dialect = Dialect {
    service: &model_migrationhub::config::SERVICE,
    undeclared: &[],
    // Config has no UnauthorizedOperation (migration-hub 3.2).
    problem: |fault| problem(&model_migrationhub::config::SERVICE, "AccessDeniedException", fault),
};

fn problem(service: &'static Service, dry_run_denied: &'static str, fault: Fault) -> Problem {
    let (status, name, message) = match fault {
        Fault::Unparsable(message) | Fault::WrongType(message) => (400, "SerializationException", message),
        Fault::Constraints(message) | Fault::TokenReused(message) => (400, "InvalidInputException", message),
        Fault::AccessDenied(message) => (400, "AccessDeniedException", message),
        Fault::DryRunDenied(message) => (400, dry_run_denied, message),
        Fault::UnknownOperation(message) => (400, "UnknownOperationException", message),
        Fault::Internal(message) => (500, "InternalServerError", message),
    };
    Problem::plain(service, status, name, &message)
}
