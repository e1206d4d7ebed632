//! What one repository, or one upstream registry, knows of a package: its versions, tags and description.
//!
//! Both forms of every manifest are kept as text that is ready to be sent, except for the base URL of the repository
//! that is asked; `merge` puts the listings of several repositories together without touching that text again.

use super::field::{members, pick, quoted, text};
use super::manifest::{Bases, Manifest, Paths, Span};
use super::name::PackageName;
use super::version::{VERSION_CHARS_MAX, Version, latest};
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The members of a full listing that are handed on as they are.
pub(super) const FIELDS: [&str; 12] = [
    "description",
    "maintainers",
    "readme",
    "readmeFilename",
    "homepage",
    "keywords",
    "repository",
    "author",
    "contributors",
    "bugs",
    "license",
    "users",
];

/// The versions, tags and description of a package in one place.
#[derive(Debug, Clone)]
pub struct Listing {
    pub(super) name: PackageName,
    pub(super) entries: Vec<Entry>,
    pub(super) full: Bytes,
    pub(super) abbreviated: Bytes,
    pub(super) dist_tags: BTreeMap<String, String>,
    /// Raw JSON of each of `FIELDS` that is there.
    pub(super) fields: Vec<(&'static str, Box<str>)>,
    pub(super) created: Option<Box<str>>,
    pub(super) modified: Option<Box<str>>,
    left_out: usize,
}

/// One version of a listing.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The version.
    pub version: Version,
    /// When it was published, as its registry writes it.
    pub time: Option<Box<str>>,
    /// Where the listing says the tarball is.
    pub tarball: Box<str>,
    /// `dist.integrity`.
    pub integrity: Option<Box<str>>,
    /// `dist.shasum`.
    pub shasum: Option<Box<str>>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether its registry keeps attestations of it.
    pub attested: bool,
    pub(super) full: Span,
    pub(super) abbreviated: Span,
    /// Changes when the manifest does.
    pub(super) stamp: u64,
}

/// One stored version, for a listing made of a repository's own rows.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The version.
    pub version: &'a str,
    /// Its manifest as JSON; `dist.tarball` may hold anything.
    pub manifest: &'a str,
    /// When it was published, RFC 3339 with milliseconds.
    pub time: Option<&'a str>,
}

/// Why a document is no listing of the package.
#[derive(Debug)]
pub enum ListingError {
    /// It is not JSON, or not an object where one belongs.
    Json(serde_json::Error),
    /// It has no `versions`.
    NoVersions,
    /// It describes another package.
    WrongName(String),
}

impl std::fmt::Display for ListingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the package document cannot be read: {error}"),
            Self::NoVersions => f.write_str("the package document holds no versions"),
            Self::WrongName(name) => write!(f, "the package document describes {name:?}"),
        }
    }
}

impl std::error::Error for ListingError {}

/// Whether a text can be the name of a version or tag: one that no client could ask for is not taken from a registry.
fn names(text: &str) -> bool {
    (1..=VERSION_CHARS_MAX).contains(&text.len()) && !text.contains(char::is_control)
}

