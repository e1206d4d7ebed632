//! What a manifest says about its version in the words of the control plane: summary, licences, dependencies.
//!
//! Manifests are written by people: a member of another type than expected counts as absent, never as an error.

use super::name::PackageName;
use serde_json::{Map, Value};

/// The facts of one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// `description`.
    pub summary: Option<String>,
    /// `homepage`.
    pub home_page: Option<String>,
    /// `repository` or its URL, without the `git+` that npm adds.
    pub source_code_repository: Option<String>,
    /// `license`, or each of the older `licenses`.
    pub licenses: Vec<License>,
    /// The direct dependencies, in the order regular, dev, peer, optional, each by name.
    pub dependencies: Vec<Dependency>,
    /// `readme`, when the manifest carries it.
    pub readme: Option<String>,
    /// `deprecated`, when it is not empty.
    pub deprecated: Option<String>,
}

/// One licence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct License {
    /// Its name, an SPDX expression most of the time.
    pub name: Option<String>,
    /// Where its text is.
    pub url: Option<String>,
}

/// One direct dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The scope without `@`.
    pub namespace: Option<String>,
    /// The name without its scope.
    pub package: String,
    /// `regular`, `dev`, `peer` or `optional`.
    pub dependency_type: &'static str,
    /// The version range as it is written.
    pub version_requirement: Option<String>,
}

impl Facts {
    /// Reads a manifest; one that is no JSON object has no facts.
    pub fn of(manifest: &str) -> Self {
        let Ok(Value::Object(manifest)) = serde_json::from_str(manifest) else { return Self::default() };
        Self {
            summary: text(manifest.get("description")),
            home_page: text(manifest.get("homepage")),
            source_code_repository: source_code_repository(manifest.get("repository")),
            licenses: licenses(&manifest),
            dependencies: dependencies(&manifest),
            readme: text(manifest.get("readme")),
            deprecated: text(manifest.get("deprecated")),
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn source_code_repository(repository: Option<&Value>) -> Option<String> {
    let repository = repository?;
    let url = text(Some(repository)).or_else(|| text(repository.get("url")))?;
    Some(url.strip_prefix("git+").map_or(url.clone(), str::to_owned))
}

fn licenses(manifest: &Map<String, Value>) -> Vec<License> {
    let license = |value: &Value| {
        let name = text(Some(value)).or_else(|| text(value.get("type"))).or_else(|| text(value.get("name")));
        let license = License { name, url: text(value.get("url")) };
        (license != License::default()).then_some(license)
    };
    let one = manifest.get("license").and_then(license);
    if let Some(one) = one {
        return vec![one];
    }
    match manifest.get("licenses").or_else(|| manifest.get("license")) {
        Some(Value::Array(all)) => all.iter().filter_map(license).collect(),
        Some(other) => license(other).into_iter().collect(),
        None => Vec::new(),
    }
}

fn dependencies(manifest: &Map<String, Value>) -> Vec<Dependency> {
    let section = |name: &str| manifest.get(name).and_then(Value::as_object);
    let optional = section("optionalDependencies");
    let mut all = Vec::new();
    for (member, dependency_type) in [
        ("dependencies", "regular"),
        ("devDependencies", "dev"),
        ("peerDependencies", "peer"),
        ("optionalDependencies", "optional"),
    ] {
        for (name, requirement) in section(member).into_iter().flatten() {
            // npm writes optional dependencies into `dependencies` as well; optional wins.
            if dependency_type == "regular" && optional.is_some_and(|optional| optional.contains_key(name)) {
                continue;
            }
            let Ok(name) = PackageName::parse(name) else { continue };
            all.push(Dependency {
                namespace: name.scope().map(str::to_owned),
                package: name.bare().to_owned(),
                dependency_type,
                version_requirement: text(Some(requirement)),
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(manifest: Value) -> Facts {
        Facts::of(&manifest.to_string())
    }

    #[test]
    fn a_usual_manifest_gives_all_facts() {
        let facts = facts(json!({
            "description": "d", "homepage": "https://h", "repository": {"type": "git", "url": "git+https://r.git"},
            "license": "MIT", "readme": "# r", "deprecated": "old",
            "dependencies": {"b": "^1", "@s/a": "2", "o": "3"}, "devDependencies": {"t": "*"},
            "peerDependencies": {"p": ">=1"}, "optionalDependencies": {"o": "3"},
        }));
        let dependency =
            |namespace: Option<&str>, package: &str, dependency_type, requirement: &str| Dependency {
                namespace: namespace.map(str::to_owned),
                package: package.to_owned(),
                dependency_type,
                version_requirement: Some(requirement.to_owned()),
            };
        assert_eq!(
            facts,
            Facts {
                summary: Some("d".into()),
                home_page: Some("https://h".into()),
                source_code_repository: Some("https://r.git".into()),
                licenses: vec![License { name: Some("MIT".into()), url: None }],
                dependencies: vec![
                    dependency(Some("s"), "a", "regular", "2"),
                    dependency(None, "b", "regular", "^1"),
                    dependency(None, "t", "dev", "*"),
                    dependency(None, "p", "peer", ">=1"),
                    dependency(None, "o", "optional", "3"),
                ],
                readme: Some("# r".into()),
                deprecated: Some("old".into()),
            }
        );
    }

    #[test]
    fn old_spellings_of_licences_are_understood() {
        let named =
            |name: &str, url: Option<&str>| License { name: Some(name.into()), url: url.map(str::to_owned) };
        let cases = [
            (
                json!({"licenses": [{"type": "MIT", "url": "u"}, {"type": "X11"}]}),
                vec![named("MIT", Some("u")), named("X11", None)],
            ),
            (json!({"license": {"type": "BSD", "url": "u"}}), vec![named("BSD", Some("u"))]),
            (json!({"license": ["A", {"name": "B"}]}), vec![named("A", None), named("B", None)]),
            (json!({"licenses": "C"}), vec![named("C", None)]),
        ];
        for (manifest, expected) in cases {
            assert_eq!(facts(manifest.clone()).licenses, expected, "{manifest}");
        }
    }

    #[test]
    fn strange_manifests_have_no_facts_instead_of_errors() {
        for manifest in [
            json!([]),
            json!({"description": 1, "homepage": {}, "repository": [], "license": 3, "licenses": {}, "dependencies": ["a"],
                "devDependencies": {"../x": "1"}, "readme": false, "deprecated": ""}),
        ] {
            assert_eq!(facts(manifest), Facts::default());
        }
        assert_eq!(Facts::of("nonsense"), Facts::default());
    }
}
