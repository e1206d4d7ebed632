//! The modelled refusals of this service, one function each, so that every message names resource and rule.

use model_sitewise::types as t;

use crate::Error;

/// The request can never be carried out as it stands.
pub fn invalid(message: impl Into<String>) -> Error {
    Error::Modelled(model_sitewise::Error::InvalidRequest(t::InvalidRequestException {
        message: message.into(),
    }))
}

/// Something that the request names does not exist.
pub fn not_found(message: impl Into<String>) -> Error {
    Error::Modelled(model_sitewise::Error::ResourceNotFound(t::ResourceNotFoundException {
        message: message.into(),
    }))
}

/// A name, id or place is taken; `id` and `arn` are of the resource that has it.
pub fn exists(message: impl Into<String>, id: &str, arn: String) -> Error {
    Error::Modelled(model_sitewise::Error::ResourceAlreadyExists(t::ResourceAlreadyExistsException {
        message: message.into(),
        resource_id: id.to_owned(),
        resource_arn: arn,
    }))
}

/// The resource is in a state, or has relatives, that must change first.
pub fn conflict(message: impl Into<String>, id: &str, arn: String) -> Error {
    Error::Modelled(model_sitewise::Error::ConflictingOperation(t::ConflictingOperationException {
        message: message.into(),
        resource_id: id.to_owned(),
        resource_arn: arn,
    }))
}

/// A quota would be passed.
pub fn limit(message: impl Into<String>) -> Error {
    Error::Modelled(model_sitewise::Error::LimitExceeded(t::LimitExceededException {
        message: message.into(),
    }))
}

/// `If-Match` or `If-None-Match` does not hold.
pub fn precondition(message: impl Into<String>, id: &str, arn: String) -> Error {
    Error::Modelled(model_sitewise::Error::PreconditionFailed(t::PreconditionFailedException {
        message: message.into(),
        resource_id: id.to_owned(),
        resource_arn: arn,
    }))
}

/// The resource would have more tags than it may.
pub fn too_many_tags(message: impl Into<String>, arn: &str) -> Error {
    Error::Modelled(model_sitewise::Error::TooManyTags(t::TooManyTagsException {
        message: message.into(),
        resource_name: Some(arn.to_owned()),
    }))
}
