//! The documents of version 3 of the protocol: service index, flat container, registrations, search.

use serde_json::{Map, Value, json};

use super::entry::Entry;
use super::id::PackageId;
use super::listing::Listed;
use super::version::Version;

/// How many versions a page of a registration has.
const PAGE_LEAVES: usize = 64;
/// Registrations with fewer versions than this come with all their pages inside.
const INLINE_LEAVES_MAX: usize = 128;

/// One of the hives of registrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hive {
    /// For the oldest clients.
    Plain,
    /// For those that unpack.
    Gzip,
    /// For those that know semantic versioning 2.0.0.
    Semver2,
}

impl Hive {
    /// All hives.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Gzip, Self::Semver2];

    /// Its folder below `v3/`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Plain => "registration",
            Self::Gzip => "registration-gz",
            Self::Semver2 => "registration-semver2",
        }
    }

    /// Whether it shows a version.
    pub fn shows(self, listed: &Listed) -> bool {
        self == Self::Semver2 || !listed.version.is_semver2() && !listed.entry.is_semver2()
    }
}

/// The URLs of one package in one repository.
#[derive(Debug, Clone, Copy)]
pub struct Urls<'a> {
    /// The repository's endpoint, with a slash at the end.
    pub base: &'a str,
    /// The package.
    pub id: &'a PackageId,
}

impl Urls<'_> {
    /// Where a version's package is.
    pub fn content(&self, version: &Version) -> String {
        let (base, id, version) = (self.base, self.id.lower(), version.normalised());
        format!("{base}v3/flatcontainer/{id}/{version}/{id}.{version}.nupkg")
    }

    fn file(&self, version: &Version, file: &str) -> String {
        format!("{}v3/flatcontainer/{}/{}/{file}", self.base, self.id.lower(), version.normalised())
    }

    fn hive(&self, hive: Hive) -> String {
        format!("{}v3/{}/{}/", self.base, hive.folder(), self.id.lower())
    }

    fn index(&self, hive: Hive) -> String {
        format!("{}index.json", self.hive(hive))
    }

    fn leaf(&self, hive: Hive, version: &Version) -> String {
        format!("{}{}.json", self.hive(hive), version.normalised())
    }
}

/// What clients read first: where everything is.
pub fn service_index(base: &str) -> Value {
    let resource = |kind: &str, path: &str, comment: &str| json!({"@id": format!("{base}{path}"), "@type": kind, "comment": comment});
    let (packages, plain) = ("Packages by id and version", "Registrations for clients of old");
    let (packed, all) = ("Registrations, packed", "Registrations with versions of SemVer 2.0.0, packed");
    let (search, completion) = ("Search", "Completion of ids and versions");
    let mut resources = vec![
        resource("PackageBaseAddress/3.0.0", "v3/flatcontainer/", packages),
        resource("RegistrationsBaseUrl", "v3/registration/", plain),
        resource("RegistrationsBaseUrl/3.0.0-beta", "v3/registration/", plain),
        resource("RegistrationsBaseUrl/3.0.0-rc", "v3/registration/", plain),
        resource("RegistrationsBaseUrl/3.4.0", "v3/registration-gz/", packed),
        resource("RegistrationsBaseUrl/3.6.0", "v3/registration-semver2/", all),
    ];
    let mut versioned = resource("RegistrationsBaseUrl/Versioned", "v3/registration-semver2/", all);
    versioned["clientVersion"] = json!("4.3.0-alpha");
    resources.push(versioned);
    for kind in ["", "/3.0.0-beta", "/3.0.0-rc", "/3.5.0"] {
        resources.push(resource(&format!("SearchQueryService{kind}"), "v3/query", search));
        resources.push(resource(&format!("SearchAutocompleteService{kind}"), "v3/autocomplete", completion));
    }
    resources.extend([
        resource("PackagePublish/2.0.0", "v3/package", "Push, unlist and relist"),
        resource("SymbolPackagePublish/4.9.0", "v3/symbolpackage", "Push of symbols"),
        resource(
            "ReadmeUriTemplate/6.13.0",
            "v3/flatcontainer/{lower_id}/{lower_version}/readme",
            "Readmes of packages",
        ),
        resource("LegacyGallery", "v2/", "Version 2 of the protocol"),
        resource("LegacyGallery/2.0.0", "v2/", "Version 2 of the protocol"),
    ]);
    json!({"version": "3.0.0", "resources": resources})
}

