//! What a gem says of itself: the fields of its specification that indexes and people need.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::name::{self, GemFile, RUBY};
use super::version;
use super::yaml::Node;

/// How many dependencies a gem may have.
const DEPENDENCIES_MAX: usize = 10_000;
/// How many constraints one requirement may have.
const CONSTRAINTS_MAX: usize = 100;

/// A specification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gemspec {
    /// The gem's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The platform, `ruby` for all.
    pub platform: String,
    /// One sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// More sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email: Vec<String>,
    /// Under what terms it may be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<String>,
    /// Addresses and remarks by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The gems that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// The Rubies that it runs on.
    #[serde(default)]
    pub required_ruby_version: Requirement,
    /// The versions of RubyGems that install it.
    #[serde(default)]
    pub required_rubygems_version: Requirement,
    /// The day that it was built, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The RubyGems that built it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rubygems_version: Option<String>,
}

/// A gem that another one needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions that will do.
    pub requirement: Requirement,
    /// Whether only those who work on the gem need it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_development: bool,
}

/// Constraints that a version meets all together: an operator and a version each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement(pub Vec<(String, String)>);

impl Default for Requirement {
    fn default() -> Self {
        Self(vec![(">=".to_owned(), "0".to_owned())])
    }
}

impl Requirement {
    /// Reads constraints such as `>= 1.0` and `1.2`; `None` when one is none.
    pub fn parse<'a>(constraints: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut read = Vec::new();
        for constraint in constraints {
            let constraint = constraint.trim();
            let at = constraint.find(|c: char| c.is_ascii_alphanumeric())?;
            let (operator, version) = constraint.split_at(at);
            let operator = if operator.is_empty() { "=" } else { operator.trim() };
            read.push(one(operator, version)?);
        }
        (!read.is_empty() && read.len() <= CONSTRAINTS_MAX).then_some(Self(read))
    }

    /// Whether every version will do.
    pub fn is_any(&self) -> bool {
        self.0.iter().all(|(operator, version)| operator == ">=" && version == "0")
    }

    /// The constraints as texts.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|(operator, version)| format!("{operator} {version}")).collect()
    }
}

/// A constraint, if it is one.
fn one(operator: &str, text: &str) -> Option<(String, String)> {
    let version = text.trim().replace('-', ".pre.");
    let known = ["=", "!=", ">", "<", ">=", "<=", "~>"].contains(&operator);
    (known && version::is_valid(&version)).then(|| (operator.to_owned(), version))
}

impl Gemspec {
    /// Reads the `metadata` of a gem; the error says in one sentence what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let root = Node::read(text).map_err(|why| format!("the gem's specification is no YAML: {why}"))?;
        let text = |member: &str| root.get(member).and_then(Node::text).map(plain);
        let texts = |member: &str| root.get(member).map(texts).unwrap_or_default();
        let name = text("name").filter(|name| name::is_valid(name));
        let name = name.ok_or("the gem's specification has no name that is one")?;
        let version = root.get("version").and_then(version_of);
        let version = version.ok_or("the gem's specification has no version that is one")?;
        let platform = text("platform").filter(|text| !text.is_empty()).unwrap_or_else(|| RUBY.to_owned());
        if !name::is_platform(&platform) {
            return Err("the gem's specification names a platform that is none".to_owned());
        }
        let dependencies = root.get("dependencies").map_or(&[][..], Node::list);
        if dependencies.len() > DEPENDENCIES_MAX {
            return Err(format!("the gem has more than {DEPENDENCIES_MAX} dependencies"));
        }
        let dependencies: Vec<Dependency> =
            dependencies.iter().map(|node| dependency(node)).collect::<Result<_, _>>()?;
        let metadata = root.get("metadata").map_or(&[][..], Node::pairs);
        let metadata =
            metadata.iter().filter_map(|(name, value)| Some((plain(name.text()?), plain(value.text()?))));
        let needs = |member: &str| root.get(member).map_or(Ok(Requirement::default()), requirement);
        Ok(Self {
            summary: text("summary"),
            description: text("description"),
            homepage: text("homepage"),
            authors: texts("authors"),
            email: texts("email"),
            licenses: texts("licenses"),
            metadata: metadata.collect(),
            dependencies,
            required_ruby_version: needs("required_ruby_version")?,
            required_rubygems_version: needs("required_rubygems_version")?,
            date: text("date").and_then(|date| date.get(..10).map(str::to_owned)),
            rubygems_version: text("rubygems_version"),
            name,
            version,
            platform,
        })
    }

    /// The gem's file.
    pub fn gem(&self) -> GemFile {
        GemFile { name: self.name.clone(), version: self.version.clone(), platform: self.platform.clone() }
    }

    /// The gems that it needs to run.
    pub fn runtime(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(|dependency| !dependency.is_development)
    }

    /// The day that it was built: year, month, day.
    pub(super) fn day(&self) -> (u32, u32, u32) {
        let mut parts = self.date.as_deref().unwrap_or_default().split('-').map(str::parse::<u32>);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(Ok(year @ 1970..=9999)), Some(Ok(month @ 1..=12)), Some(Ok(day @ 1..=31))) => {
                (year, month, day)
            }
            // Gems that are built reproducibly without a time have this day.
            _ => (1980, 1, 2),
        }
    }
}

/// Texts are stored in databases that know no NUL.
fn plain(text: &str) -> String {
    text.replace('\0', "")
}

