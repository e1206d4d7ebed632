//! The POM of a version: what it says about itself, without its parents and without filling in properties.

use crate::xml::{Element, XmlError};

/// Longest POM that is read; the largest on Maven Central have a few hundred kilobytes.
pub const POM_BYTES_MAX: usize = 2 << 20;
/// Most dependencies that are taken from one POM.
const DEPENDENCIES_MAX: usize = 5000;

/// What a POM says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pom {
    /// Its group, unless it is its parent's.
    pub group: Option<String>,
    /// Its artifact.
    pub artifact: Option<String>,
    /// Its version, unless it is its parent's.
    pub version: Option<String>,
    /// What its main file is; `jar` where it does not say.
    pub packaging: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where it is at home.
    pub url: Option<String>,
    /// Where its source is.
    pub scm_url: Option<String>,
    /// Its licences: name and URL.
    pub licenses: Vec<(Option<String>, Option<String>)>,
    /// What it needs, the parent first.
    pub dependencies: Vec<PomDependency>,
}

/// Another package that a POM names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PomDependency {
    /// Its group.
    pub group: String,
    /// Its artifact.
    pub artifact: String,
    /// The version or range, if the POM says one.
    pub version: Option<String>,
    /// What for: `compile` unless the POM says otherwise, `optional`, or `parent`.
    pub kind: String,
}

impl Pom {
    /// Reads a POM.
    pub fn read(document: &[u8]) -> Result<Self, XmlError> {
        let root = Element::read(document, POM_BYTES_MAX, "project")?;
        let parent = root.child("parent").and_then(|parent| named(parent, "parent"));
        let needed = root.list("dependencies", "dependency").filter_map(dependency);
        let licenses = root.list("licenses", "license");
        let licenses = licenses.map(|license| (license.text_of("name"), license.text_of("url")));
        Ok(Self {
            group: root.text_of("groupId"),
            artifact: root.text_of("artifactId"),
            version: root.text_of("version"),
            packaging: root.text_of("packaging"),
            name: root.text_of("name"),
            description: root.text_of("description"),
            url: root.text_of("url"),
            scm_url: root.child("scm").and_then(|scm| scm.text_of("url")),
            licenses: licenses.filter(|(name, url)| name.is_some() || url.is_some()).collect(),
            dependencies: parent.into_iter().chain(needed).take(DEPENDENCIES_MAX).collect(),
        })
    }

    /// Whether it stands for itself: there is no main file beside it.
    pub fn is_alone(&self) -> bool {
        self.packaging.as_deref() == Some("pom")
    }
}

fn dependency(element: &Element) -> Option<PomDependency> {
    let optional = element.text_of("optional").is_some_and(|text| text == "true");
    let scope = element.text_of("scope").unwrap_or_else(|| "compile".to_owned());
    named(element, if optional { "optional" } else { &scope })
}

fn named(element: &Element, kind: &str) -> Option<PomDependency> {
    Some(PomDependency {
        group: element.text_of("groupId")?,
        artifact: element.text_of("artifactId")?,
        version: element.text_of("version"),
        kind: kind.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>com.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>
  <artifactId>lib</artifactId>
  <packaging>pom</packaging>
  <name>The Library</name>
  <description>
    Does &amp; does.
  </description>
  <url>https://acme.example/lib</url>
  <licenses><license><name>Apache-2.0</name><url>https://l.example</url></license><license/></licenses>
  <scm><connection>scm:git:x</connection><url>https://git.example/lib</url></scm>
  <dependencies>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>[1,2)</version></dependency>
    <dependency><groupId>a</groupId><artifactId>c</artifactId><scope>test</scope></dependency>
    <dependency><groupId>a</groupId><artifactId>d</artifactId><version>${d}</version><scope>runtime</scope><optional>true</optional></dependency>
    <dependency><artifactId>half</artifactId></dependency>
  </dependencies>
  <build><plugins><plugin><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId></dependency></dependencies></plugin></plugins></build>
</project>"#;

    #[test]
    fn a_pom_says_what_it_says_itself() {
        let pom = Pom::read(POM.as_bytes()).unwrap();
        assert_eq!(
            (pom.group.as_deref(), pom.artifact.as_deref(), pom.version.as_deref()),
            (None, Some("lib"), None)
        );
        assert_eq!(
            (pom.name.as_deref(), pom.description.as_deref()),
            (Some("The Library"), Some("Does & does."))
        );
        assert_eq!(pom.scm_url.as_deref(), Some("https://git.example/lib"));
        assert_eq!(pom.licenses, [(Some("Apache-2.0".to_owned()), Some("https://l.example".to_owned()))]);
        assert!(pom.is_alone());
        let shown: Vec<String> = pom
            .dependencies
            .iter()
            .map(|one| {
                format!(
                    "{}:{} {} {}",
                    one.group,
                    one.artifact,
                    one.version.as_deref().unwrap_or("-"),
                    one.kind
                )
            })
            .collect();
        assert_eq!(
            shown,
            ["com.acme:parent 7 parent", "a:b [1,2) compile", "a:c - test", "a:d ${d} optional"]
        );
    }

    #[test]
    fn what_is_no_pom_is_refused() {
        assert!(Pom::read(b"not xml").is_err());
        assert!(Pom::read(b"<ivy-module version=\"2.0\"/>").is_err());
        assert!(Pom::read(&vec![b' '; POM_BYTES_MAX + 1]).is_err());
    }
}
