//! Optimistic locking of models: `If-Match`, `If-None-Match` and `Match-For-Version-Type`.

use service::Call;

use super::{AssetModel, arn};
use crate::Error;
use crate::error::{invalid, precondition};

/// What the headers of a write demand of the model as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Precondition<'a> {
    /// `If-Match`: the etag that the version must have.
    pub if_match: Option<&'a str>,
    /// `If-None-Match`: `*`, no version may exist.
    pub if_none_match: Option<&'a str>,
    /// `Match-For-Version-Type`: LATEST or ACTIVE; without it LATEST is meant (assumed).
    pub version_type: Option<&'a str>,
}

impl Precondition<'_> {
    /// Checks the headers against the model: a combination without meaning is `InvalidRequestException`, a demand
    /// that does not hold is `PreconditionFailedException`.
    pub fn check(self, call: &Call, model: &AssetModel) -> Result<(), Error> {
        let active = self.version_type == Some("ACTIVE");
        let id = model.id.as_str();
        match (self.if_match, self.if_none_match) {
            (Some(_), Some(_)) => Err(invalid("If-Match and If-None-Match can't be used together")),
            (None, Some("*")) if !active => Err(invalid(
                "If-None-Match needs Match-For-Version-Type ACTIVE: a latest version always exists",
            )),
            (None, Some("*")) if model.active.is_some() => Err(precondition(
                format!("If-None-Match failed: asset model '{id}' has an active version"),
                id,
                arn(call, id),
            )),
            (None, None | Some("*")) => Ok(()),
            (None, Some(other)) => {
                Err(invalid(format!("If-None-Match '{other}' is not supported: only * is")))
            }
            (Some(wanted), None) => {
                let version = if active { model.active.as_ref() } else { Some(&model.latest) };
                // Some clients quote the tag as RFC 9110 has it; the service itself does not.
                let wanted = wanted.trim_matches('"');
                if version.is_some_and(|version| version.etag == wanted) {
                    return Ok(());
                }
                Err(precondition(
                    format!("If-Match failed: asset model '{id}' has changed since the version you name"),
                    id,
                    arn(call, id),
                ))
            }
        }
    }
}
