//! Version 2 of the protocol: feeds in Atom, for clients that know nothing newer (Chocolatey, `PowerShellGet` 2).

use std::fmt::Write as _;

use super::id::PackageId;
use super::listing::Listed;
use super::version::Version;
use crate::xml;

/// Whose documents these are.
const FEED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xml:base=\"";
const NAMESPACES: &str = "xmlns=\"http://www.w3.org/2005/Atom\" \
     xmlns:d=\"http://schemas.microsoft.com/ado/2007/08/dataservices\" \
     xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"";

/// A version in a feed, and what it is among all versions of its package.
#[derive(Debug, Clone)]
pub struct Item {
    /// The package.
    pub id: PackageId,
    /// The version.
    pub listed: Listed,
    /// Whether it is the newest one that is no pre-release.
    pub is_latest: bool,
    /// Whether it is the newest one.
    pub is_absolute_latest: bool,
}

/// Marks which of a package's versions are the newest of those that are listed.
pub fn items(id: &PackageId, versions: &[Listed]) -> Vec<Item> {
    let newest = |stable: bool| {
        let of = |listed: &&Listed| listed.is_listed && !(stable && listed.version.is_prerelease());
        versions.iter().rev().find(of).map(|listed| &listed.version)
    };
    let (latest, absolute) = (newest(true), newest(false));
    let item = |listed: &Listed| Item {
        id: id.clone(),
        is_latest: latest == Some(&listed.version),
        is_absolute_latest: absolute == Some(&listed.version),
        listed: listed.clone(),
    };
    versions.iter().map(item).collect()
}

/// A feed of versions; `next` is where it goes on.
pub fn feed(base: &str, title: &str, items: &[Item], count: Option<usize>, next: Option<&str>) -> String {
    let mut text = format!(
        "{FEED}{0}v2/\" {NAMESPACES}><id>{0}v2/{title}</id><title type=\"text\">{title}</title>\
         <updated>{1}</updated><link rel=\"self\" title=\"{title}\" href=\"{title}\"/>",
        escaped(base),
        items
            .iter()
            .filter_map(|item| item.listed.published.as_deref())
            .max()
            .unwrap_or("1970-01-01T00:00:00Z"),
    );
    if let Some(count) = count {
        let _ = write!(text, "<m:count>{count}</m:count>");
    }
    for item in items {
        entry(&mut text, base, item, "");
    }
    if let Some(next) = next {
        let _ = write!(text, "<link rel=\"next\" href=\"{}\"/>", attribute(next));
    }
    text.push_str("</feed>");
    text
}

/// The document of one version.
pub fn single(base: &str, item: &Item) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    let around = format!(" xml:base=\"{}v2/\" {NAMESPACES}", attribute(base));
    entry(&mut text, base, item, &around);
    text
}

