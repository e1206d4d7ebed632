//! Documents as Maven 3.8 sends them, and ours as it reads them.

use super::*;

/// Put by Maven 3.8.7 in the second deploy of a snapshot.
const SNAPSHOT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<metadata modelVersion="1.1.0">
  <groupId>com.acme</groupId>
  <artifactId>lib</artifactId>
  <versioning>
    <lastUpdated>20261120173710</lastUpdated>
    <snapshot>
      <timestamp>20261120.173710</timestamp>
      <buildNumber>2</buildNumber>
    </snapshot>
    <snapshotVersions>
      <snapshotVersion>
        <extension>pom</extension>
        <value>1.0-20261120.173710-2</value>
        <updated>20261120173710</updated>
      </snapshotVersion>
      <snapshotVersion>
        <classifier>sources</classifier>
        <extension>jar</extension>
        <value>1.0-20261120.173706-1</value>
        <updated>20261120173706</updated>
      </snapshotVersion>
    </snapshotVersions>
  </versioning>
  <version>1.0-SNAPSHOT</version>
</metadata>
"#;

#[test]
fn the_builds_of_a_snapshot_are_read_and_written() {
    let read = Metadata::read(SNAPSHOT.as_bytes()).unwrap();
    assert_eq!(read.version.as_deref(), Some("1.0-SNAPSHOT"));
    assert_eq!(read.snapshot, Some(("20261120.173710".to_owned(), "2".to_owned())));
    assert_eq!(read.snapshot_versions[1].kind.classifier, "sources");
    let files = [
        "lib-1.0-20261120.173706-1.pom",
        "lib-1.0-20261120.173710-2.pom",
        "lib-1.0-20261120.173706-1-sources.jar",
        "maven-metadata.xml",
    ];
    let made = Metadata::of_snapshot(("com.acme", "lib"), "1.0-SNAPSHOT", files).unwrap();
    assert_eq!(made, read);
    assert_eq!(Metadata::read(made.write().as_bytes()).unwrap(), read);
    assert_eq!(Metadata::of_snapshot(("com.acme", "lib"), "1.0-SNAPSHOT", ["lib-1.0-SNAPSHOT.jar"]), None);
}

#[test]
fn the_versions_of_a_package_are_written_in_their_order() {
    let versions = ["1.10", "1.9", "2.0-SNAPSHOT", "1.9", "2.0-rc1"].map(str::to_owned).to_vec();
    let updated = Some("20261120173710".to_owned());
    let made = Metadata::of_versions(("com.acme", "lib&"), versions, &[], updated).unwrap();
    assert_eq!(
        made.write(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<metadata>
  <groupId>com.acme</groupId>
  <artifactId>lib&amp;</artifactId>
  <versioning>
    <latest>2.0-SNAPSHOT</latest>
    <release>2.0-rc1</release>
    <versions>
      <version>1.9</version>
      <version>1.10</version>
      <version>2.0-rc1</version>
      <version>2.0-SNAPSHOT</version>
    </versions>
    <lastUpdated>20261120173710</lastUpdated>
  </versioning>
</metadata>
"
    );
    assert_eq!(Metadata::read(made.write().as_bytes()).unwrap(), made);
    assert_eq!(Metadata::of_versions(("a", "b"), Vec::new(), &["1".to_owned()], None), None);
}

#[test]
fn a_registrys_own_word_for_its_newest_version_stays() {
    let versions = || ["1.0", "2.0", "3.0-beta"].map(str::to_owned).to_vec();
    let newest = |named: &[&str]| {
        let named: Vec<String> = named.iter().map(|version| (*version).to_owned()).collect();
        let made = Metadata::of_versions(("a", "b"), versions(), &named, None).unwrap();
        (made.latest.unwrap(), made.release.unwrap())
    };
    assert_eq!(newest(&["2.0"]), ("2.0".to_owned(), "2.0".to_owned()));
    assert_eq!(newest(&["1.0", "2.0"]).1, "2.0");
    assert_eq!(newest(&["9.0"]).1, "3.0-beta", "a version that is not listed is not the newest");
}

#[test]
fn plugins_of_a_group_are_put_together() {
    let document = "<metadata><plugins><plugin><name>x</name><prefix>jar</prefix><artifactId>maven-jar-plugin\
                    </artifactId></plugin><plugin><prefix>half</prefix></plugin></plugins></metadata>";
    let mut read = Metadata::read(document.as_bytes()).unwrap();
    assert_eq!(read.plugins.len(), 1);
    let other = |prefix: &str| Plugin { name: None, prefix: prefix.to_owned(), artifact: "other".to_owned() };
    read.add_plugins(&[other("jar"), other("war")]);
    assert_eq!(Metadata::read(read.write().as_bytes()).unwrap(), read);
    let artifacts: Vec<_> = read.plugins.iter().map(|plugin| plugin.artifact.as_str()).collect();
    assert_eq!(artifacts, ["maven-jar-plugin", "other"]);
}

#[test]
fn other_documents_are_refused() {
    assert!(Metadata::read(b"<html></html>").is_err());
    assert!(Metadata::read(b"").is_err());
    assert_eq!(Metadata::read(b"<metadata/>").unwrap(), Metadata::default());
}

#[test]
fn plugins_are_called_by_the_names_of_their_artifacts() {
    let prefix = |artifact| Plugin::of_artifact(artifact).map(|plugin| plugin.prefix);
    assert_eq!(prefix("maven-jar-plugin").as_deref(), Some("jar"));
    assert_eq!(prefix("hello-maven-plugin").as_deref(), Some("hello"));
    assert_eq!(prefix("maven-plugin-plugin").as_deref(), Some("plugin"));
    for artifact in ["lib", "maven-plugin", "maven--plugin", "-maven-plugin", "jar-plugin"] {
        assert_eq!(prefix(artifact), None, "{artifact}");
    }
}
