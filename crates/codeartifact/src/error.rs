//! The refusals of this service, each naming the resource and the rule.

use model_codeartifact::Error as Modelled;
use model_codeartifact::types::{
    ConflictException, ResourceNotFoundException, ServiceQuotaExceededException, ValidationException,
};
use service::page::Refused;

/// What an operation of this service may fail with.
pub type Error = service::Error<Modelled>;

/// The kinds of resources that an error names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Domain,
    Repository,
    Package,
    PackageVersion,
    Asset,
    /// The model has no resource type for it: errors name its pattern only.
    PackageGroup,
}

impl Kind {
    fn resource_type(self) -> Option<String> {
        let word = match self {
            Kind::Domain => "domain",
            Kind::Repository => "repository",
            Kind::Package => "package",
            Kind::PackageVersion => "package-version",
            Kind::Asset => "asset",
            Kind::PackageGroup => return None,
        };
        Some(word.to_owned())
    }
}

/// The resource does not exist.
pub(crate) fn not_found(kind: Kind, id: &str, message: impl Into<String>) -> Error {
    service::Error::Modelled(Modelled::ResourceNotFound(ResourceNotFoundException {
        message: message.into(),
        resource_id: Some(id.to_owned()),
        resource_type: kind.resource_type(),
    }))
}

/// The package group does not exist.
pub(crate) fn group_not_found(pattern: &str, domain: &crate::domain::DomainKey) -> Error {
    let message = format!("Package group not found. PackageGroup: {pattern}, domain: {}", domain.name);
    not_found(Kind::PackageGroup, pattern, message)
}

/// The state of the resource forbids it.
pub(crate) fn conflict(kind: Kind, id: &str, message: impl Into<String>) -> Error {
    service::Error::Modelled(Modelled::Conflict(ConflictException {
        message: message.into(),
        resource_id: Some(id.to_owned()),
        resource_type: kind.resource_type(),
    }))
}

/// The resource has as many as it may.
pub(crate) fn quota(kind: Kind, id: &str, message: impl Into<String>) -> Error {
    service::Error::Modelled(Modelled::ServiceQuotaExceeded(ServiceQuotaExceededException {
        message: message.into(),
        resource_id: Some(id.to_owned()),
        resource_type: kind.resource_type(),
    }))
}

/// A member of the input breaks a rule that the model does not state.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    service::Error::Modelled(Modelled::Validation(ValidationException {
        message: message.into(),
        reason: Some("FIELD_VALIDATION_FAILED".to_owned()),
    }))
}

/// A page token that does not belong to this call.
pub(crate) fn foreign_token(refused: Refused) -> Error {
    invalid(format!("nextToken is not valid: {refused}"))
}