impl From<serde_json::Error> for ListingError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl Listing {
    /// Reads the full document of a registry. Versions without a usable manifest are left out and counted.
    pub fn read(name: &PackageName, document: &str) -> Result<Self, ListingError> {
        const TOP: [&str; 16] = [
            "description",
            "maintainers",
            "readme",
            "readmeFilename",
            "homepage",
            "keywords",
            "repository",
            "author",
            "contributors",
            "bugs",
            "license",
            "users",
            "name",
            "dist-tags",
            "versions",
            "time",
        ];
        let picked = pick(document, &TOP)?;
        if let Some(found) = picked[12].and_then(text)
            && found != name.as_str()
        {
            return Err(ListingError::WrongName(found));
        }
        let mut manifests = Vec::new();
        let mut nameless = 0;
        members(picked[14].ok_or(ListingError::NoVersions)?, |version, manifest| {
            if names(&version) {
                manifests.push((Version::read(&version), manifest));
            } else {
                nameless += 1;
            }
        })?;
        let mut times = HashMap::new();
        if let Some(raw) = picked[15] {
            members(raw, |version, time| {
                if let Some(time) = text(time) {
                    times.insert(version, time.into_boxed_str());
                }
            })?;
        }
        let mut listing = Self::build(name, manifests, &mut times);
        let fields = FIELDS.iter().zip(picked).filter_map(|(field, raw)| Some((*field, raw?.into())));
        listing.fields = fields.collect();
        listing.left_out += nameless;
        listing.created = times.remove("created").or_else(|| listing.times().min());
        listing.modified = times.remove("modified").or_else(|| listing.times().max());
        if let Some(raw) = picked[13] {
            let mut tags = BTreeMap::new();
            members(raw, |tag, version| {
                if let Some(version) = text(version).filter(|_| names(&tag)) {
                    tags.insert(tag, version);
                }
            })?;
            listing.set_dist_tags(tags);
        }
        Ok(listing)
    }

