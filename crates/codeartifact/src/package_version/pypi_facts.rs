//! What the core metadata of a Python project says, in the words of the API.

use serde_json::{Map, Value};

use super::{Dependency, Facts, License};

/// The kind of every dependency, as the API names it.
const DEPENDENCY_TYPE: &str = "Requires-Dist";
/// The labels under which projects link their home and their source, normalised (core metadata, well-known labels).
const HOME_LABELS: [&str; 1] = ["homepage"];
const SOURCE_LABELS: [&str; 5] = ["source", "repository", "sourcecode", "github", "code"];

impl Facts {
    /// Reads core metadata in its JSON form (PEP 566); the description is the readme.
    ///
    /// Where the source is and which license applies is not one field: the link labelled as the source, and the license
    /// expression, else the license, else the classifiers (assumed).
    pub fn of_pypi(metadata: &Map<String, Value>, description: Option<&str>) -> Facts {
        let text = |member: &str| metadata.get(member).and_then(Value::as_str).map(str::to_owned);
        let linked = |labels: &[&str]| list(metadata, "project_url").find_map(|link| labelled(link, labels));
        Facts {
            display_name: text("name").unwrap_or_default(),
            original_version: text("version"),
            summary: text("summary"),
            home_page: text("home_page").or_else(|| linked(&HOME_LABELS)),
            source_code_repository: linked(&SOURCE_LABELS),
            licenses: licenses(metadata),
            dependencies: list(metadata, "requires_dist").map(dependency).collect(),
            readme: description.filter(|text| !text.trim().is_empty()).map(str::to_owned),
            ..Facts::default()
        }
    }
}

fn list<'a>(metadata: &'a Map<String, Value>, member: &str) -> impl Iterator<Item = &'a str> {
    metadata.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The address of `Label, https://…` if the label is one of these.
fn labelled(link: &str, labels: &[&str]) -> Option<String> {
    let (label, url) = link.split_once(',')?;
    let label: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    labels.contains(&label.to_ascii_lowercase().as_str()).then(|| url.trim().to_owned())
}

fn licenses(metadata: &Map<String, Value>) -> Vec<License> {
    let named = |name: &str| License { name: Some(name.to_owned()), url: None };
    let stated = ["license_expression", "license"];
    let stated = stated.iter().find_map(|member| metadata.get(*member).and_then(Value::as_str));
    // A whole license text is no name.
    if let Some(license) = stated.filter(|license| !license.contains('\n')) {
        return vec![named(license)];
    }
    let classified = list(metadata, "classifier").filter_map(|one| one.strip_prefix("License :: "));
    classified.filter_map(|path| path.rsplit(" :: ").next()).map(named).collect()
}

/// Reads `name[extra] (>=1) ; marker` (PEP 508): the name, and everything that follows it.
fn dependency(requirement: &str) -> Dependency {
    let requirement = requirement.trim();
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let end = requirement.find(|c| !inside(c)).unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let rest = rest.trim();
    Dependency {
        namespace: None,
        package: name.to_owned(),
        dependency_type: Some(DEPENDENCY_TYPE.to_owned()),
        version_requirement: (!rest.is_empty()).then(|| rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(metadata: Value, description: Option<&str>) -> Facts {
        Facts::of_pypi(metadata.as_object().unwrap(), description)
    }

    #[test]
    fn core_metadata_gives_every_fact() {
        let facts = facts(
            json!({
                "name": "Acme.Demo", "version": "1.0", "summary": "A demo", "license_expression": "MIT",
                "license": "no", "project_url": ["Homepage, https://acme.example", "Source Code, https://git.example"],
                "requires_dist": ["idna>=3", "six ; extra == \"x\"", "b[c]~=1.0", "plain"],
            }),
            Some("# demo\n"),
        );
        assert_eq!(facts.display_name, "Acme.Demo");
        assert_eq!(facts.home_page.as_deref(), Some("https://acme.example"));
        assert_eq!(facts.source_code_repository.as_deref(), Some("https://git.example"));
        assert_eq!(facts.licenses, [License { name: Some("MIT".into()), url: None }]);
        assert_eq!(facts.readme.as_deref(), Some("# demo\n"));
        let shown: Vec<(&str, Option<&str>)> = facts
            .dependencies
            .iter()
            .map(|one| (one.package.as_str(), one.version_requirement.as_deref()))
            .collect();
        let expected = [
            ("idna", Some(">=3")),
            ("six", Some("; extra == \"x\"")),
            ("b", Some("[c]~=1.0")),
            ("plain", None),
        ];
        assert_eq!(shown, expected);
        assert_eq!(facts.dependencies[0].dependency_type.as_deref(), Some("Requires-Dist"));
    }

    #[test]
    fn licenses_may_be_classified_only_and_odd_metadata_gives_what_it_can() {
        let classified = json!({
            "license": "a\nwhole\ntext",
            "classifier": ["Topic :: X", "License :: OSI Approved :: MIT License", "License :: Free"],
        });
        let names: Vec<_> = facts(classified, None).licenses.into_iter().filter_map(|one| one.name).collect();
        assert_eq!(names, ["MIT License", "Free"]);
        let odd = facts(json!({"name": 5, "requires_dist": "x", "project_url": ["no comma"]}), Some(" \n"));
        assert_eq!(odd, Facts::default());
    }
}
