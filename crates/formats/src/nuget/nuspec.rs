//! The nuspec: what a package says of itself, as XML in the root of its archive.

use std::fmt;

use super::entry::{DEPENDENCIES_MAX, DependencyGroup, Entry, Needed, PackageType, tags};
use super::id::{BadId, PackageId};
use super::version::Version;
use crate::xml::{Element, XmlError};

/// Longest nuspec that is read: the gallery's limit.
pub const NUSPEC_BYTES_MAX: usize = 1 << 20;

/// A nuspec that was read.
#[derive(Debug, Clone)]
pub struct Nuspec {
    /// The id.
    pub id: PackageId,
    /// The version.
    pub version: Version,
    /// Everything it says.
    pub entry: Entry,
}

/// Why a nuspec is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NuspecError {
    /// It cannot be read.
    Xml(XmlError),
    /// It lacks something.
    Lacks(&'static str),
    /// Its id is none.
    Id(BadId),
    /// Its version is none; gives what stands there.
    Version(String),
}

impl fmt::Display for NuspecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(error) => write!(f, "the nuspec of the package cannot be read: {error}"),
            Self::Lacks(what) => write!(f, "the nuspec of the package has no {what}"),
            Self::Id(error) => write!(f, "the id in the nuspec of the package is none: {error}"),
            Self::Version(text) => {
                write!(
                    f,
                    "the version {text:?} in the nuspec of the package is none: NuGet takes 1.2.3[.4][-label]"
                )
            }
        }
    }
}

impl std::error::Error for NuspecError {}

impl Nuspec {
    /// Reads a nuspec.
    ///
    /// Errors in this order: no readable XML of a package, no metadata, no id or a bad one, no version or a bad one.
    pub fn read(document: &[u8]) -> Result<Self, NuspecError> {
        let root = Element::read(document, NUSPEC_BYTES_MAX, "package").map_err(NuspecError::Xml)?;
        let metadata = root.child("metadata").ok_or(NuspecError::Lacks("metadata"))?;
        let text = |name: &str| metadata.text_of(name).unwrap_or_default();
        let id = metadata.text_of("id").ok_or(NuspecError::Lacks("id"))?;
        let id = PackageId::parse(&id).map_err(NuspecError::Id)?;
        let spelled = metadata.text_of("version").ok_or(NuspecError::Lacks("version"))?;
        let version = Version::parse(&spelled)
            .ok_or_else(|| NuspecError::Version(spelled.chars().take(100).collect()))?;
        let license = metadata.child("license");
        let licensed = |kind: &str| {
            let of_kind = license.filter(|license| license.attribute("type") == Some(kind));
            of_kind.and_then(Element::text).unwrap_or_default().to_owned()
        };
        let repository = |name: &str| {
            let value = metadata.child("repository").and_then(|repository| repository.attribute(name));
            value.unwrap_or_default().to_owned()
        };
        let entry = Entry {
            id: id.spelled().to_owned(),
            version: version.full(),
            title: text("title"),
            authors: text("authors"),
            owners: text("owners"),
            description: text("description"),
            summary: text("summary"),
            release_notes: text("releaseNotes"),
            copyright: text("copyright"),
            language: text("language"),
            tags: tags(&text("tags")),
            project_url: text("projectUrl"),
            icon_url: text("iconUrl"),
            icon: text("icon"),
            license_url: text("licenseUrl"),
            license_expression: licensed("expression"),
            license_file: licensed("file"),
            readme: text("readme"),
            repository_url: repository("url"),
            repository_type: repository("type"),
            repository_commit: repository("commit"),
            min_client_version: metadata.attribute("minClientVersion").unwrap_or_default().to_owned(),
            require_license_acceptance: text("requireLicenseAcceptance").eq_ignore_ascii_case("true"),
            development_dependency: text("developmentDependency").eq_ignore_ascii_case("true"),
            dependency_groups: groups(metadata),
            package_types: types(metadata),
            package_hash: None,
            package_size: None,
        };
        Ok(Self { id, version, entry })
    }
}

/// What a package needs: by framework, or in the older way for all of them.
fn groups(metadata: &Element) -> Vec<DependencyGroup> {
    let Some(list) = metadata.child("dependencies") else { return Vec::new() };
    let groups = list.children("group").map(|group| DependencyGroup {
        target_framework: group.attribute("targetFramework").map(str::to_owned),
        dependencies: needed(group),
    });
    let mut groups: Vec<DependencyGroup> = groups.take(DEPENDENCIES_MAX).collect();
    let for_all = needed(list);
    if groups.is_empty() && !for_all.is_empty() {
        groups.push(DependencyGroup { target_framework: None, dependencies: for_all });
    }
    groups
}

