//! What `cargo publish` says about a crate, in the words of the API.

use serde_json::{Map, Value};

use super::{Dependency, Facts, License};

impl Facts {
    /// Reads the document of a publish request, as the web API of registries defines it.
    ///
    /// A renamed dependency is named by the crate that it is. A license that is only a file in the crate has the
    /// file's name (assumed: it is all that is known of it).
    pub fn of_cargo(published: &Map<String, Value>) -> Facts {
        let text = |member: &str| text(published.get(member));
        let license = text("license").or_else(|| text("license_file"));
        let dependencies = published.get("deps").and_then(Value::as_array);
        Facts {
            display_name: text("name").unwrap_or_default(),
            summary: text("description"),
            home_page: text("homepage"),
            source_code_repository: text("repository"),
            licenses: license.map(|name| License { name: Some(name), url: None }).into_iter().collect(),
            dependencies: dependencies.into_iter().flatten().filter_map(dependency).collect(),
            readme: text("readme"),
            ..Facts::default()
        }
    }
}

/// A dependency of a publish request (`version_req`), or of an index (`req`, and `package` for renamed ones).
fn dependency(of: &Value) -> Option<Dependency> {
    let member = |name: &str| text(of.get(name));
    Some(Dependency {
        namespace: None,
        package: member("package").or_else(|| member("name"))?,
        dependency_type: Some(member("kind").unwrap_or_else(|| "normal".to_owned())),
        version_requirement: member("version_req").or_else(|| member("req")),
    })
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_publish_request_gives_every_fact() {
        let published = json!({
            "name": "My-Kit", "vers": "1.0.0", "description": "A kit", "homepage": "https://kit.example",
            "repository": "https://git.example/kit", "license": "MIT OR Apache-2.0", "license_file": "LICENSE",
            "readme": "# kit", "deps": [
                {"name": "real", "version_req": "^1", "kind": "dev", "explicit_name_in_toml": "alias"},
                {"name": "plain", "version_req": "*", "kind": null},
                {"name": "alias", "package": "indexed", "req": "2", "kind": "build"},
                {"odd": true},
            ],
        });
        let facts = Facts::of_cargo(published.as_object().unwrap());
        assert_eq!(facts.display_name, "My-Kit");
        assert_eq!(facts.summary.as_deref(), Some("A kit"));
        assert_eq!(facts.source_code_repository.as_deref(), Some("https://git.example/kit"));
        assert_eq!(facts.licenses, [License { name: Some("MIT OR Apache-2.0".into()), url: None }]);
        assert_eq!(facts.readme.as_deref(), Some("# kit"));
        let shown: Vec<_> = facts
            .dependencies
            .iter()
            .map(|one| {
                (one.package.as_str(), one.dependency_type.as_deref(), one.version_requirement.as_deref())
            })
            .collect();
        let expected = [("real", "dev", "^1"), ("plain", "normal", "*"), ("indexed", "build", "2")];
        assert_eq!(shown, expected.map(|(name, kind, requirement)| (name, Some(kind), Some(requirement))));
    }

    #[test]
    fn odd_documents_give_what_they_can() {
        let odd = json!({"name": 5, "description": [], "deps": {}, "license": "", "license_file": "LICENSE"});
        let facts = Facts::of_cargo(odd.as_object().unwrap());
        let license = License { name: Some("LICENSE".into()), url: None };
        assert_eq!(facts, Facts { licenses: vec![license], ..Facts::default() });
    }
}
