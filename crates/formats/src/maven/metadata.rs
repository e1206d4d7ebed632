//! `maven-metadata.xml`: which versions a package has, which builds a snapshot, which plugins a group.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::snapshot::{Build, FileKind};
use super::version::{self, compare};
use crate::xml::{Element, XmlError, escaped};

/// Longest document: that of a package with ten thousand versions has half a megabyte.
pub const METADATA_BYTES_MAX: usize = 8 << 20;

/// What a document says; what it does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The group of the package.
    pub group: Option<String>,
    /// The artifact of the package.
    pub artifact: Option<String>,
    /// The snapshot whose builds it lists.
    pub version: Option<String>,
    /// The newest version.
    pub latest: Option<String>,
    /// The newest version that is not in the making.
    pub release: Option<String>,
    /// All versions.
    pub versions: Vec<String>,
    /// When it last changed: `20210728194552`.
    pub last_updated: Option<String>,
    /// The time and number of the newest build.
    pub snapshot: Option<(String, String)>,
    /// The files of the newest builds.
    pub snapshot_versions: Vec<SnapshotVersion>,
    /// The plugins of the group.
    pub plugins: Vec<Plugin>,
}

/// The newest build that has a file of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotVersion {
    /// What kind of file.
    pub kind: FileKind,
    /// The version of the build.
    pub value: String,
}

/// A plugin of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// What people call it.
    pub name: Option<String>,
    /// What comes before the colon on a command line.
    pub prefix: String,
    /// Its artifact.
    pub artifact: String,
}

impl Plugin {
    /// The plugin that an artifact is by its name, as Maven's own default for prefixes has it: `x-maven-plugin` and
    /// `maven-x-plugin` are called `x`.
    pub fn of_artifact(artifact: &str) -> Option<Self> {
        let prefix = match artifact {
            "maven-plugin-plugin" => "plugin",
            other => other
                .strip_suffix("-maven-plugin")
                .or_else(|| other.strip_prefix("maven-").and_then(|rest| rest.strip_suffix("-plugin")))
                .filter(|prefix| !prefix.is_empty())?,
        };
        Some(Self { name: None, prefix: prefix.to_owned(), artifact: artifact.to_owned() })
    }
}

impl Metadata {
    /// Reads a document.
    pub fn read(document: &[u8]) -> Result<Self, XmlError> {
        let root = Element::read(document, METADATA_BYTES_MAX, "metadata")?;
        let nothing = Element::default();
        let versioning = root.child("versioning").unwrap_or(&nothing);
        let snapshot = versioning
            .child("snapshot")
            .and_then(|snapshot| Some((snapshot.text_of("timestamp")?, snapshot.text_of("buildNumber")?)));
        let files = versioning.list("snapshotVersions", "snapshotVersion");
        let plugins = root.list("plugins", "plugin").filter_map(|plugin| {
            let (prefix, artifact) = (plugin.text_of("prefix")?, plugin.text_of("artifactId")?);
            Some(Plugin { name: plugin.text_of("name"), prefix, artifact })
        });
        Ok(Self {
            group: root.text_of("groupId"),
            artifact: root.text_of("artifactId"),
            version: root.text_of("version"),
            latest: versioning.text_of("latest"),
            release: versioning.text_of("release"),
            versions: versioning
                .list("versions", "version")
                .filter_map(|version| version.text().map(str::to_owned))
                .collect(),
            last_updated: versioning.text_of("lastUpdated"),
            snapshot,
            snapshot_versions: files.filter_map(snapshot_version).collect(),
            plugins: plugins.collect(),
        })
    }

    /// The document of a package that has these versions: sorted, each once.
    ///
    /// The newest version and the newest release are the highest among those that are named as such; so a registry's own
    /// word for its versions stays. `None` without versions and plugins.
    pub fn of_versions(
        (group, artifact): (&str, &str),
        mut versions: Vec<String>,
        newest: &[String],
        last_updated: Option<String>,
    ) -> Option<Self> {
        version::sort(&mut versions);
        if versions.is_empty() {
            return None;
        }
        let listed = |version: &&String| versions.contains(*version);
        let highest = |of: &mut dyn Iterator<Item = &String>| of.max_by(|a, b| compare(a, b)).cloned();
        let is_release = |version: &&String| !super::snapshot::is_snapshot(version);
        let latest = highest(&mut newest.iter().filter(listed)).or_else(|| versions.last().cloned());
        let release = highest(&mut newest.iter().filter(listed).filter(is_release))
            .or_else(|| versions.iter().rfind(is_release).cloned());
        Some(Self {
            group: Some(group.to_owned()),
            artifact: Some(artifact.to_owned()),
            latest,
            release,
            versions,
            last_updated,
            ..Self::default()
        })
    }

