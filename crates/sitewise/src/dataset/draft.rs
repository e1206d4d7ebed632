//! Which datasets there can be: the type, the workspace and the source of a dataset belong together.

use model_sitewise::types as t;

use super::Content;
use crate::Error;
use crate::argument::description;
use crate::error::{invalid, not_found};

/// The type of datasets outside of workspaces; also of those whose type nobody gave (assumed).
pub(super) const EXTERNAL: &str = "EXTERNAL";

/// What a create request and an update request say alike.
pub(super) struct Said<'a> {
    pub name: &'a str,
    pub description: Option<&'a String>,
    pub config: Option<&'a t::DatasetConfig>,
    pub workspace: Option<&'a str>,
    pub metadata: Option<&'a std::collections::BTreeMap<String, String>>,
    pub source: &'a t::DatasetSource,
}

/// Checks that a dataset of a type can be as it is said to be.
///
/// Errors in the order of their checks, all but the last `InvalidRequestException` (assumed): workspace, source,
/// configuration, and for session and curated datasets `ResourceNotFoundException`, since there is no workspace.
pub(super) fn check(kind: &str, said: &Said<'_>) -> Result<(), Error> {
    if kind == EXTERNAL {
        return check_external(said);
    }
    let Some(workspace) = said.workspace else {
        return Err(invalid(format!("workspaceName is required when datasetType is {kind}")));
    };
    let source = said.source;
    if (source.source_type.as_str(), source.source_format.as_str()) != ("SITEWISE", "TIMESERIES")
        || source.source_detail.is_some()
    {
        return Err(invalid(format!(
            "datasetSource of a {kind} dataset has sourceType SITEWISE, sourceFormat TIMESERIES and no sourceDetail"
        )));
    }
    check_session(kind, said.config)?;
    Err(not_found(format!("Workspace with name {workspace} not found")))
}

fn check_external(said: &Said<'_>) -> Result<(), Error> {
    if let Some(workspace) = said.workspace {
        return Err(invalid(format!(
            "workspaceName '{workspace}' belongs to SESSION and CURATED datasets; an EXTERNAL dataset has none"
        )));
    }
    let source = said.source;
    if (source.source_type.as_str(), source.source_format.as_str()) != ("KENDRA", "KNOWLEDGE_BASE") {
        return Err(invalid(format!(
            "datasetSource has sourceType {} and sourceFormat {}; an EXTERNAL dataset has KENDRA and KNOWLEDGE_BASE",
            source.source_type, source.source_format
        )));
    }
    if source.source_detail.as_ref().is_none_or(|detail| detail.kendra.is_none()) {
        return Err(invalid("datasetSource.sourceDetail.kendra is required when sourceType is KENDRA"));
    }
    if said.config.is_some_and(|config| config.session.is_some()) {
        return Err(invalid(
            "datasetConfig.session belongs to SESSION datasets; an EXTERNAL dataset has none",
        ));
    }
    Ok(())
}

fn check_session(kind: &str, config: Option<&t::DatasetConfig>) -> Result<(), Error> {
    let session = config.and_then(|config| config.session.as_ref());
    match (kind, session) {
        ("SESSION", None) => Err(invalid("datasetConfig.session is required when datasetType is SESSION")),
        ("SESSION", Some(session)) => {
            let at = |time: &t::TimeInNanos| (time.time_in_seconds, time.offset_in_nanos.unwrap_or(0));
            if at(&session.session_start_timestamp) < at(&session.session_end_timestamp) {
                return Ok(());
            }
            Err(invalid("sessionStartTimestamp must be before sessionEndTimestamp"))
        }
        (_, Some(_)) => {
            Err(invalid("datasetConfig.session belongs to SESSION datasets; a CURATED dataset has none"))
        }
        (_, None) => Ok(()),
    }
}

/// Answers what an external dataset is to be; [`check`] has been passed.
pub(super) fn content(said: &Said<'_>) -> Content {
    let detail = said.source.source_detail.clone().unwrap_or_default();
    let kendra = detail.kendra.unwrap_or_default();
    Content {
        name: said.name.to_owned(),
        description: description(said.description),
        metadata: said.metadata.cloned(),
        knowledge_base_arn: kendra.knowledge_base_arn,
        role_arn: kendra.role_arn,
    }
}
