//! The packages of the made-up registry.

use super::tarball::{Tarball, tarball};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A package and its releases.
#[derive(Debug, Clone)]
pub struct Package {
    /// `name` or `@scope/name`.
    pub name: String,
    /// Its releases, oldest first.
    pub releases: Vec<Release>,
    /// Its tags; `latest` is the last release when nothing is said.
    pub dist_tags: BTreeMap<String, String>,
    /// What an audit says of it.
    pub advisories: Vec<Value>,
    /// When releases came out that did not come out on their usual days; `None` is not told at all.
    pub times: BTreeMap<String, Option<String>>,
}

/// One release of a package.
#[derive(Debug, Clone)]
pub struct Release {
    /// Its version.
    pub version: String,
    /// What it needs: name and range.
    pub dependencies: BTreeMap<String, String>,
    /// Members that its manifest has beyond the usual.
    pub extra: Map<String, Value>,
    /// Members that its `dist` has beyond the usual.
    pub dist: Map<String, Value>,
    /// Its tarball.
    pub tarball: Tarball,
}

impl Package {
    /// Makes a package without releases.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            releases: Vec::new(),
            dist_tags: BTreeMap::new(),
            advisories: Vec::new(),
            times: BTreeMap::new(),
        }
    }

    /// Says when the last release came out (RFC 3339), or that nobody is told.
    #[must_use]
    pub fn at(mut self, time: Option<&str>) -> Self {
        let version = self.releases.last().expect("there is a release").version.clone();
        self.times.insert(version, time.map(str::to_owned));
        self
    }

    /// Adds a release with dependencies and further manifest members.
    #[must_use]
    pub fn release(mut self, version: &str, dependencies: &[(&str, &str)], extra: Value) -> Self {
        let dependencies: BTreeMap<String, String> =
            dependencies.iter().map(|(name, range)| ((*name).to_owned(), (*range).to_owned())).collect();
        let manifest =
            json!({"name": self.name, "version": version, "main": "index.js", "dependencies": dependencies});
        let tarball = tarball(&[
            ("package.json", manifest.to_string().as_bytes()),
            ("index.js", format!("module.exports = '{}@{version}';\n", self.name).as_bytes()),
            ("README.md", format!("# {}\n", self.name).as_bytes()),
        ]);
        let Value::Object(extra) = extra else { panic!("further members are an object") };
        let dist = Map::new();
        self.releases.push(Release { version: version.to_owned(), dependencies, extra, dist, tarball });
        self
    }

    /// Names a version with a tag.
    #[must_use]
    pub fn tag(mut self, tag: &str, version: &str) -> Self {
        self.dist_tags.insert(tag.to_owned(), version.to_owned());
        self
    }

    /// Says something of versions in a range.
    #[must_use]
    pub fn advisory(mut self, id: u64, range: &str, severity: &str) -> Self {
        self.advisories.push(json!({
            "id": id, "url": format!("https://advisories.example/{id}"), "title": format!("Trouble in {}", self.name),
            "severity": severity, "vulnerable_versions": range, "cwe": ["CWE-1"],
            "cvss": {"score": 7.5, "vectorString": null},
        }));
        self
    }

    /// Signs the last release, and attests it.
    #[must_use]
    pub fn signed(mut self, signature: &str) -> Self {
        let name = self.name.clone();
        let release = self.releases.last_mut().expect("there is a release");
        let url = format!("https://registry.example/-/npm/v1/attestations/{name}@{}", release.version);
        let attestations =
            json!({"url": url, "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}});
        release.dist.insert("signatures".to_owned(), json!([{"keyid": "SHA256:fixture", "sig": signature}]));
        release.dist.insert("attestations".to_owned(), attestations);
        self
    }

    /// Replaces the tarball of the last release.
    #[must_use]
    pub fn with_tarball(mut self, tarball: Tarball) -> Self {
        self.releases.last_mut().expect("there is a release").tarball = tarball;
        self
    }

    /// The file name of a release's tarball.
    pub fn file(&self, version: &str) -> String {
        let bare = self.name.rsplit('/').next().unwrap_or(&self.name);
        format!("{bare}-{version}.tgz")
    }

    /// The full document, as a registry at `base` (ending in a slash) gives it.
    pub fn document(&self, base: &str) -> Value {
        let mut versions = Map::new();
        let mut time = Map::new();
        for (place, release) in self.releases.iter().enumerate() {
            let mut manifest = json!({
                "name": self.name, "version": release.version, "_id": format!("{}@{}", self.name, release.version),
                "description": format!("The made-up package {}.", self.name), "main": "index.js", "license": "MIT",
                "dependencies": release.dependencies,
                "dist": {
                    "integrity": release.tarball.integrity, "shasum": release.tarball.shasum,
                    "tarball": format!("{base}{}/-/{}", self.name, self.file(&release.version)),
                },
            });
            let members = manifest.as_object_mut().expect("it is an object");
            members.extend(release.extra.clone());
            let dist = members["dist"].as_object_mut().expect("it was written as an object");
            dist.extend(release.dist.clone());
            match self.times.get(&release.version) {
                None => drop(time.insert(release.version.clone(), published(place).into())),
                Some(Some(told)) => drop(time.insert(release.version.clone(), told.clone().into())),
                Some(None) => {}
            }
            versions.insert(release.version.clone(), manifest);
        }
        let mut tags = self.dist_tags.clone();
        if let Some(last) = self.releases.last() {
            tags.entry("latest".to_owned()).or_insert_with(|| last.version.clone());
        }
        time.insert("created".to_owned(), published(0).into());
        time.insert("modified".to_owned(), published(self.releases.len().saturating_sub(1)).into());
        json!({
            "_id": self.name, "_rev": "1-fixture", "name": self.name, "dist-tags": tags, "versions": versions,
            "time": time, "readme": format!("# {}\n", self.name), "license": "MIT",
            "description": format!("The made-up package {}.", self.name),
            "maintainers": [{"name": "somebody", "email": "somebody@example.com"}],
        })
    }
}

/// A day for each release.
fn published(place: usize) -> String {
    format!("20{:02}-{:02}-{:02}T12:00:00.000Z", 15 + place / 336 % 10, 1 + place / 28 % 12, 1 + place % 28)
}

/// A set of packages.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The packages by name.
    pub packages: BTreeMap<String, Package>,
}

