//! What a nuspec says of a version, in the words of the API.

use formats::nuget::entry::Entry;

use super::{Dependency, Facts, License};

impl Facts {
    /// Reads what a nuspec says; the readme is a file of the package, if it names one.
    ///
    /// The summary is the description where the nuspec has none. A dependency has no type; one that several frameworks
    /// need is named once for each range (assumed: the API knows no frameworks).
    pub fn of_nuget(entry: &Entry, readme: Option<String>) -> Facts {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut dependencies: Vec<Dependency> = Vec::new();
        let needed = entry.dependency_groups.iter().flat_map(|group| &group.dependencies);
        for needed in needed {
            let dependency = Dependency {
                namespace: None,
                package: needed.id.to_lowercase(),
                dependency_type: None,
                version_requirement: given(&needed.range),
            };
            if !dependencies.contains(&dependency) {
                dependencies.push(dependency);
            }
        }
        let license = given(&entry.license_expression).or_else(|| given(&entry.license_file));
        let license = License { name: license, url: given(&entry.license_url) };
        let has_license = license.name.is_some() || license.url.is_some();
        Facts {
            display_name: entry.id.clone(),
            original_version: given(&entry.version),
            summary: given(&entry.summary).or_else(|| given(&entry.description)),
            home_page: given(&entry.project_url),
            source_code_repository: given(&entry.repository_url),
            licenses: has_license.then_some(license).into_iter().collect(),
            dependencies,
            readme: readme.filter(|text| !text.trim().is_empty()),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::nuget::entry::{DependencyGroup, Needed};

    #[test]
    fn a_nuspec_gives_every_fact() {
        let needs = |range: &str| vec![Needed { id: "Other.Kit".into(), range: range.into() }];
        let group = |range: &str| DependencyGroup { target_framework: None, dependencies: needs(range) };
        let entry = Entry {
            id: "Acme.Kit".into(),
            version: "1.0.0-Beta+x".into(),
            description: "A kit".into(),
            project_url: "https://acme.example".into(),
            repository_url: "https://git.example/kit".into(),
            license_expression: "MIT".into(),
            license_url: "https://licenses.example/MIT".into(),
            dependency_groups: vec![group("1.0"), group("1.0"), group("[2.0]")],
            ..Entry::default()
        };
        let facts = Facts::of_nuget(&entry, Some("# kit".into()));
        assert_eq!((facts.display_name.as_str(), facts.summary.as_deref()), ("Acme.Kit", Some("A kit")));
        assert_eq!(facts.original_version.as_deref(), Some("1.0.0-Beta+x"));
        assert_eq!((facts.licenses.len(), facts.readme.as_deref()), (1, Some("# kit")));
        let ranges: Vec<_> =
            facts.dependencies.iter().map(|one| one.version_requirement.as_deref()).collect();
        assert_eq!(ranges, [Some("1.0"), Some("[2.0]")]);
        assert!(
            facts.dependencies.iter().all(|one| one.dependency_type.is_none() && one.package == "other.kit")
        );
        assert_eq!(Facts::of_nuget(&Entry::default(), Some(" ".into())), Facts::default());
    }
}