fn entry(text: &mut String, base: &str, item: &Item, around: &str) {
    let (listed, of) = (&item.listed, &*item.listed.entry);
    let version = &listed.version;
    let address = format!("{base}v2/Packages(Id='{}',Version='{version}')", of.id);
    let content = format!("{base}v2/package/{}/{version}", of.id);
    let title = if of.title.is_empty() { &of.id } else { &of.title };
    let updated = listed.published.as_deref().unwrap_or("1970-01-01T00:00:00Z");
    let _ = write!(
        text,
        "<entry{around}><id>{}</id>\
         <category term=\"NuGetGallery.OData.V2FeedPackage\" \
         scheme=\"http://schemas.microsoft.com/ado/2007/08/dataservices/scheme\"/>\
         <title type=\"text\">{}</title><summary type=\"text\">{}</summary><updated>{updated}</updated>\
         <author><name>{}</name></author><content type=\"application/zip\" src=\"{}\"/><m:properties>",
        escaped(&address),
        escaped(&of.id),
        escaped(&of.summary),
        escaped(&of.authors),
        attribute(&content),
    );
    let tags = of.tags.join(" ");
    let dependencies = dependencies(listed);
    let full = if of.version.is_empty() { version.full() } else { of.version.clone() };
    for (name, value) in [
        ("Id", of.id.as_str()),
        ("Version", &full),
        ("NormalizedVersion", &version.normalised()),
        ("Title", title),
        ("Authors", &of.authors),
        ("Copyright", &of.copyright),
        ("Description", &of.description),
        ("Dependencies", &dependencies),
        ("Summary", &of.summary),
        ("ReleaseNotes", &of.release_notes),
        ("Language", &of.language),
        ("Tags", &tags),
        ("IconUrl", &of.icon_url),
        ("LicenseUrl", &of.license_url),
        ("ProjectUrl", &of.project_url),
        ("MinClientVersion", &of.min_client_version),
    ] {
        string(text, name, value);
    }
    if let Some(hash) = &of.package_hash {
        string(text, "PackageHash", hash);
        string(text, "PackageHashAlgorithm", "SHA512");
    }
    for (name, kind, value) in [
        ("PackageSize", "Int64", of.package_size.unwrap_or_default().to_string()),
        ("DownloadCount", "Int32", "0".to_owned()),
        ("VersionDownloadCount", "Int32", "0".to_owned()),
        ("Created", "DateTime", updated.to_owned()),
        ("LastUpdated", "DateTime", updated.to_owned()),
        // What is not listed was published in 1900: so says the protocol.
        ("Published", "DateTime", if listed.is_listed { updated } else { "1900-01-01T00:00:00Z" }.to_owned()),
        ("IsPrerelease", "Boolean", version.is_prerelease().to_string()),
        ("IsLatestVersion", "Boolean", item.is_latest.to_string()),
        ("IsAbsoluteLatestVersion", "Boolean", item.is_absolute_latest.to_string()),
        ("Listed", "Boolean", listed.is_listed.to_string()),
        ("RequireLicenseAcceptance", "Boolean", of.require_license_acceptance.to_string()),
        ("DevelopmentDependency", "Boolean", of.development_dependency.to_string()),
    ] {
        let _ = write!(text, "<d:{name} m:type=\"Edm.{kind}\">{value}</d:{name}>");
    }
    text.push_str("</m:properties></entry>");
}

fn string(text: &mut String, name: &str, value: &str) {
    let _ = if value.is_empty() {
        write!(text, "<d:{name} m:null=\"true\"/>")
    } else {
        write!(text, "<d:{name}>{}</d:{name}>", escaped(value))
    };
}

/// A text without what no XML document may have.
fn printable(text: &str) -> String {
    let sound = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    text.chars().filter(sound).collect()
}

/// A text as it stands in a document.
fn escaped(text: &str) -> String {
    xml::escaped(&printable(text)).into_owned()
}

fn attribute(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

/// `id:range:framework|…`; a framework that needs nothing is named alone.
fn dependencies(listed: &Listed) -> String {
    let mut all = Vec::new();
    for group in &listed.entry.dependency_groups {
        let framework = group.target_framework.as_deref().unwrap_or_default();
        if group.dependencies.is_empty() {
            all.push(format!("::{framework}"));
        }
        for needed in &group.dependencies {
            all.push(format!("{}:{}:{framework}", needed.id, needed.spelled_range()));
        }
    }
    all.join("|")
}

/// What the feeds are called.
pub fn service_document(base: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service xml:base=\"{}v2/\" \
         xmlns=\"http://www.w3.org/2007/app\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><workspace>\
         <atom:title>Default</atom:title><collection href=\"Packages\"><atom:title>Packages</atom:title></collection>\
         </workspace></service>",
        attribute(base)
    )
}

/// What entries of the feeds are made of: name, type, whether it may be missing.
const PROPERTIES: [(&str, &str, bool); 30] = [
    ("Id", "String", false),
    ("Version", "String", false),
    ("NormalizedVersion", "String", true),
    ("Authors", "String", true),
    ("Copyright", "String", true),
    ("Created", "DateTime", false),
    ("Dependencies", "String", true),
    ("Description", "String", true),
    ("DownloadCount", "Int32", false),
    ("IconUrl", "String", true),
    ("IsLatestVersion", "Boolean", false),
    ("IsAbsoluteLatestVersion", "Boolean", false),
    ("IsPrerelease", "Boolean", false),
    ("Language", "String", true),
    ("LastUpdated", "DateTime", false),
    ("LicenseUrl", "String", true),
    ("Listed", "Boolean", false),
    ("MinClientVersion", "String", true),
    ("PackageHash", "String", true),
    ("PackageHashAlgorithm", "String", true),
    ("PackageSize", "Int64", false),
    ("ProjectUrl", "String", true),
    ("Published", "DateTime", false),
    ("ReleaseNotes", "String", true),
    ("RequireLicenseAcceptance", "Boolean", false),
    ("DevelopmentDependency", "Boolean", false),
    ("Summary", "String", true),
    ("Tags", "String", true),
    ("Title", "String", true),
    ("VersionDownloadCount", "Int32", false),
];