    /// The document of a snapshot whose files are named so; `None` when no name is that of a build's file.
    ///
    /// Of each kind of file the newest build counts.
    pub fn of_snapshot<'a>(
        (group, artifact): (&str, &str),
        snapshot: &str,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Option<Self> {
        let mut newest: BTreeMap<FileKind, Build> = BTreeMap::new();
        for file in files {
            let Some((build, rest)) = Build::of_file(artifact, snapshot, file) else { continue };
            let Some(kind) = FileKind::parse(rest) else { continue };
            let present = newest.entry(kind).or_insert_with(|| build.clone());
            if build.order(present).is_gt() {
                *present = build;
            }
        }
        let last = newest.values().max_by(|a, b| a.order(b))?;
        Some(Self {
            group: Some(group.to_owned()),
            artifact: Some(artifact.to_owned()),
            version: Some(snapshot.to_owned()),
            last_updated: Some(last.updated()),
            snapshot: Some((last.timestamp().to_owned(), last.number().to_string())),
            snapshot_versions: newest
                .iter()
                .map(|(kind, build)| SnapshotVersion { kind: kind.clone(), value: build.to_string() })
                .collect(),
            ..Self::default()
        })
    }

    /// Adds the plugins of another document; of a prefix the first document's counts.
    pub fn add_plugins(&mut self, other: &[Plugin]) {
        for plugin in other {
            if !self.plugins.iter().any(|known| known.prefix == plugin.prefix) {
                self.plugins.push(plugin.clone());
            }
        }
    }

    /// Writes the document.
    pub fn write(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata");
        text.push_str(if self.snapshot.is_some() { " modelVersion=\"1.1.0\">\n" } else { ">\n" });
        element(&mut text, 2, "groupId", self.group.as_deref());
        element(&mut text, 2, "artifactId", self.artifact.as_deref());
        element(&mut text, 2, "version", self.version.as_deref());
        if !self.versions.is_empty() || self.snapshot.is_some() {
            self.write_versioning(&mut text);
        }
        if !self.plugins.is_empty() {
            text.push_str("  <plugins>\n");
            for plugin in &self.plugins {
                text.push_str("    <plugin>\n");
                element(&mut text, 6, "name", plugin.name.as_deref());
                element(&mut text, 6, "prefix", Some(&plugin.prefix));
                element(&mut text, 6, "artifactId", Some(&plugin.artifact));
                text.push_str("    </plugin>\n");
            }
            text.push_str("  </plugins>\n");
        }
        text.push_str("</metadata>\n");
        text
    }

    fn write_versioning(&self, text: &mut String) {
        text.push_str("  <versioning>\n");
        element(text, 4, "latest", self.latest.as_deref());
        element(text, 4, "release", self.release.as_deref());
        if let Some((timestamp, number)) = &self.snapshot {
            text.push_str("    <snapshot>\n");
            element(text, 6, "timestamp", Some(timestamp));
            element(text, 6, "buildNumber", Some(number));
            text.push_str("    </snapshot>\n");
        }
        if !self.versions.is_empty() {
            text.push_str("    <versions>\n");
            for version in &self.versions {
                element(text, 6, "version", Some(version));
            }
            text.push_str("    </versions>\n");
        }
        element(text, 4, "lastUpdated", self.last_updated.as_deref());
        if !self.snapshot_versions.is_empty() {
            text.push_str("    <snapshotVersions>\n");
            for file in &self.snapshot_versions {
                text.push_str("      <snapshotVersion>\n");
                let classifier = Some(file.kind.classifier.as_str()).filter(|text| !text.is_empty());
                element(text, 8, "classifier", classifier);
                element(text, 8, "extension", Some(&file.kind.extension));
                element(text, 8, "value", Some(&file.value));
                element(
                    text,
                    8,
                    "updated",
                    Build::parse(&file.value).map(|build| build.updated()).as_deref(),
                );
                text.push_str("      </snapshotVersion>\n");
            }
            text.push_str("    </snapshotVersions>\n");
        }
        text.push_str("  </versioning>\n");
    }
}

fn snapshot_version(element: &Element) -> Option<SnapshotVersion> {
    let (extension, value) = (element.text_of("extension")?, element.text_of("value")?);
    let classifier = element.text_of("classifier").unwrap_or_default();
    Some(SnapshotVersion { kind: FileKind { classifier, extension }, value })
}

fn element(text: &mut String, indent: usize, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = writeln!(text, "{:indent$}<{name}>{}</{name}>", "", escaped(value));
    }
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
