//! What a gem says about itself, in the words of the API.

use formats::ruby::spec::Gemspec;

use super::{Dependency, Facts, License};

impl Facts {
    /// Reads a gem's specification.
    ///
    /// Dependencies are of type `runtime` or `development`, as the specification calls them (assumed).
    pub fn of_ruby(spec: &Gemspec) -> Facts {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let link = |name: &str| some(&spec.metadata.get(name).cloned());
        let dependencies = spec.dependencies.iter().map(|dependency| Dependency {
            namespace: None,
            package: dependency.name.clone(),
            dependency_type: Some(
                if dependency.is_development { "development" } else { "runtime" }.to_owned(),
            ),
            version_requirement: Some(dependency.requirement.texts().join(", ")),
        });
        let licenses = spec.licenses.iter().filter(|name| !name.is_empty());
        Facts {
            display_name: spec.name.clone(),
            summary: some(&spec.summary),
            home_page: some(&spec.homepage).or_else(|| link("homepage_uri")),
            source_code_repository: link("source_code_uri"),
            licenses: licenses.map(|name| License { name: Some(name.clone()), url: None }).collect(),
            dependencies: dependencies.collect(),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::ruby::spec::{Dependency as Needed, Requirement};

    #[test]
    fn a_specification_gives_every_fact() {
        let needed = |name: &str, is_development| Needed {
            name: name.to_owned(),
            requirement: Requirement::parse([">= 1", "< 3"]).unwrap(),
            is_development,
        };
        let spec = Gemspec {
            name: "kit".to_owned(),
            version: "1.0".to_owned(),
            summary: Some("A kit".to_owned()),
            homepage: Some(String::new()),
            licenses: vec!["MIT".to_owned()],
            metadata: [("homepage_uri", "http://kit"), ("source_code_uri", "http://git")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            dependencies: vec![needed("base", false), needed("tool", true)],
            ..Gemspec::default()
        };
        let facts = Facts::of_ruby(&spec);
        assert_eq!((facts.display_name.as_str(), facts.summary.as_deref()), ("kit", Some("A kit")));
        assert_eq!(facts.home_page.as_deref(), Some("http://kit"));
        assert_eq!(facts.source_code_repository.as_deref(), Some("http://git"));
        assert_eq!(facts.licenses, [License { name: Some("MIT".to_owned()), url: None }]);
        let needs: Vec<_> = facts
            .dependencies
            .iter()
            .map(|one| {
                (one.package.as_str(), one.dependency_type.as_deref(), one.version_requirement.as_deref())
            })
            .collect();
        let wanted = |kind| (Some(kind), Some(">= 1, < 3"));
        assert_eq!(
            needs,
            [
                ("base", wanted("runtime").0, wanted("runtime").1),
                ("tool", Some("development"), Some(">= 1, < 3"))
            ]
        );
    }
}