/// What entries of the feeds are made of, and which questions may be asked.
pub fn metadata() -> String {
    let mut properties = String::new();
    for (name, kind, empty) in PROPERTIES {
        let _ = write!(properties, "<Property Name=\"{name}\" Type=\"Edm.{kind}\" Nullable=\"{empty}\"/>");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <edmx:Edmx Version=\"1.0\" xmlns:edmx=\"http://schemas.microsoft.com/ado/2007/06/edmx\">\
         <edmx:DataServices m:DataServiceVersion=\"2.0\" m:MaxDataServiceVersion=\"2.0\" \
         xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">\
         <Schema Namespace=\"NuGetGallery.OData\" xmlns=\"http://schemas.microsoft.com/ado/2006/04/edm\">\
         <EntityType Name=\"V2FeedPackage\" m:HasStream=\"true\"><Key><PropertyRef Name=\"Id\"/>\
         <PropertyRef Name=\"Version\"/></Key>{properties}</EntityType></Schema>\
         <Schema Namespace=\"NuGetGallery\" xmlns=\"http://schemas.microsoft.com/ado/2006/04/edm\">\
         <EntityContainer Name=\"V2FeedContext\" m:IsDefaultEntityContainer=\"true\">\
         <EntitySet Name=\"Packages\" EntityType=\"NuGetGallery.OData.V2FeedPackage\"/>\
         <FunctionImport Name=\"Search\" ReturnType=\"Collection(NuGetGallery.OData.V2FeedPackage)\" \
         EntitySet=\"Packages\" m:HttpMethod=\"GET\"><Parameter Name=\"searchTerm\" Type=\"Edm.String\"/>\
         <Parameter Name=\"targetFramework\" Type=\"Edm.String\"/>\
         <Parameter Name=\"includePrerelease\" Type=\"Edm.Boolean\"/></FunctionImport>\
         <FunctionImport Name=\"FindPackagesById\" ReturnType=\"Collection(NuGetGallery.OData.V2FeedPackage)\" \
         EntitySet=\"Packages\" m:HttpMethod=\"GET\"><Parameter Name=\"id\" Type=\"Edm.String\"/></FunctionImport>\
         </EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    )
}

/// What a filter of the feeds asks for, as far as clients use it; the rest is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only packages of this id.
    pub id: Option<String>,
    /// Only this version.
    pub version: Option<Version>,
    /// Only the newest that is no pre-release.
    pub latest: bool,
    /// Only the newest.
    pub absolute_latest: bool,
}

impl Filter {
    /// Reads a filter, decoded: comparisons that are joined by `and`.
    pub fn read(text: &str) -> Self {
        let mut filter = Self::default();
        let plain = text.replace(['(', ')'], " ");
        for part in plain.split(" and ") {
            let words: Vec<&str> = part.split_whitespace().collect();
            let quoted = |text: &str| text.trim_matches('\'').to_owned();
            match words.as_slice() {
                [.., "Id", "eq", value] => filter.id = Some(quoted(value)),
                [.., "Version" | "NormalizedVersion", "eq", value] => {
                    filter.version = Version::parse(&quoted(value));
                }
                ["IsLatestVersion", rest @ ..] => filter.latest = !rest.contains(&"false"),
                ["IsAbsoluteLatestVersion", rest @ ..] => filter.absolute_latest = !rest.contains(&"false"),
                _ => {}
            }
        }
        filter
    }

    /// Whether it lets a version through.
    pub fn admits(&self, item: &Item) -> bool {
        self.id.as_deref().is_none_or(|id| id.to_lowercase() == item.id.lower())
            && self.version.as_ref().is_none_or(|version| *version == item.listed.version)
            && (!self.latest || item.is_latest)
            && (!self.absolute_latest || item.is_absolute_latest)
    }
}

#[cfg(test)]
#[path = "atom_tests.rs"]
mod tests;
