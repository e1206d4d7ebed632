//! What a publish body asks for: a new version, or an edit of versions that are there.

use super::reader::{Attachment, Document};
use crate::npm::integrity::{Claim, ClaimError, Mismatch, TarballDigests};
use crate::npm::name::PackageName;
use crate::npm::provenance::{Provenance, ProvenanceError};
use crate::npm::version::{Version, is_dist_tag};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A publish body, understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A new version with its tarball.
    Publish(Box<Publication>),
    /// No tarball: deprecations and tags of versions that exist.
    Edit(Edit),
}

/// A version to be published, whose tarball is not yet proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// The version.
    pub version: Version,
    /// The tags that shall name it; `latest` when the client names none.
    pub dist_tags: Vec<String>,
    /// The readme, which is kept apart from the manifest.
    pub readme: Option<String>,
    /// The attachment that is the tarball.
    pub tarball: Attachment,
    /// The provenance bundle that came along.
    pub provenance: Option<Provenance>,
    manifest: Map<String, Value>,
    claim: Claim,
}

/// A publication whose tarball is what its manifest says.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The manifest as it is stored: no readme, hashes of our own, the tarball's path without a base URL.
    pub manifest: String,
}

/// An edit of versions that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Deprecation messages by version; an empty one takes the deprecation away. Versions without are not touched.
    pub deprecated: BTreeMap<String, String>,
    /// All tags, when the document has any.
    pub dist_tags: Option<BTreeMap<String, String>>,
    /// The versions that the document has, when it has any; what is missing was unpublished.
    pub versions: Option<Vec<String>>,
}

/// The rule of publishing that a body breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishError {
    /// A member that has to be there is not, or has another type.
    Member(&'static str),
    /// The document is about another package than the path.
    WrongName(String),
    /// There is not exactly one version to go with the tarball.
    VersionCount(usize),
    /// The version is not semantic.
    BadVersion(String),
    /// The manifest names another version than its place.
    WrongVersion(String),
    /// There is not exactly one tarball, or something that is neither tarball nor provenance.
    Attachments,
    /// A tag has a name that cannot be one.
    BadTag(String),
    /// A tag names a version that is not being published.
    ForeignTag(String),
    /// The manifest's hashes cannot be used.
    Claim(ClaimError),
    /// The manifest's hashes are not those of the tarball.
    Mismatch(Mismatch),
    /// The provenance is none, or not that of the tarball.
    Provenance(ProvenanceError),
}

