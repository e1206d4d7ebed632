//! What is kept of a release beside its assets, and how releases are shown.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::metadata::Metadata;
use super::name::PackageId;

/// What is kept of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Release {
    /// The identifier as its publisher spelled it.
    #[serde(default)]
    pub id: String,
    /// SHA-256 of the source archive, in hexadecimal.
    #[serde(default)]
    pub checksum: String,
    /// Its signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signing>,
    /// The manifests by file name, with the version of the tools that each asks for.
    #[serde(default)]
    pub manifests: BTreeMap<String, String>,
    /// The metadata, as the JSON text that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
}

/// A signature of a source archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Signing {
    /// The signature.
    #[serde(rename = "signatureBase64Encoded")]
    pub signature: String,
    /// What it is: `cms-1.0.0`.
    #[serde(rename = "signatureFormat")]
    pub format: String,
}

#[derive(serde::Serialize)]
struct Resource<'a> {
    name: &'static str,
    #[serde(rename = "type")]
    media_type: &'static str,
    checksum: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<&'a Signing>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: String,
    version: &'a str,
    resources: [Resource<'a>; 1],
    metadata: &'a RawValue,
    published_at: &'a str,
}

impl Release {
    /// Reads what [`Release::write`] wrote; anything else is a release of which nothing is known.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Writes it for the store.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The metadata, empty if none came.
    pub fn read_metadata(&self) -> Metadata {
        let text = self.metadata.as_deref().unwrap_or("{}");
        Metadata::parse(text.as_bytes()).unwrap_or_default()
    }

    /// Shows the release as clients ask for it; times have whole seconds there.
    pub fn show(&self, package: &PackageId, version: &str, published_at: &str) -> String {
        let text = self.metadata.clone().unwrap_or_else(|| "{}".to_owned());
        let metadata = RawValue::from_string(text).unwrap_or_default();
        let shown = Shown {
            id: package.canonical().to_string(),
            version,
            resources: [Resource {
                name: "source-archive",
                media_type: "application/zip",
                checksum: &self.checksum,
                signing: self.signing.as_ref(),
            }],
            metadata: &metadata,
            published_at,
        };
        serde_json::to_string(&shown).unwrap_or_default()
    }
}

/// The releases of a package with their URLs, in the order in which they are shown.
struct Listed<'a>(&'a [(&'a str, String)]);

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = |url: &String| BTreeMap::from([("url", url.clone())]);
        serializer.collect_map(self.0.iter().map(|(version, url)| (version, entry(url))))
    }
}

/// Shows the releases of a package, in the order that is given.
pub fn show_all(releases: &[(&str, String)]) -> String {
    let mut shown = "{\"releases\":".to_owned();
    shown.push_str(&serde_json::to_string(&Listed(releases)).unwrap_or_default());
    shown.push('}');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_kept_and_shown() {
        let release = Release {
            id: "Mona.LinkedList".into(),
            checksum: "ab".into(),
            signing: Some(Signing { signature: "c2ln".into(), format: "cms-1.0.0".into() }),
            manifests: BTreeMap::from([("Package.swift".into(), "5.7".into())]),
            metadata: Some("{ \"z\": 1, \"a\": \"\u{e9}\" }".into()),
        };
        assert_eq!(Release::read(&release.write()), release);
        let package = PackageId::new("Mona", "LinkedList").unwrap();
        assert_eq!(
            release.show(&package, "1.0.0", "2026-01-01T00:00:00Z"),
            "{\"id\":\"mona.linkedlist\",\"version\":\"1.0.0\",\"resources\":[{\"name\":\"source-archive\",\
             \"type\":\"application/zip\",\"checksum\":\"ab\",\"signing\":{\"signatureBase64Encoded\":\"c2ln\",\
             \"signatureFormat\":\"cms-1.0.0\"}}],\"metadata\":{ \"z\": 1, \"a\": \"\u{e9}\" },\
             \"publishedAt\":\"2026-01-01T00:00:00Z\"}"
        );
        assert!(Release::default().show(&package, "1.0.0", "").contains("\"metadata\":{}"));
        assert_eq!(Release::read("nothing"), Release::default());
    }

    #[test]
    fn releases_keep_their_order() {
        let releases = [("2.0.0", "u2".to_owned()), ("10.0.0-a", "u10".to_owned())];
        assert_eq!(
            show_all(&releases),
            "{\"releases\":{\"2.0.0\":{\"url\":\"u2\"},\"10.0.0-a\":{\"url\":\"u10\"}}}"
        );
        assert_eq!(show_all(&[]), "{\"releases\":{}}");
    }
}
