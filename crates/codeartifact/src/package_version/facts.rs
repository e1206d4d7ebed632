//! What a manifest says about a version, in the words of the API: summary, licenses, dependencies, readme.
//!
//! A manifest that says nothing sensible leaves a field empty; it never fails a publish.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What `DescribePackageVersion`, the readme and the dependencies are answered from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The name people use, in the publisher's spelling.
    #[serde(default)]
    pub display_name: String,
    /// The version in the publisher's spelling, where the stored one is normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_version: Option<String>,
    /// One sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where it is at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_page: Option<String>,
    /// Where its source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_repository: Option<String>,
    /// Under what terms it may be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// What it needs, in the order of the manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Its readme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readme: Option<String>,
    /// The signed statement of what it was built from, as its publisher sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
}

/// One license.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Its name or SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where its text is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One direct dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its namespace, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub package: String,
    /// Its kind in the words of its format: `regular`, `dev`, `peer`, `optional` for npm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependency_type: Option<String>,
    /// Which versions will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_requirement: Option<String>,
}

impl Facts {
    /// Reads the manifest of an npm version.
    ///
    /// An optional dependency that is also a regular one counts as optional, as npm installs it.
    pub fn of_npm(manifest: &Map<String, Value>) -> Facts {
        Facts {
            display_name: text(manifest.get("name")).unwrap_or_default(),
            original_version: None,
            summary: text(manifest.get("description")),
            home_page: text(manifest.get("homepage")),
            source_code_repository: npm_source(manifest.get("repository")),
            licenses: npm_licenses(manifest),
            dependencies: npm_dependencies(manifest),
            readme: text(manifest.get("readme")),
            provenance: None,
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn npm_source(repository: Option<&Value>) -> Option<String> {
    let url = repository.map(|repository| repository.get("url").unwrap_or(repository));
    text(url).map(|url| url.strip_prefix("git+").unwrap_or(&url).to_owned())
}

fn npm_licenses(manifest: &Map<String, Value>) -> Vec<License> {
    let one = |value: &Value| match value {
        Value::String(name) if !name.is_empty() => Some(License { name: Some(name.clone()), url: None }),
        Value::Object(members) => {
            let name = text(members.get("type")).or_else(|| text(members.get("name")));
            let url = text(members.get("url"));
            (name.is_some() || url.is_some()).then_some(License { name, url })
        }
        _ => None,
    };
    let given = manifest.get("license").or_else(|| manifest.get("licenses"));
    match given {
        Some(Value::Array(several)) => several.iter().filter_map(one).collect(),
        Some(single) => one(single).into_iter().collect(),
        None => Vec::new(),
    }
}

fn npm_dependencies(manifest: &Map<String, Value>) -> Vec<Dependency> {
    let section = |name: &str| manifest.get(name).and_then(Value::as_object);
    let optional = section("optionalDependencies");
    let kinds = [
        ("dependencies", "regular"),
        ("devDependencies", "dev"),
        ("peerDependencies", "peer"),
        ("optionalDependencies", "optional"),
    ];
    let mut dependencies = Vec::new();
    for (member, kind) in kinds {
        for (name, requirement) in section(member).into_iter().flatten() {
            if kind == "regular" && optional.is_some_and(|optional| optional.contains_key(name)) {
                continue;
            }
            let (namespace, package) = npm_name(name);
            dependencies.push(Dependency {
                namespace,
                package,
                dependency_type: Some(kind.to_owned()),
                version_requirement: text(Some(requirement)),
            });
        }
    }
    dependencies
}

fn npm_name(name: &str) -> (Option<String>, String) {
    match name.strip_prefix('@').and_then(|name| name.split_once('/')) {
        Some((scope, name)) => (Some(scope.to_owned()), name.to_owned()),
        None => (None, name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(manifest: Value) -> Facts {
        Facts::of_npm(manifest.as_object().unwrap())
    }

    #[test]
    fn an_npm_manifest_gives_every_fact() {
        let facts = facts(json!({
            "name": "@acme/kit", "version": "1.0.0", "description": "A kit", "homepage": "https://acme.example",
            "repository": {"type": "git", "url": "git+https://git.example/kit.git"}, "license": "MIT",
            "readme": "# kit", "dependencies": {"a": "^1", "@b/c": "2", "both": "1"},
            "devDependencies": {"d": "*"}, "peerDependencies": {"p": ">=1"}, "optionalDependencies": {"both": "3"},
        }));
        assert_eq!(facts.display_name, "@acme/kit");
        assert_eq!(facts.source_code_repository.as_deref(), Some("https://git.example/kit.git"));
        assert_eq!(facts.licenses, [License { name: Some("MIT".into()), url: None }]);
        let shown: Vec<String> = facts
            .dependencies
            .iter()
            .map(|one| {
                format!(
                    "{:?} {} {:?} {:?}",
                    one.namespace, one.package, one.dependency_type, one.version_requirement
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"Some("b") c Some("regular") Some("2")"#,
                r#"None a Some("regular") Some("^1")"#,
                r#"None d Some("dev") Some("*")"#,
                r#"None p Some("peer") Some(">=1")"#,
                r#"None both Some("optional") Some("3")"#,
            ]
        );
    }

    #[test]
    fn old_and_odd_manifests_give_what_they_can() {
        let old =
            facts(json!({"licenses": [{"type": "BSD", "url": "http://x.example"}, 7], "repository": "a/b"}));
        assert_eq!(
            old.licenses,
            [License { name: Some("BSD".into()), url: Some("http://x.example".into()) }]
        );
        assert_eq!(old.source_code_repository.as_deref(), Some("a/b"));
        let odd = facts(json!({"description": 5, "license": false, "dependencies": ["a"], "repository": 1}));
        assert_eq!(odd, Facts::default());
    }
}