/// The versions of a package, also those that are not listed: clients look here before they download one by name.
pub fn flat_index(versions: &[Listed]) -> Value {
    let versions: Vec<String> = versions.iter().map(|listed| listed.version.normalised()).collect();
    json!({"versions": versions})
}

/// The index of a registration; `None` if the hive shows no version.
pub fn registration(urls: Urls<'_>, hive: Hive, versions: &[Listed]) -> Option<Value> {
    let shown: Vec<&Listed> = versions.iter().filter(|listed| hive.shows(listed)).collect();
    if shown.is_empty() {
        return None;
    }
    let inline = shown.len() < INLINE_LEAVES_MAX;
    let pages: Vec<Value> =
        shown.chunks(PAGE_LEAVES).map(|leaves| page_of(urls, hive, leaves, inline, inline)).collect();
    Some(json!({
        "@id": urls.index(hive),
        "@type": ["catalog:CatalogRoot", "PackageRegistration", "catalog:Permalink"],
        "count": pages.len(),
        "items": pages,
    }))
}

/// One page of a registration, by its first and last version; `None` if there is no such page.
pub fn page(urls: Urls<'_>, hive: Hive, versions: &[Listed], lower: &str, upper: &str) -> Option<Value> {
    let shown: Vec<&Listed> = versions.iter().filter(|listed| hive.shows(listed)).collect();
    let found =
        shown.chunks(PAGE_LEAVES).find(|leaves| bounds(leaves) == (lower.to_owned(), upper.to_owned()))?;
    Some(page_of(urls, hive, found, false, true))
}

fn bounds(leaves: &[&Listed]) -> (String, String) {
    let version =
        |listed: Option<&&Listed>| listed.map_or_else(String::new, |listed| listed.version.normalised());
    (version(leaves.first()), version(leaves.last()))
}

fn page_of(urls: Urls<'_>, hive: Hive, leaves: &[&Listed], inline: bool, with_leaves: bool) -> Value {
    let (lower, upper) = bounds(leaves);
    let address = if inline {
        format!("{}#page/{lower}/{upper}", urls.index(hive))
    } else {
        format!("{}page/{lower}/{upper}.json", urls.hive(hive))
    };
    let mut page = json!({
        "@id": address,
        "@type": "catalog:CatalogPage",
        "count": leaves.len(),
        "lower": lower,
        "upper": upper,
        "parent": urls.index(hive),
    });
    if with_leaves {
        page["items"] = leaves.iter().map(|listed| leaf_of(urls, hive, listed)).collect();
    }
    page
}

/// The leaf of one version; `None` if the hive does not show it.
pub fn leaf(urls: Urls<'_>, hive: Hive, versions: &[Listed], version: &Version) -> Option<Value> {
    let found = versions.iter().find(|listed| listed.version == *version && hive.shows(listed))?;
    let leaf = leaf_of(urls, hive, found);
    Some(json!({
        "@id": leaf["@id"],
        "@type": ["Package", "catalog:Permalink"],
        "catalogEntry": leaf["catalogEntry"],
        "listed": found.is_listed,
        "packageContent": leaf["packageContent"],
        "published": found.published,
        "registration": leaf["registration"],
    }))
}

fn leaf_of(urls: Urls<'_>, hive: Hive, listed: &Listed) -> Value {
    let address = urls.leaf(hive, &listed.version);
    let content = urls.content(&listed.version);
    json!({
        "@id": address,
        "@type": "Package",
        "commitTimeStamp": listed.published,
        "catalogEntry": catalog_entry(urls, hive, listed, &address, &content),
        "packageContent": content,
        "registration": urls.index(hive),
    })
}

