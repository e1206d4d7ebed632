//! Corrections to the models, from `models/patches.toml`, each with its reason. One that no longer fits is an error.

use std::path::Path;

use serde::Deserialize;

use super::api::{Api, Match};
use super::source::ServicePin;

#[derive(Deserialize)]
struct File {
    patch: Vec<Patch>,
}

/// One correction of a shape, or of one member of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    service: String,
    shape: String,
    member: Option<String>,
    /// Why the model is corrected.
    reason: String,
    /// The function in the crate's `pattern` module that judges in the pattern's place.
    twin: Option<String>,
    /// The pattern binds the start of the text only.
    #[serde(default)]
    prefix: bool,
    /// An empty text counts as absence, and answers may leave the member out.
    #[serde(default)]
    blank: bool,
    /// The shape has no least length.
    #[serde(default)]
    may_be_empty: bool,
    /// Another type.
    r#type: Option<String>,
    /// The member travels in this header as well.
    also_header: Option<String>,
    /// The member may be absent.
    #[serde(default)]
    optional: bool,
    /// The member makes repeated requests idempotent, although SDKs do not fill it in.
    #[serde(default)]
    token: bool,
}

pub fn read(root: &Path) -> Result<Vec<Patch>, String> {
    let path = root.join("models/patches.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(file.patch)
}

/// Checks that every patch is about a service that is generated.
pub fn check_services(patches: &[Patch], services: &[ServicePin]) -> Result<(), String> {
    let unknown = patches.iter().find(|patch| services.iter().all(|service| service.id != patch.service));
    unknown.map_or(Ok(()), |patch| {
        Err(format!("patch of {}: there is no service {}", patch.shape, patch.service))
    })
}

/// Applies the patches of the service that `api` describes.
pub fn apply(patches: &[Patch], api: &mut Api) -> Result<(), String> {
    for patch in patches.iter().filter(|patch| patch.service == api.id) {
        let shape = api
            .shapes
            .get_mut(&patch.shape)
            .ok_or_else(|| format!("patch of {}: there is no shape {}", patch.service, patch.shape))?;
        if patch.reason.is_empty() {
            return Err(format!("patch of {}: give a reason", patch.shape));
        }
        if (patch.twin.is_some() || patch.prefix) && shape.pattern.is_none() {
            return Err(format!("patch of {}: it has no pattern any more", patch.shape));
        }
        match (&patch.twin, patch.prefix) {
            (Some(function), _) => shape.pattern_match = Match::Twin(function.clone()),
            (None, true) => shape.pattern_match = Match::Prefix,
            (None, false) => {}
        }
        shape.blank |= patch.blank;
        if patch.may_be_empty && shape.min.take().is_none() {
            return Err(format!("patch of {}: it has no least length any more", patch.shape));
        }
        if let Some(kind) = &patch.r#type {
            shape.kind.clone_from(kind);
        }
        if let Some(name) = &patch.member {
            let member = shape.members.iter_mut().find(|member| member.name == *name);
            let member = member.ok_or_else(|| format!("patch of {}: no member {name}", patch.shape))?;
            member.also_header.clone_from(&patch.also_header);
            member.required &= !patch.optional;
            member.idempotency_token |= patch.token;
        }
    }
    Ok(())
}
