//! What is known of a version: from its nuspec, from the registration of a registry, and as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::range::Range;
use super::version::Version;

/// Longest text that is taken from a registration.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Most dependencies of a version.
pub(super) const DEPENDENCIES_MAX: usize = 5000;

/// What a version says of itself; empty texts say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// The id as its publisher spells it.
    pub id: String,
    /// The whole version, with metadata of its build.
    pub version: String,
    /// What people call it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Who made it, separated by commas.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authors: String,
    /// Who owns it, likewise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owners: String,
    /// What it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The same in one line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What is new.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub release_notes: String,
    /// Who holds the rights.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub copyright: String,
    /// Its language.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Words to find it by. They are stored under the name that searches look at.
    #[serde(rename = "keywords", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it is at home.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub project_url: String,
    /// Where a picture of it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub icon_url: String,
    /// The picture in the package.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub icon: String,
    /// Where its license is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub license_url: String,
    /// Its license as an SPDX expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub license_expression: String,
    /// The license in the package.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub license_file: String,
    /// The readme in the package.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub readme: String,
    /// Where its source is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repository_url: String,
    /// What the source is kept with.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repository_type: String,
    /// Which state of the source it was made of.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repository_commit: String,
    /// The oldest client that understands it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub min_client_version: String,
    /// Whether somebody has to accept the license first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_license_acceptance: bool,
    /// Whether it is for developers of a project only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub development_dependency: bool,
    /// What it needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependency_groups: Vec<DependencyGroup>,
    /// What kinds of package it is; a plain dependency where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub package_types: Vec<PackageType>,
    /// SHA-512 of the package in base64, once its bytes were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_hash: Option<String>,
    /// Its length in bytes, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_size: Option<u64>,
}

/// What a version needs for one framework.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DependencyGroup {
    /// The framework; all where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// The packages.
    pub dependencies: Vec<Needed>,
}

/// A package that a version needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Needed {
    /// Its id.
    pub id: String,
    /// Which versions will do, as it is spelled.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub range: String,
}

/// A kind of package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PackageType {
    /// Its name: `Dependency`, `DotnetTool`, `Template`.
    pub name: String,
    /// Its version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

impl Needed {
    /// The range as registrations spell it; as it stands where it is none.
    pub fn spelled_range(&self) -> String {
        Range::parse(&self.range).map_or_else(|| self.range.clone(), |range| range.to_string())
    }
}

impl Entry {
    /// Reads what is stored; what cannot be read says nothing.
    pub fn stored(manifest: &str) -> Self {
        serde_json::from_str(manifest).unwrap_or_default()
    }

    /// The text that is stored.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether only clients that know semantic versioning 2.0.0 understand it.
    pub fn is_semver2(&self) -> bool {
        let needed = self.dependency_groups.iter().flat_map(|group| &group.dependencies);
        let mut ranges = needed.filter_map(|needed| Range::parse(&needed.range));
        Version::parse(&self.version).is_some_and(|version| version.is_semver2())
            || ranges.any(|range| range.is_semver2())
    }

    /// Whether it is of a kind, letter case aside.
    pub fn is_of_type(&self, wanted: &str) -> bool {
        if self.package_types.is_empty() {
            return wanted.eq_ignore_ascii_case("Dependency");
        }
        self.package_types.iter().any(|kind| kind.name.eq_ignore_ascii_case(wanted))
    }

    /// Reads the `catalogEntry` of a registration.
    pub(super) fn of_catalog(of: &Map<String, Value>) -> Self {
        let text = |member: &str| joined(of.get(member), ", ");
        let groups = of.get("dependencyGroups").and_then(Value::as_array);
        Self {
            id: text("id"),
            version: text("version"),
            title: text("title"),
            authors: text("authors"),
            owners: text("owners"),
            description: text("description"),
            summary: text("summary"),
            release_notes: text("releaseNotes"),
            copyright: text("copyright"),
            language: text("language"),
            tags: tags(&joined(of.get("tags"), " ")),
            project_url: text("projectUrl"),
            icon_url: text("iconUrl"),
            license_url: text("licenseUrl"),
            license_expression: text("licenseExpression"),
            license_file: text("licenseFile"),
            min_client_version: text("minClientVersion"),
            require_license_acceptance: truth(of.get("requireLicenseAcceptance")),
            dependency_groups: groups
                .into_iter()
                .flatten()
                .filter_map(group)
                .take(DEPENDENCIES_MAX)
                .collect(),
            package_types: types(of.get("packageTypes")),
            package_hash: hash(of),
            package_size: of.get("packageSize").and_then(Value::as_u64),
            ..Self::default()
        }
    }

