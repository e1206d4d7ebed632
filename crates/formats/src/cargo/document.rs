//! The JSON document of `cargo publish`, and the line of the index that it becomes.

use semver::{Version, VersionReq};
use serde_json::{Map, Value, json};

use super::index::Line;
use super::name::CrateName;
use super::version::parse;

/// Most features of a version, and most values of one: the public index has 300 since 2023.
pub const FEATURES_MAX: usize = 4096;
/// Most dependencies of a version.
pub const DEPENDENCIES_MAX: usize = 4096;

/// What `cargo publish` says about a version, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    name: CrateName,
    version: Version,
    members: Map<String, Value>,
    dependencies: Vec<Value>,
    features: Map<String, Value>,
    /// Features in the syntax of 2021, which older cargo could not read among the others.
    features2: Map<String, Value>,
}

impl Document {
    /// Reads and checks the document; an error names the member, its value and the rule.
    pub fn read(document: &[u8]) -> Result<Self, String> {
        let members: Map<String, Value> = serde_json::from_slice(document)
            .map_err(|error| format!("the metadata of the crate is not a JSON object: {error}"))?;
        let text = |member: &str| members.get(member).and_then(Value::as_str).unwrap_or_default();
        let name = CrateName::parse(text("name")).and_then(|name| name.check_publishable().map(|()| name));
        let name = name.map_err(|rule| format!("name {:?} is not allowed: {rule}", text("name")))?;
        let version = parse(text("vers"))
            .ok_or_else(|| format!("vers {:?} is not a semantic version", text("vers")))?;
        let given = match members.get("deps") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(given)) if given.len() <= DEPENDENCIES_MAX => given,
            Some(_) => return Err(format!("deps is not a list of at most {DEPENDENCIES_MAX} dependencies")),
        };
        let dependencies = given.iter().map(dependency).collect::<Result<Vec<_>, _>>()?;
        let (features, features2) = features(members.get("features"))?;
        Ok(Self { name, version, members, dependencies, features, features2 })
    }

    /// The name of the crate.
    pub fn name(&self) -> &CrateName {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The document as it came, with the lists that are always there.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The line of the index for a crate with this SHA-256.
    pub fn line(&self, cksum: &str) -> Line {
        let mut line = json!({
            "name": self.name.as_str(),
            "vers": self.version.to_string(),
            "deps": self.dependencies,
            "cksum": cksum,
            "features": self.features,
            "links": self.members.get("links").filter(|links| links.is_string()),
        });
        if !self.features2.is_empty() {
            line["features2"] = Value::Object(self.features2.clone());
            line["v"] = json!(2);
        }
        if let Some(version) = self.members.get("rust_version").filter(|version| version.is_string()) {
            line["rust_version"] = version.clone();
        }
        let Value::Object(members) = line else { unreachable!("it was made as an object") };
        Line::of(members).expect("every member was checked when the document was read")
    }
}

/// Makes a dependency of the index of one in the document: a renamed one is listed by its new name, and one without a
/// registry stays without (assumed: it is of the repository that is asked).
fn dependency(of: &Value) -> Result<Value, String> {
    let text = |member: &str| of.get(member).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    CrateName::parse(name).map_err(|rule| format!("a dependency is called {name:?}: {rule}"))?;
    let requirement = text("version_req").unwrap_or_default();
    VersionReq::parse(requirement)
        .map_err(|rule| format!("version_req {requirement:?} of dependency {name} cannot be read: {rule}"))?;
    let kind = text("kind").unwrap_or("normal");
    if !["normal", "dev", "build"].contains(&kind) {
        return Err(format!("kind {kind:?} of dependency {name} is none of normal, dev and build"));
    }
    let renamed = text("explicit_name_in_toml").filter(|renamed| !renamed.is_empty());
    if let Some(renamed) = renamed {
        CrateName::parse(renamed)
            .map_err(|rule| format!("explicit_name_in_toml {renamed:?} of dependency {name}: {rule}"))?;
    }
    let features = of.get("features").cloned().unwrap_or(json!([]));
    if !is_texts(&features) {
        return Err(format!("features of dependency {name} is not a list of texts"));
    }
    let flag = |member: &str, absent: bool| match of.get(member) {
        None | Some(Value::Null) => Ok(absent),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{member} of dependency {name} is neither true nor false")),
    };
    let mut made = json!({
        "name": renamed.unwrap_or(name),
        "req": requirement,
        "features": features,
        "optional": flag("optional", false)?,
        "default_features": flag("default_features", true)?,
        "target": text("target"),
        "kind": kind,
    });
    for (member, value) in [("registry", text("registry")), ("package", renamed.map(|_| name))] {
        if let Some(value) = value {
            made[member] = value.into();
        }
    }
    // Of dependencies on binaries, which only nightly cargo writes and reads.
    for member in ["artifact", "bindep_target", "lib"] {
        if let Some(value) = of.get(member).filter(|value| !value.is_null()) {
            made[member] = value.clone();
        }
    }
    Ok(made)
}

