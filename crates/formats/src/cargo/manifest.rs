//! What `Cargo.toml` inside a crate says: cargo writes it anew when it packs, so its shape is known.

use serde_json::{Map, Value};

/// The part of a packed `Cargo.toml` that is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// `package.name`.
    pub name: String,
    /// `package.version`.
    pub version: String,
    /// `package.readme`, when it names a file.
    pub readme: Option<String>,
    package: Map<String, Value>,
}

impl Manifest {
    /// Reads a `Cargo.toml`; says in a sentence what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let whole: toml::Table = toml::from_str(text)
            .map_err(|error| format!("the Cargo.toml in the crate cannot be read: {}", error.message()))?;
        // Manifests from before 2015 say `project`.
        let package = whole.get("package").or_else(|| whole.get("project")).and_then(toml::Value::as_table);
        let package = package.ok_or("the Cargo.toml in the crate has no [package]")?;
        let text = |member: &str| package.get(member).and_then(toml::Value::as_str).map(str::to_owned);
        let required = |member: &str| {
            text(member).ok_or_else(|| format!("the Cargo.toml in the crate has no package.{member}"))
        };
        let mut kept = Map::new();
        for (member, as_published) in [
            ("description", "description"),
            ("homepage", "homepage"),
            ("repository", "repository"),
            ("documentation", "documentation"),
            ("license", "license"),
            ("license-file", "license_file"),
        ] {
            kept.extend(text(member).map(|value| (as_published.to_owned(), Value::from(value))));
        }
        let (name, version, readme) = (required("name")?, required("version")?, text("readme"));
        Ok(Self { name, version, readme, package: kept })
    }

    /// The members that a publish request would have of it, in the spelling of the web API.
    pub fn as_published(&self) -> &Map<String, Value> {
        &self.package
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_manifest_gives_its_facts() {
        let manifest = Manifest::read(
            "# made by cargo\n[package]\nedition = \"2021\"\nname = \"kit\"\nversion = \"1.0.0\"\nreadme = \"README.md\"\n\
             description = \"A kit\"\nlicense = \"MIT\"\nlicense-file = \"L\"\n[dependencies.a]\nversion = \"1\"\n",
        )
        .unwrap();
        assert_eq!((manifest.name.as_str(), manifest.version.as_str()), ("kit", "1.0.0"));
        assert_eq!(manifest.readme.as_deref(), Some("README.md"));
        let expected = serde_json::json!({"description": "A kit", "license": "MIT", "license_file": "L"});
        assert_eq!(Value::Object(manifest.as_published().clone()), expected);
        assert!(
            Manifest::read("[project]\nname='a'\nversion='0.1.0'\nreadme=false\n").unwrap().readme.is_none()
        );
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_a_sentence() {
        for text in
            ["", "[package]", "[package]\nname = 1\nversion = '1.0.0'", "package = 3", "{", "[workspace]\n"]
        {
            assert!(Manifest::read(text).unwrap_err().contains("Cargo.toml"), "{text}");
        }
        let deep =
            format!("[package]\nname='a'\nversion='1.0.0'\nx={}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(Manifest::read(&deep).is_err());
    }
}