fn needed(list: &Element) -> Vec<Needed> {
    let needed = list.children("dependency").filter_map(|dependency| {
        let range = dependency.attribute("version").unwrap_or_default().to_owned();
        Some(Needed { id: dependency.attribute("id")?.to_owned(), range })
    });
    needed.take(DEPENDENCIES_MAX).collect()
}

fn types(metadata: &Element) -> Vec<PackageType> {
    let types = metadata.list("packageTypes", "packageType").filter_map(|kind| {
        let version = kind.attribute("version").unwrap_or_default().to_owned();
        Some(PackageType { name: kind.attribute("name")?.to_owned(), version })
    });
    types.take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUSPEC: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata minClientVersion="2.12">
    <id>Acme.Kit</id><version>1.02.0.0-Beta.1+sha.5</version>
    <title>Kit</title><authors>A, B</authors><owners>A</owners>
    <license type="expression">MIT</license><licenseUrl>https://licenses.example/MIT</licenseUrl>
    <icon>images/icon.png</icon><readme>docs\README.md</readme>
    <projectUrl>https://acme.example/</projectUrl><requireLicenseAcceptance>true</requireLicenseAcceptance>
    <description>A kit &amp; more</description><tags>one two,three</tags>
    <repository type="git" url="https://git.example/kit" commit="abc"/>
    <packageTypes><packageType name="DotnetTool"/></packageTypes>
    <dependencies>
      <group targetFramework=".NETStandard2.0"><dependency id="Other" version="[1.0,2.0)" exclude="Build"/></group>
      <group targetFramework="net6.0"/>
    </dependencies>
  </metadata>
</package>"#;

    #[test]
    fn a_nuspec_is_read() {
        let nuspec = Nuspec::read(NUSPEC.as_bytes()).unwrap();
        assert_eq!((nuspec.id.lower(), nuspec.version.normalised().as_str()), ("acme.kit", "1.2.0-beta.1"));
        let entry = nuspec.entry;
        assert_eq!((entry.id.as_str(), entry.version.as_str()), ("Acme.Kit", "1.2.0-Beta.1+sha.5"));
        assert_eq!((entry.license_expression.as_str(), entry.license_file.as_str()), ("MIT", ""));
        assert_eq!(
            (entry.repository_url.as_str(), entry.readme.as_str()),
            ("https://git.example/kit", "docs\\README.md")
        );
        assert_eq!((entry.tags.len(), entry.min_client_version.as_str()), (3, "2.12"));
        assert_eq!(entry.description, "A kit & more");
        assert!(entry.require_license_acceptance && entry.is_of_type("DotnetTool"));
        assert_eq!(entry.dependency_groups.len(), 2);
        let needed = &entry.dependency_groups[0].dependencies[0];
        assert_eq!((needed.id.as_str(), needed.spelled_range().as_str()), ("Other", "[1.0.0, 2.0.0)"));
    }

    #[test]
    fn the_older_way_to_name_dependencies_is_read() {
        let old = "<package><metadata><id>a</id><version>1</version><license type='file'>L.txt</license><dependencies>\
                   <dependency id='b' version='1.0'/><dependency id='c'/></dependencies></metadata></package>";
        let entry = Nuspec::read(old.as_bytes()).unwrap().entry;
        assert_eq!(entry.dependency_groups.len(), 1);
        assert_eq!(entry.dependency_groups[0].target_framework, None);
        assert_eq!(entry.dependency_groups[0].dependencies[1].spelled_range(), "(, )");
        assert_eq!(entry.license_file, "L.txt");
    }

    #[test]
    fn what_lacks_id_or_version_is_refused() {
        let read =
            |metadata: &str| Nuspec::read(format!("<package>{metadata}</package>").as_bytes()).unwrap_err();
        assert_eq!(read(""), NuspecError::Lacks("metadata"));
        assert_eq!(read("<metadata/>"), NuspecError::Lacks("id"));
        assert_eq!(read("<metadata><id>a b</id></metadata>"), NuspecError::Id(BadId));
        assert_eq!(read("<metadata><id>a</id></metadata>"), NuspecError::Lacks("version"));
        let bad = read("<metadata><id>a</id><version>$version$</version></metadata>");
        assert_eq!(bad, NuspecError::Version("$version$".into()));
        assert!(matches!(Nuspec::read(b"<project/>"), Err(NuspecError::Xml(_))));
    }
}