type Features = Map<String, Value>;

/// Tells features in the older syntax from those in the newer one (`dep:` and `?/`).
fn features(given: Option<&Value>) -> Result<(Features, Features), String> {
    let (mut older, mut newer) = (Map::new(), Map::new());
    let given = match given {
        None | Some(Value::Null) => return Ok((older, newer)),
        Some(Value::Object(given)) if given.len() <= FEATURES_MAX => given,
        Some(_) => return Err(format!("features is not an object of at most {FEATURES_MAX} features")),
    };
    for (name, values) in given {
        let odd = |c: char| !(c.is_alphanumeric() || "_-+.".contains(c));
        if name.is_empty() || name.contains(odd) {
            return Err(format!(
                "feature {name:?} has a character other than letters, digits, _, -, + and ."
            ));
        }
        if !is_texts(values) {
            return Err(format!("feature {name} is not a list of at most {FEATURES_MAX} texts"));
        }
        let new =
            |value: &Value| value.as_str().is_some_and(|it| it.starts_with("dep:") || it.contains("?/"));
        let is_newer = values.as_array().is_some_and(|values| values.iter().any(new));
        let into = if is_newer { &mut newer } else { &mut older };
        into.insert(name.clone(), values.clone());
    }
    Ok((older, newer))
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.len() <= FEATURES_MAX && all.iter().all(Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(more: Value) -> Value {
        let mut document = json!({"name": "kit", "vers": "1.0.0", "deps": [], "features": {}, "authors": []});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document
    }

    fn read(more: Value) -> Result<Document, String> {
        Document::read(document(more).to_string().as_bytes())
    }

    #[test]
    fn a_renamed_dependency_is_listed_by_its_new_name() {
        let published = read(json!({
            "deps": [
                {"name": "real", "version_req": "^1.2", "features": ["x"], "optional": true, "default_features": false,
                 "target": "cfg(unix)", "kind": "build", "registry": "sparse+http://r.example/",
                 "explicit_name_in_toml": "alias"},
                {"name": "plain", "version_req": "*", "features": [], "optional": false, "default_features": true,
                 "target": null, "kind": "normal", "registry": null},
            ],
            "features": {"default": ["std"], "std": [], "weak": ["alias?/x"], "new": ["dep:alias"]},
            "links": "z", "rust_version": "1.70", "readme": "# kit",
        }))
        .unwrap();
        let line: Value = serde_json::from_str(published.line(&"ab".repeat(32)).stored()).unwrap();
        let expected = json!({
            "name": "kit", "vers": "1.0.0", "cksum": "ab".repeat(32), "links": "z", "rust_version": "1.70", "v": 2,
            "deps": [
                {"name": "alias", "package": "real", "req": "^1.2", "features": ["x"], "optional": true,
                 "default_features": false, "target": "cfg(unix)", "kind": "build",
                 "registry": "sparse+http://r.example/"},
                {"name": "plain", "req": "*", "features": [], "optional": false, "default_features": true,
                 "target": null, "kind": "normal"},
            ],
            "features": {"default": ["std"], "std": []},
            "features2": {"weak": ["alias?/x"], "new": ["dep:alias"]},
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        for (more, named) in [
            (json!({"name": "no spaces"}), "no spaces"),
            (json!({"name": "std"}), "reserved"),
            (json!({"name": 5}), "name"),
            (json!({"vers": "1.0"}), "\"1.0\""),
            (json!({"deps": {}}), "deps"),
            (json!({"deps": [{"name": "a/b", "version_req": "*"}]}), "a/b"),
            (json!({"deps": [{"name": "a", "version_req": "what"}]}), "version_req"),
            (json!({"deps": [{"name": "a", "version_req": "1", "kind": "odd"}]}), "odd"),
            (json!({"deps": [{"name": "a", "version_req": "1", "optional": "yes"}]}), "optional"),
            (json!({"deps": [{"name": "a", "version_req": "1", "features": [1]}]}), "features"),
            (json!({"deps": [{"name": "a", "version_req": "1", "explicit_name_in_toml": "b c"}]}), "b c"),
            (json!({"features": []}), "features"),
            (json!({"features": {"a b": []}}), "a b"),
            (json!({"features": {"a": "b"}}), "feature a"),
        ] {
            let error = read(more.clone()).unwrap_err();
            assert!(error.contains(named), "{more}: {error}");
        }
        for text in ["", "[]", "{", "nonsense", "\u{0}"] {
            assert!(Document::read(text.as_bytes()).unwrap_err().contains("JSON"), "{text}");
        }
    }
}