    /// Makes a listing of a repository's own versions, those that may be listed.
    ///
    /// The description is that of the version that `latest` names. A manifest that cannot be read is left out.
    pub fn of_stored<'a>(
        name: &PackageName,
        stored: impl IntoIterator<Item = Stored<'a>>,
        dist_tags: BTreeMap<String, String>,
        readme: Option<&str>,
    ) -> Self {
        let mut times = HashMap::new();
        let mut manifests = Vec::new();
        for row in stored {
            manifests.push((Version::read(row.version), row.manifest));
            if let Some(time) = row.time {
                times.insert(row.version.to_owned(), time.into());
            }
        }
        let by_version: HashMap<String, &str> =
            manifests.iter().map(|(version, manifest)| (version.as_str().to_owned(), *manifest)).collect();
        let mut listing = Self::build(name, manifests, &mut times);
        // A tag may name a version of an upstream repository; what is shown in the end is decided by the merge.
        listing.dist_tags = dist_tags;
        listing.created = listing.times().min();
        listing.modified = listing.times().max();
        let own = |version: &&String| by_version.contains_key(version.as_str());
        let newest = match listing.dist_tags.get("latest").filter(own) {
            Some(version) => Some(version.as_str()),
            None => latest(listing.entries.iter().map(|entry| &entry.version)).map(Version::as_str),
        };
        let manifest = newest.and_then(|version| by_version.get(version));
        if let Some(Ok(picked)) = manifest.map(|manifest| pick(manifest, &FIELDS)) {
            let fields = FIELDS.iter().zip(picked).filter_map(|(field, raw)| Some((*field, raw?.into())));
            listing.fields = fields.collect();
        }
        if let Some(readme) = readme {
            listing.fields.retain(|(field, _)| *field != "readme");
            listing.fields.push(("readme", quoted(readme).into()));
        }
        listing
    }

    fn build(
        name: &PackageName,
        mut manifests: Vec<(Version, &str)>,
        times: &mut HashMap<String, Box<str>>,
    ) -> Self {
        manifests.sort_by(|a, b| a.0.cmp(&b.0));
        // Of a version that is there twice the last manifest counts, as in JavaScript.
        manifests.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = later.1;
            }
            same
        });
        let bytes = manifests.iter().map(|(_, manifest)| manifest.len() + 64).sum();
        let (mut full, mut abbreviated) = (Vec::with_capacity(bytes), Vec::with_capacity(bytes / 2));
        let mut entries = Vec::with_capacity(manifests.len());
        let mut left_out = 0;
        for (version, json) in manifests {
            let Some((manifest, tarball)) =
                Manifest::read(json).and_then(|m| m.tarball().map(|url| (m, url)))
            else {
                left_out += 1;
                continue;
            };
            let tarball_path = name.tarball_path(version.as_str());
            let attested = manifest.is_attested();
            let attestations_path =
                if attested { name.attestations_path(version.as_str()) } else { String::new() };
            let paths = Paths { tarball: &tarball_path, attestations: &attestations_path };
            let key = quoted(version.as_str());
            let mut stamp = DefaultHasher::new();
            json.hash(&mut stamp);
            entries.push(Entry {
                time: times.remove(version.as_str()),
                tarball: tarball.into(),
                deprecated: manifest.is_deprecated(),
                attested,
                full: manifest.write_full(&key, paths, &mut full),
                abbreviated: manifest.write_abbreviated(&key, paths, &mut abbreviated),
                integrity: manifest.integrity.map(Into::into),
                shasum: manifest.shasum.map(Into::into),
                version,
                stamp: stamp.finish(),
            });
        }
        Self {
            name: name.clone(),
            entries,
            full: full.into(),
            abbreviated: abbreviated.into(),
            dist_tags: BTreeMap::new(),
            fields: Vec::new(),
            created: None,
            modified: None,
            left_out,
        }
    }

    /// When each version was published.
    fn times(&self) -> impl Iterator<Item = Box<str>> {
        self.entries.iter().filter_map(|entry| entry.time.clone())
    }

    fn set_dist_tags(&mut self, mut tags: BTreeMap<String, String>) {
        tags.retain(|_, version| self.entry(version).is_some());
        self.dist_tags = tags;
    }

    /// The package.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// All versions, in ascending order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The version, if it is there.
    pub fn entry(&self, version: &str) -> Option<&Entry> {
        let wanted = Version::read(version);
        let place = self.entries.binary_search_by(|entry| entry.version.cmp(&wanted)).ok()?;
        self.entries.get(place)
    }

    /// The version whose tarball has this file name, by the usual rule or by the URL that the registry gave.
    ///
    /// Versions from before 2013 can have tarballs named otherwise (`a-1.0.5beta.tgz` for `1.0.5-beta`), and lockfiles
    /// remember those names.
    pub fn entry_of_file(&self, file: &str) -> Option<&Entry> {
        let usual = self.name.version_of_file(file).and_then(|version| self.entry(version));
        usual.or_else(|| {
            let named = |entry: &&Entry| entry.tarball.rsplit('/').next() == Some(file);
            self.entries.iter().find(named)
        })
    }

    /// The manifest of a version as JSON text, with the tarball's URL below `base`.
    pub fn manifest(&self, version: &str, base: &str) -> Option<String> {
        let entry = self.entry(version)?;
        let text = |from: usize, to: usize| std::str::from_utf8(&self.full[from..to]).ok();
        // The span is `"key":{…},`; the key has the length it has when quoted.
        let from = entry.full.start + quoted(entry.version.as_str()).len() + 1;
        let (Bases { first, second }, end) = (entry.full.bases, entry.full.end - 1);
        let base = json_inner(base);
        let second = second.unwrap_or(end);
        let between = if second == end { "" } else { base.as_str() };
        Some([text(from, first)?, &base, text(first, second)?, between, text(second, end)?].concat())
    }

    /// The tags, each with the version it names.
    pub fn dist_tags(&self) -> &BTreeMap<String, String> {
        &self.dist_tags
    }

    /// The readme of the package as its registry gives it.
    pub fn readme(&self) -> Option<String> {
        self.fields.iter().find(|(field, _)| *field == "readme").and_then(|(_, raw)| text(raw))
    }

    /// How many versions had no usable manifest.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// About how much memory the listing holds, for caches that are bounded in bytes.
    pub fn bytes(&self) -> usize {
        let fields: usize = self.fields.iter().map(|(_, raw)| raw.len()).sum();
        self.full.len() + self.abbreviated.len() + fields + self.entries.len() * 512 + 1024
    }
}

/// Text as it stands between the quotes of a JSON string.
pub(super) fn json_inner(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
