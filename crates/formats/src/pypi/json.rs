//! The JSON form of a project's page (PEP 691, 700, 714).

use serde::Deserialize;
use serde_json::Value;

use super::name::ProjectName;
use super::page::{Digests, File, Page, PageError, Sidecar};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    meta: Meta,
    files: Vec<Value>,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(rename = "api-version")]
    version: Option<String>,
}

/// Reads a page. A file that is not as it should be is left out; a page of a later major version is refused.
pub(super) fn read(project: &ProjectName, text: &str) -> Result<Page, PageError> {
    let document: Document =
        serde_json::from_str(text).map_err(|error| PageError::Json(error.to_string()))?;
    if let Some(version) = document.meta.version.filter(|version| !is_understood(version)) {
        return Err(PageError::Version(version.chars().take(20).collect()));
    }
    let mut page = Page::default();
    for value in document.files {
        page.add(project, file(&value))?;
    }
    Ok(page)
}

/// Whether a version of the API is one of ours: minor ones add only what may be left unread (PEP 629).
pub(super) fn is_understood(version: &str) -> bool {
    version.split('.').next() == Some("1")
}

fn file(value: &Value) -> File {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut digests = Digests::default();
    for (algorithm, digest) in value.get("hashes").and_then(Value::as_object).into_iter().flatten() {
        digests.set(algorithm, digest.as_str().unwrap_or_default());
    }
    let yanked = match value.get("yanked") {
        Some(Value::String(reason)) => Some(reason.clone()),
        Some(Value::Bool(true)) => Some(String::new()),
        _ => None,
    };
    let sidecar = ["core-metadata", "dist-info-metadata", "data-dist-info-metadata"]
        .iter()
        .find_map(|name| value.get(*name))
        .map_or(Sidecar::None, sidecar);
    File {
        name: text("filename").unwrap_or_default(),
        version: String::new(),
        url: text("url").unwrap_or_default(),
        digests,
        requires_python: text("requires-python"),
        size: value.get("size").and_then(Value::as_u64),
        upload_time: text("upload-time"),
        yanked,
        sidecar,
    }
}

fn sidecar(value: &Value) -> Sidecar {
    match value {
        Value::Bool(true) => Sidecar::Unproven,
        Value::Object(digests) => {
            let sha256 = digests.get("sha256").and_then(Value::as_str).unwrap_or_default();
            Sidecar::of_attribute(&format!("sha256={sha256}"))
        }
        _ => Sidecar::None,
    }
}
