//! What a POM says about a Maven version, in the words of the API.

use formats::maven::pom::Pom;

use super::table::kept;
use super::{Dependency, Facts, License};

impl Facts {
    /// Reads what a POM says itself: nothing comes from its parents, and properties stay as they are spelled.
    pub fn of_maven(pom: &Pom) -> Facts {
        let text = |text: &Option<String>| text.as_deref().map(|text| kept(text).into_owned());
        let dependencies = pom.dependencies.iter().map(|one| Dependency {
            namespace: Some(kept(&one.group).into_owned()),
            package: kept(&one.artifact).into_owned(),
            dependency_type: Some(kept(&one.kind).into_owned()),
            version_requirement: text(&one.version),
        });
        let licenses = pom.licenses.iter().map(|(name, url)| License { name: text(name), url: text(url) });
        Facts {
            display_name: text(&pom.name).unwrap_or_default(),
            summary: text(&pom.description),
            home_page: text(&pom.url),
            source_code_repository: text(&pom.scm_url),
            licenses: licenses.collect(),
            dependencies: dependencies.collect(),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pom_is_told_in_the_words_of_the_api() {
        let pom = Pom::read(
            b"<project><artifactId>lib</artifactId><name>The Library</name><description>Does</description>
              <url>https://acme.example</url><scm><url>https://git.example</url></scm>
              <licenses><license><name>MIT</name></license></licenses>
              <parent><groupId>com.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>
              <dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><scope>test</scope>
              </dependency></dependencies></project>",
        )
        .unwrap();
        let facts = Facts::of_maven(&pom);
        assert_eq!((facts.display_name.as_str(), facts.summary.as_deref()), ("The Library", Some("Does")));
        assert_eq!(facts.home_page.as_deref(), Some("https://acme.example"));
        assert_eq!(facts.source_code_repository.as_deref(), Some("https://git.example"));
        assert_eq!(facts.licenses, [License { name: Some("MIT".into()), url: None }]);
        let shown: Vec<String> = facts
            .dependencies
            .iter()
            .map(|one| {
                let (kind, wanted) = (one.dependency_type.as_deref(), one.version_requirement.as_deref());
                format!("{}:{} {kind:?} {wanted:?}", one.namespace.as_deref().unwrap_or("-"), one.package)
            })
            .collect();
        assert_eq!(shown, [r#"com.acme:parent Some("parent") Some("7")"#, r#"a:b Some("test") None"#]);
    }
}