fn catalog_entry(urls: Urls<'_>, hive: Hive, listed: &Listed, address: &str, content: &str) -> Value {
    let entry = &*listed.entry;
    let groups = entry.dependency_groups.iter().enumerate().map(|(place, group)| {
        let needed = group.dependencies.iter().map(|needed| {
            let mut one =
                json!({"@type": "PackageDependency", "id": needed.id, "range": needed.spelled_range()});
            if let Ok(id) = PackageId::parse(&needed.id) {
                one["registration"] = json!(Urls { base: urls.base, id: &id }.index(hive));
            }
            one
        });
        let needed: Vec<Value> = needed.collect();
        let mut of =
            json!({"@id": format!("{address}#dependencygroup/{place}"), "@type": "PackageDependencyGroup"});
        if !needed.is_empty() {
            of["dependencies"] = Value::Array(needed);
        }
        if let Some(framework) = &group.target_framework {
            of["targetFramework"] = json!(framework);
        }
        of
    });
    let mut of = json!({
        "@id": address,
        "@type": "PackageDetails",
        "id": entry.id,
        "version": entry.version,
        "authors": entry.authors,
        "description": entry.description,
        "iconUrl": icon_url(urls, listed),
        "language": entry.language,
        "licenseExpression": entry.license_expression,
        "licenseUrl": license_url(urls, listed),
        "listed": listed.is_listed,
        "minClientVersion": entry.min_client_version,
        "packageContent": content,
        "projectUrl": entry.project_url,
        "published": listed.published,
        "requireLicenseAcceptance": entry.require_license_acceptance,
        "summary": entry.summary,
        "tags": entry.tags,
        "title": entry.title,
    });
    let groups: Vec<Value> = groups.collect();
    let more = [
        (!groups.is_empty()).then_some(("dependencyGroups", Value::Array(groups))),
        listed.deprecation.as_deref().map(|value| ("deprecation", value.clone())),
        listed.vulnerabilities.as_deref().map(|value| ("vulnerabilities", value.clone())),
        entry.package_hash.as_ref().map(|hash| ("packageHash", json!(hash))),
        entry.package_hash.as_ref().map(|_| ("packageHashAlgorithm", json!("SHA512"))),
        entry.package_size.map(|size| ("packageSize", json!(size))),
        (!entry.package_types.is_empty()).then(|| ("packageTypes", types(entry))),
        (!entry.readme.is_empty()).then(|| ("readmeUrl", json!(urls.file(&listed.version, "readme")))),
    ];
    if let Value::Object(of) = &mut of {
        of.extend(more.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
    }
    of
}

fn types(entry: &Entry) -> Value {
    let one = |name: &str, version: &str| {
        let mut of = Map::new();
        of.insert("name".to_owned(), json!(name));
        if !version.is_empty() {
            of.insert("version".to_owned(), json!(version));
        }
        Value::Object(of)
    };
    if entry.package_types.is_empty() {
        return json!([one("Dependency", "")]);
    }
    entry.package_types.iter().map(|kind| one(&kind.name, &kind.version)).collect()
}

/// The picture: the one in the package before one elsewhere.
fn icon_url(urls: Urls<'_>, listed: &Listed) -> String {
    if listed.entry.icon.is_empty() {
        listed.entry.icon_url.clone()
    } else {
        urls.file(&listed.version, "icon")
    }
}

fn license_url(urls: Urls<'_>, listed: &Listed) -> String {
    let in_package = !listed.entry.license_file.is_empty();
    if in_package { urls.file(&listed.version, "license") } else { listed.entry.license_url.clone() }
}

/// One package that a search found: `shown` is the version that stands for it, `versions` all that may be picked.
pub fn hit(urls: Urls<'_>, hive: Hive, shown: &Listed, versions: &[&Listed]) -> Value {
    let entry = &*shown.entry;
    let list = |text: &str| {
        let several = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        several.map(str::to_owned).collect::<Vec<_>>()
    };
    let versions = versions.iter().map(|listed| {
        json!({"@id": urls.leaf(hive, &listed.version), "version": listed.entry.version, "downloads": 0})
    });
    json!({
        "@id": urls.index(hive),
        "@type": "Package",
        "registration": urls.index(hive),
        "id": entry.id,
        "version": entry.version,
        "description": entry.description,
        "summary": entry.summary,
        "title": if entry.title.is_empty() { &entry.id } else { &entry.title },
        "iconUrl": icon_url(urls, shown),
        "licenseUrl": license_url(urls, shown),
        "projectUrl": entry.project_url,
        "tags": entry.tags,
        "authors": list(&entry.authors),
        "owners": list(&entry.owners),
        "totalDownloads": 0,
        "verified": false,
        "packageTypes": types(entry),
        "versions": versions.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
#[path = "rendering_tests.rs"]
mod tests;
