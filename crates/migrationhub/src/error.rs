//! The exceptions of Migration Hub, each made in one place.

use model_migrationhub::mgh;

/// Why an operation of Migration Hub did not answer.
pub(crate) type Error = service::Error<mgh::Error>;

/// What a dry run answers when everything else is right; the text is AWS's.
pub(crate) const DRY_RUN_MESSAGE: &str = "Dry Run was a success!";

pub(crate) fn invalid_input(message: String) -> Error {
    Error::Modelled(mgh::Error::InvalidInput(mgh::types::InvalidInputException { message }))
}

pub(crate) fn resource_not_found(message: String) -> Error {
    Error::Modelled(mgh::Error::ResourceNotFound(mgh::types::ResourceNotFoundException { message }))
}

/// No home region is set; the text is AWS's.
pub(crate) fn home_region_not_set() -> Error {
    let message = "Your home region is not set. Before calling AWS Migration Hub APIs, set your home region with \
                   CreateHomeRegionControl.";
    Error::Modelled(mgh::Error::HomeRegionNotSet(mgh::types::HomeRegionNotSetException {
        message: message.to_owned(),
    }))
}

/// Ends a dry run: everything was checked, nothing is written.
pub(crate) fn stop_dry_run(dry_run: Option<bool>) -> Result<(), Error> {
    if dry_run != Some(true) {
        return Ok(());
    }
    let stop = mgh::types::DryRunOperation { message: DRY_RUN_MESSAGE.to_owned() };
    Err(Error::Modelled(mgh::Error::DryRunOperation(stop)))
}

/// Refuses what has to ask Application Discovery while that is switched off; on AWS this means that the hub may not
/// call it (migration-hub 2.7).
pub(crate) fn check_discovery(call: &service::Call) -> Result<(), Error> {
    if !call.installation.discovery_off {
        return Ok(());
    }
    let message =
        "Application Discovery is switched off on this server, and this operation needs it".to_owned();
    Err(Error::Modelled(mgh::Error::PolicyError(mgh::types::PolicyErrorException { message })))
}

/// What disassociating something that is not associated answers (assumed: migration-hub 8.0g; AWS may answer 200).
pub(crate) fn missing_association(kind: &str, key: &str, stream: &str, task: &str) -> Error {
    resource_not_found(format!(
        "the {kind} '{key}' is not associated with the migration task '{task}' of the progress update stream \
         '{stream}'"
    ))
}
