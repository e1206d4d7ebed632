//! The exceptions of Application Discovery, each made in one place.

use model_migrationhub::discovery::{self, types};

/// Why an operation of Application Discovery did not answer.
pub(crate) type Error = service::Error<discovery::Error>;

/// The request is malformed, or asks for what is not offered.
pub(crate) fn invalid_parameter(message: String) -> Error {
    Error::Modelled(discovery::Error::InvalidParameter(types::InvalidParameterException { message }))
}

/// The request is well-formed and wrong: an unknown id, a taken name.
pub(crate) fn invalid_value(message: String) -> Error {
    Error::Modelled(discovery::Error::InvalidParameterValue(types::InvalidParameterValueException {
        message,
    }))
}

/// An id that names nothing; Cloud Migration Factory reads this code as "unknown server".
pub(crate) fn unknown_configuration(id: &str) -> Error {
    invalid_value(format!("the configuration item '{id}' does not exist"))
}

pub(crate) fn resource_not_found(message: String) -> Error {
    Error::Modelled(discovery::Error::ResourceNotFound(types::ResourceNotFoundException { message }))
}

pub(crate) fn resource_in_use(message: String) -> Error {
    Error::Modelled(discovery::Error::ResourceInUse(types::ResourceInUseException { message }))
}

pub(crate) fn limit_exceeded(message: String) -> Error {
    Error::Modelled(discovery::Error::LimitExceeded(types::LimitExceededException { message }))
}

pub(crate) fn not_permitted(message: String) -> Error {
    Error::Modelled(discovery::Error::OperationNotPermitted(types::OperationNotPermittedException {
        message,
    }))
}

pub(crate) fn authorization(message: String) -> Error {
    Error::Modelled(discovery::Error::AuthorizationError(types::AuthorizationErrorException { message }))
}

pub(crate) fn home_region_not_set() -> Error {
    let message = "Your home region is not set. Before calling AWS Migration Hub APIs, set your home region with \
                   CreateHomeRegionControl.";
    Error::Modelled(discovery::Error::HomeRegionNotSet(types::HomeRegionNotSetException {
        message: message.to_owned(),
    }))
}