    /// How much memory it takes, roughly.
    pub fn bytes(&self) -> usize {
        let dependencies = self.dependency_groups.iter().flat_map(|group| &group.dependencies);
        let texts = [&self.description, &self.summary, &self.release_notes, &self.authors, &self.title];
        size_of::<Self>()
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + dependencies.map(|one| one.id.len() + one.range.len() + size_of::<Needed>()).sum::<usize>()
            + self.tags.iter().map(|tag| tag.len() + size_of::<String>()).sum::<usize>()
            + 512
    }
}

/// The SHA-512 that a registry states, in base64.
pub(super) fn hash(of: &Map<String, Value>) -> Option<String> {
    let algorithm = of.get("packageHashAlgorithm").and_then(Value::as_str)?;
    let hash = of.get("packageHash").and_then(Value::as_str)?;
    algorithm.eq_ignore_ascii_case("SHA512").then(|| hash.to_owned())
}

/// Splits words that are separated by blanks, commas or semicolons.
pub(super) fn tags(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    words.filter(|word| !word.is_empty()).take(200).map(str::to_owned).collect()
}

/// A text, or a list of texts as one.
fn joined(value: Option<&Value>, separator: &str) -> String {
    let mut text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(several)) => {
            let texts: Vec<&str> = several.iter().filter_map(Value::as_str).take(200).collect();
            texts.join(separator)
        }
        _ => String::new(),
    };
    if text.len() > TEXT_BYTES_MAX {
        let end = (0..=TEXT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

fn truth(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(truth)) => *truth,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn group(of: &Value) -> Option<DependencyGroup> {
    let of = of.as_object()?;
    let text = |of: &Map<String, Value>, member: &str| {
        of.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let needed = of.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let needed = needed.filter_map(|one| {
        let one = one.as_object()?;
        Some(Needed { id: text(one, "id")?, range: text(one, "range").unwrap_or_default() })
    });
    let dependencies = needed.take(DEPENDENCIES_MAX).collect();
    Some(DependencyGroup { target_framework: text(of, "targetFramework"), dependencies })
}

fn types(value: Option<&Value>) -> Vec<PackageType> {
    let one = |of: &Value| {
        let text = |member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
        Some(PackageType { name: text("name")?, version: text("version").unwrap_or_default() })
    };
    value.and_then(Value::as_array).into_iter().flatten().take(20).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_registration_gives_what_it_has() {
        let of = json!({
            "id": "Acme.Kit", "version": "1.0.0+a", "authors": ["A", "B"], "tags": "x y", "listed": true,
            "requireLicenseAcceptance": "true", "packageHash": "AAAA", "packageHashAlgorithm": "SHA512",
            "dependencyGroups": [{"targetFramework": ".NETStandard2.0", "dependencies": [
                {"id": "Other", "range": "[1.0.0, )"}, {"range": "x"}]}, {}, 5],
            "packageTypes": [{"name": "DotnetTool"}], "description": 7, "title": null,
        });
        let entry = Entry::of_catalog(of.as_object().unwrap());
        assert_eq!((entry.authors.as_str(), entry.tags.len(), entry.description.as_str()), ("A, B", 2, ""));
        assert!(entry.require_license_acceptance && entry.is_semver2());
        assert!(entry.is_of_type("dotnettool") && !entry.is_of_type("Dependency"));
        assert_eq!(entry.dependency_groups.len(), 2);
        assert_eq!(entry.dependency_groups[0].dependencies.len(), 1);
        assert_eq!(entry.package_hash.as_deref(), Some("AAAA"));
        assert_eq!(Entry::stored(&entry.to_stored()), entry);
        assert_eq!(Entry::stored("no json"), Entry::default());
    }

    #[test]
    fn what_a_version_needs_makes_it_one_of_semantic_versioning_2() {
        let needing = |range: &str| {
            let dependencies = vec![Needed { id: "a".into(), range: range.into() }];
            let group = DependencyGroup { target_framework: None, dependencies };
            Entry { version: "1.0.0".into(), dependency_groups: vec![group], ..Entry::default() }.is_semver2()
        };
        assert!(!needing("1.0.0-beta") && needing("1.0.0-beta.1") && !needing("any"));
    }
}
