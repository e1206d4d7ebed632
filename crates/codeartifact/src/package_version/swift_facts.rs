//! What the metadata of a Swift release says, in the words of the API.

use serde_json::{Map, Value};

use super::{Facts, License};

impl Facts {
    /// Reads the metadata of a release of the package that is spelled `id`.
    ///
    /// Of several addresses of the source the first one is given. What a package needs is known to those who run its
    /// manifest only, and the readme is at an address that is not fetched.
    pub fn of_swift(id: &str, metadata: &Map<String, Value>) -> Facts {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let sources = metadata.get("repositoryURLs").and_then(Value::as_array);
        let license = text(metadata.get("licenseURL"));
        Facts {
            display_name: id.to_owned(),
            summary: text(metadata.get("description")),
            source_code_repository: text(sources.and_then(|sources| sources.first())),
            licenses: license.map(|url| License { name: None, url: Some(url) }).into_iter().collect(),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_release_gives_every_fact() {
        let metadata = json!({
            "description": "A list", "licenseURL": "https://git.example/license", "readmeURL": "https://git.example/readme",
            "repositoryURLs": ["https://git.example/a.git", "git@git.example:a.git"], "author": {"name": "Mona"},
        });
        let facts = Facts::of_swift("Mona.LinkedList", metadata.as_object().unwrap());
        let expected = Facts {
            display_name: "Mona.LinkedList".into(),
            summary: Some("A list".into()),
            source_code_repository: Some("https://git.example/a.git".into()),
            licenses: vec![License { name: None, url: Some("https://git.example/license".into()) }],
            ..Facts::default()
        };
        assert_eq!(facts, expected);
    }

    #[test]
    fn odd_metadata_gives_what_it_can() {
        let odd = json!({"description": 5, "repositoryURLs": "a", "licenseURL": ""});
        let facts = Facts::of_swift("a.b", odd.as_object().unwrap());
        assert_eq!(facts, Facts { display_name: "a.b".into(), ..Facts::default() });
    }
}