/// A text, or a list of texts.
fn texts(node: &Node) -> Vec<String> {
    match node.text() {
        Some(text) => vec![plain(text)],
        None => node.list().iter().filter_map(|one| one.text().map(plain)).collect(),
    }
}

/// A version: a `Gem::Version` with its text inside, or the text itself.
fn version_of(node: &Node) -> Option<String> {
    let text = node.get("version").unwrap_or(node).text()?;
    version::is_valid(text).then(|| text.to_owned())
}

fn dependency(node: &Node) -> Result<Dependency, String> {
    let name = node.get("name").and_then(Node::text).filter(|name| name::is_valid(name));
    let name = name.ok_or("a dependency of the gem has no name that is one")?.to_owned();
    // Gems of old call it otherwise.
    let needs = ["requirement", "version_requirements", "version_requirement"];
    let needs = needs.iter().find_map(|member| node.get(member).filter(|it| !it.pairs().is_empty()));
    let requirement = needs.map_or(Ok(Requirement::default()), requirement)?;
    let kind = node.get("type").and_then(Node::text).unwrap_or_default();
    Ok(Dependency { name, requirement, is_development: kind.trim_start_matches(':') == "development" })
}

fn requirement(node: &Node) -> Result<Requirement, String> {
    let bad = || "a requirement of the gem is none".to_owned();
    let Some(constraints) = node.get("requirements") else { return Ok(Requirement::default()) };
    let mut read = Vec::new();
    for constraint in constraints.list() {
        let [operator, version] = constraint.list() else { return Err(bad()) };
        let version = version.get("version").unwrap_or(version);
        // A version that is nothing is RubyGems' way to say any.
        let version = version.text().unwrap_or("0");
        read.push(one(operator.text().unwrap_or_default(), version).ok_or_else(bad)?);
    }
    if read.len() > CONSTRAINTS_MAX {
        return Err(bad());
    }
    Ok(if read.is_empty() { Requirement::default() } else { Requirement(read) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "--- !ruby/object:Gem::Specification\nname: a-b\nversion: !ruby/object:Gem::Version\n  version: '1.0'\nplatform: x86_64-linux\nauthors:\n- x\ndate: 2020-01-02 00:00:00.000000000 Z\ndependencies:\n- !ruby/object:Gem::Dependency\n  name: b\n  requirement: &1 !ruby/object:Gem::Requirement\n    requirements:\n    - - \">=\"\n      - !ruby/object:Gem::Version\n        version: '1'\n    - - \"<\"\n      - !ruby/object:Gem::Version\n        version: '3'\n  type: :runtime\n  prerelease: false\n  version_requirements: *1\n- !ruby/object:Gem::Dependency\n  name: c\n  requirement: *1\n  type: :development\ndescription: |-\n  Long: text\n  # on\nemail:\nlicenses:\n- MIT\nmetadata:\n  source_code_uri: http://x\nrequired_ruby_version: !ruby/object:Gem::Requirement\n  requirements:\n  - - \">=\"\n    - !ruby/object:Gem::Version\n      version: '2.7'\nsummary: d\nfiles: []\n";

    #[test]
    fn what_rubygems_writes_is_read() {
        let spec = Gemspec::read(WRITTEN).unwrap();
        assert_eq!(spec.gem().file(), "a-b-1.0-x86_64-linux.gem");
        assert_eq!((spec.summary.as_deref(), spec.day()), (Some("d"), (2020, 1, 2)));
        assert_eq!(spec.description.as_deref(), Some("Long: text\n# on"));
        let needs: Vec<_> = spec
            .dependencies
            .iter()
            .map(|one| (one.name.as_str(), one.requirement.texts().join(", "), one.is_development))
            .collect();
        assert_eq!(needs, [("b", ">= 1, < 3".to_owned(), false), ("c", ">= 1, < 3".to_owned(), true)]);
        assert_eq!(spec.required_ruby_version.texts(), [">= 2.7"]);
        assert!(spec.required_rubygems_version.is_any());
        assert_eq!((spec.licenses, spec.email), (vec!["MIT".to_owned()], vec![]));
        assert_eq!(spec.metadata["source_code_uri"], "http://x");
        let stored = serde_json::to_string(&Gemspec::read(WRITTEN).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Gemspec>(&stored).unwrap(), Gemspec::read(WRITTEN).unwrap());
    }

    #[test]
    fn what_names_no_gem_is_refused() {
        for (from, to) in [
            ("name: a-b", "name: ../a"),
            ("name: a-b", "other: a"),
            ("version: '1.0'", "version: '1/0'"),
            ("platform: x86_64-linux", "platform: ../x"),
            ("  name: c", "  name: '-c'"),
            ("\">=\"\n      - !ruby/object:Gem::Version\n        version: '1'", "\"=>\"\n      - 1"),
            ("name: a-b", "name: [a"),
        ] {
            let text = WRITTEN.replace(from, to);
            assert!(text != WRITTEN && Gemspec::read(&text).is_err(), "{to}");
        }
    }

    #[test]
    fn requirements_are_read_from_texts() {
        assert_eq!(
            Requirement::parse(["~> 1.2", "!= 1.2.5", "3"]).unwrap().texts(),
            ["~> 1.2", "!= 1.2.5", "= 3"]
        );
        for bad in ["", ">=", "=> 1", ">= a.b", "1 2"] {
            assert_eq!(Requirement::parse([bad]), None, "{bad}");
        }
    }
}