impl Catalog {
    /// Makes a set of the given packages.
    pub fn of(packages: impl IntoIterator<Item = Package>) -> Self {
        Self { packages: packages.into_iter().map(|package| (package.name.clone(), package)).collect() }
    }

    /// Makes up `count` packages: `fixture-0` depends, directly or not, on all others; every fifth is scoped. Each has
    /// three releases and a `next` tag.
    pub fn made_up(count: usize) -> Self {
        let name = |n: usize| if n % 5 == 4 { format!("@fixture/part-{n}") } else { format!("fixture-{n}") };
        Self::of((0..count).map(|n| {
            // A tree with three children a node reaches everything from the root.
            let children: Vec<String> =
                (3 * n + 1..=3 * n + 3).filter(|child| *child < count).map(name).collect();
            let needed: Vec<(&str, &str)> = children.iter().map(|child| (child.as_str(), "^1.0.0")).collect();
            let package = Package::new(&name(n));
            let package = if n == 1 { package.advisory(1, "<1.1.0", "high") } else { package };
            package
                .release("1.0.0", &needed, json!({}))
                .release("1.1.0", &needed, json!({"engines": {"node": ">=10"}}))
                .release("2.0.0-beta.1", &needed, json!({}))
                .tag("latest", "1.1.0")
                .tag("next", "2.0.0-beta.1")
        }))
    }

    /// Makes up a package whose document has about this many bytes.
    pub fn large(name: &str, bytes: usize) -> Package {
        let filler = "x".repeat(1200);
        let mut package = Package::new(name);
        let shared = tarball(&[("package.json", b"{}")]);
        for n in 0..=bytes / 1700 {
            let extra = json!({"keywords": [filler], "scripts": {"postinstall": "node index.js"}});
            let Value::Object(extra) = extra else { unreachable!("written as an object") };
            package.releases.push(Release {
                version: format!("1.{n}.0"),
                dependencies: BTreeMap::new(),
                extra,
                dist: Map::new(),
                tarball: shared.clone(),
            });
        }
        package
    }
}