impl std::fmt::Display for PublishError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(member) => write!(f, "{member} is missing or of the wrong type"),
            Self::WrongName(found) => {
                write!(f, "the document is about {found:?}, not about the package in the path")
            }
            Self::VersionCount(count) => {
                write!(f, "one version is published at a time, the document has {count}")
            }
            Self::BadVersion(version) => write!(f, "{version:?} is not a semantic version"),
            Self::WrongVersion(version) => {
                write!(f, "the manifest's version {version:?} is not that of its place")
            }
            Self::Attachments => f.write_str(
                "exactly one .tgz attachment and at most one .sigstore attachment belong to a version",
            ),
            Self::BadTag(tag) => write!(f, "{tag:?} cannot be a dist-tag"),
            Self::ForeignTag(tag) => write!(f, "dist-tag {tag:?} does not name the version being published"),
            Self::Claim(error) => error.fmt(f),
            Self::Mismatch(error) => error.fmt(f),
            Self::Provenance(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PublishError {}

impl Change {
    /// Reads what the document asks of the package in the path.
    ///
    /// Errors in the order they are checked: names, then for a publication attachments, versions, tags and hashes.
    pub fn read(name: &PackageName, document: Document) -> Result<Self, PublishError> {
        for member in ["name", "_id"] {
            match document.members.get(member) {
                None => {}
                Some(Value::String(found)) if found == name.as_str() => {}
                Some(Value::String(found)) => return Err(PublishError::WrongName(found.clone())),
                Some(_) => return Err(PublishError::Member(member)),
            }
        }
        if document.attachments.is_empty() {
            return Edit::read(&document.members).map(Self::Edit);
        }
        Publication::read(name, document).map(|publication| Self::Publish(Box::new(publication)))
    }
}

impl Publication {
    fn read(name: &PackageName, document: Document) -> Result<Self, PublishError> {
        let Document { mut members, attachments, provenance } = document;
        if !members.contains_key("name") && !members.contains_key("_id") {
            return Err(PublishError::Member("name"));
        }
        let tarball = sort(attachments)?;
        let provenance = provenance.map(Provenance::read).transpose().map_err(PublishError::Provenance)?;
        let Some(Value::Object(versions)) = members.remove("versions") else {
            return Err(PublishError::Member("versions"));
        };
        let count = versions.len();
        let (Some((key, manifest)), 1) = (versions.into_iter().next(), count) else {
            return Err(PublishError::VersionCount(count));
        };
        let Value::Object(mut manifest) = manifest else { return Err(PublishError::Member("versions")) };
        let version = Version::parse(&key).ok_or_else(|| PublishError::BadVersion(key.clone()))?;
        match manifest.get("version") {
            Some(Value::String(found)) if *found == key => {}
            Some(Value::String(found)) => return Err(PublishError::WrongVersion(found.clone())),
            _ => return Err(PublishError::Member("version")),
        }
        match manifest.get("name") {
            Some(Value::String(found)) if found == name.as_str() => {}
            Some(Value::String(found)) => return Err(PublishError::WrongName(found.clone())),
            _ => return Err(PublishError::Member("name")),
        }
        let dist_tags = own_tags(members.remove("dist-tags"), &key)?;
        let claim = claim(&manifest)?;
        let own_readme = manifest.remove("readme");
        let readme = [own_readme, members.remove("readme")].into_iter().flatten().find_map(text);
        manifest.insert("_id".to_owned(), format!("{name}@{key}").into());
        let path = name.tarball_path(&key);
        match manifest.entry("dist").or_insert_with(|| Map::new().into()) {
            Value::Object(dist) => {
                dist.insert("tarball".to_owned(), path.into());
                // Only what is kept here is announced.
                dist.remove("attestations");
                if let Some(provenance) = &provenance {
                    let mention = provenance.mention(&name.attestations_path(&key));
                    dist.insert("attestations".to_owned(), mention);
                }
            }
            _ => return Err(PublishError::Member("dist")),
        }
        Ok(Self { version, dist_tags, readme, tarball, provenance, manifest, claim })
    }

    /// Compares the manifest's hashes, and the provenance's, with those of the tarball as it arrived.
    pub fn verify(self, digests: &TarballDigests) -> Result<Verified, PublishError> {
        self.claim.verify(digests).map_err(PublishError::Mismatch)?;
        if let Some(provenance) = &self.provenance {
            provenance.verify(&digests.sha512_hex()).map_err(PublishError::Provenance)?;
        }
        let mut manifest = self.manifest;
        if let Some(Value::Object(dist)) = manifest.get_mut("dist") {
            dist.insert("integrity".to_owned(), digests.integrity().into());
            dist.insert("shasum".to_owned(), digests.shasum().into());
        }
        Ok(Verified { manifest: Value::Object(manifest).to_string() })
    }
}

impl Edit {
    fn read(members: &Map<String, Value>) -> Result<Self, PublishError> {
        let mut edit = Self::default();
        match members.get("versions") {
            None => {}
            Some(Value::Object(versions)) => {
                for (version, manifest) in versions {
                    if let Some(Value::String(message)) = manifest.get("deprecated") {
                        edit.deprecated.insert(version.clone(), message.clone());
                    }
                }
                edit.versions = Some(versions.keys().cloned().collect());
            }
            Some(_) => return Err(PublishError::Member("versions")),
        }
        match members.get("dist-tags") {
            None => {}
            Some(Value::Object(tags)) => {
                let mut all = BTreeMap::new();
                for (tag, version) in tags {
                    let version = version.as_str().ok_or(PublishError::Member("dist-tags"))?;
                    if !is_dist_tag(tag) {
                        return Err(PublishError::BadTag(tag.clone()));
                    }
                    all.insert(tag.clone(), version.to_owned());
                }
                edit.dist_tags = Some(all);
            }
            Some(_) => return Err(PublishError::Member("dist-tags")),
        }
        Ok(edit)
    }
}

/// Finds the tarball; beside it there may be one provenance bundle.
fn sort(attachments: Vec<Attachment>) -> Result<Attachment, PublishError> {
    let (mut tarball, mut provenance) = (None, None);
    for attachment in attachments {
        let extension = attachment.name.rsplit_once('.').map(|(_, extension)| extension);
        let place = match extension {
            Some("tgz") => &mut tarball,
            Some("sigstore") => &mut provenance,
            _ => return Err(PublishError::Attachments),
        };
        if place.replace(attachment).is_some() {
            return Err(PublishError::Attachments);
        }
    }
    tarball.ok_or(PublishError::Attachments)
}

/// The tags that name the version; `latest` when there are none.
fn own_tags(tags: Option<Value>, version: &str) -> Result<Vec<String>, PublishError> {
    let tags = match tags {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(tags)) => tags,
        Some(_) => return Err(PublishError::Member("dist-tags")),
    };
    let mut own = Vec::new();
    for (tag, named) in tags {
        if !is_dist_tag(&tag) {
            return Err(PublishError::BadTag(tag));
        }
        if named.as_str() != Some(version) {
            return Err(PublishError::ForeignTag(tag));
        }
        own.push(tag);
    }
    if own.is_empty() {
        own.push("latest".to_owned());
    }
    Ok(own)
}

fn claim(manifest: &Map<String, Value>) -> Result<Claim, PublishError> {
    let dist = manifest.get("dist");
    let claimed = |member: &'static str| match dist.and_then(|dist| dist.get(member)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(PublishError::Member("dist")),
    };
    Claim::parse(claimed("integrity")?, claimed("shasum")?).map_err(PublishError::Claim)
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
