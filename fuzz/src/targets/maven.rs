//! The rules of Maven: paths, versions, builds, POMs and metadata.

use std::cmp::Ordering;

use formats::maven::checksum::Algorithm;
use formats::maven::metadata::Metadata;
use formats::maven::pom::Pom;
use formats::maven::route::{Route, Target};
use formats::maven::snapshot::{Build, FileKind, is_snapshot};
use formats::maven::version::{ComparableVersion, compare};

use super::endpoint::{furnish, send};
use crate::choices::Choices;
use crate::region::with_account;

pub(super) const ROUTE_WORDS: &[&str] = &[
    "com/acme/lib/1.0/lib-1.0.jar",
    "-SNAPSHOT/",
    "maven-metadata.xml",
    "-20210728.194552-1",
    "-sources",
    ".jar",
    ".pom",
    ".sha1",
    ".md5",
    ".sha512",
    ".asc",
    "..",
    "%2f",
    "%2e",
    "/",
];
pub(super) const VERSION_WORDS: &[&str] =
    &["1.0", "-SNAPSHOT", "alpha", "rc", "-", ".", "0", "sp", "final", "20210728.194552", "x"];
pub(super) const XML_WORDS: &[&str] = &[
    "<project>",
    "<metadata>",
    "<versioning>",
    "<versions><version>1.0</version></versions>",
    "<groupId>com.acme</groupId>",
    "<artifactId>lib</artifactId>",
    "<snapshotVersion>",
    "<extension>jar</extension>",
    "<value>1.0-20210728.194552-1</value>",
    "<plugins><plugin>",
    "<prefix>x</prefix>",
    "<dependencies><dependency>",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [<!ENTITY x \"y\">]>",
    "&x;",
    "&#65;",
    "<!--",
    "-->",
    "</",
    "/>",
];

pub(super) const ENDPOINT_WORDS: &[&str] = &[
    "g/a/1.0/a-1.0.jar",
    "g/a/1.0/a-1.0.pom",
    "g/a/maven-metadata.xml",
    "g/a/1-SNAPSHOT/a-1-20210728.194552-1.jar",
    "g/a/1-SNAPSHOT/maven-metadata.xml",
    ".sha1",
    ".md5",
    "\n",
    "\u{1}",
    "<metadata><versioning><versions><version>1.0</version></versions></versioning></metadata>",
    "<snapshot><timestamp>20210728.194552</timestamp><buildNumber>1</buildNumber></snapshot>",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "d41d8cd98f00b204e9800998ecf8427e",
];

/// Series of requests to the endpoint: U+0001 ends one, a line break ends its path. The metadata that come of them are
/// such.
pub(super) fn endpoint(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        let methods = ["PUT", "GET", "HEAD", "PUT", "DELETE"];
        for one in data.split(|byte| *byte == 1).take(10) {
            let mut choices = Choices::new(one);
            let method = *choices.of(&methods).unwrap_or(&"GET");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            send(region, account, &token, ("maven", method), path, body.get(1..).unwrap_or_default());
        }
        for path in ["g/a/maven-metadata.xml", "g/a/1-SNAPSHOT/maven-metadata.xml"] {
            let (status, body) = send(region, account, &token, ("maven", "GET"), path.as_bytes(), b"");
            if status == Some(200) {
                crate::note(path);
                Metadata::read(&body).expect("what is served is read");
            }
        }
    });
}

/// A path that is read names one file, wherever that is asked for again, and nothing outside its repository.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(route) = Route::parse(&text) else { return };
    crate::note((std::mem::discriminant(&route.target), route.checksum));
    let Target::File(path) = route.target else { return };
    crate::note((path.build.is_some(), path.is_pom(), path.is_without_build()));
    let again = Route::parse(&path.encoded()).expect("a path that was read is spelled so that it is read");
    assert_eq!(again, Route { target: Target::File(path.clone()), checksum: None });
    assert!(path.encoded().split('/').all(|segment| !matches!(segment, "" | "." | "..")));
    assert_eq!(path.package.folder().split('/').count(), path.package.group().split('.').count() + 1);
    for algorithm in Algorithm::ALL {
        let summed = Route::parse(&format!("{}.{}", path.encoded(), algorithm.extension()));
        assert_eq!(summed.map(|route| route.checksum), Ok(Some(algorithm)));
    }
    if let Some(build) = &path.build {
        assert_eq!(build.snapshot(), path.folder);
        assert_eq!(Build::parse(&path.version()).as_ref(), Some(build));
    }
}

/// Versions are ordered, whatever they are; builds are read back as they were.
pub(super) fn version(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let versions: Vec<&str> = text.split(['\n', ' ']).filter(|one| one.len() < 300).take(3).collect();
    for one in &versions {
        let parsed = ComparableVersion::parse(one);
        assert_eq!(parsed.cmp(&parsed), Ordering::Equal, "{one}");
        if let Some(build) = Build::parse(one) {
            crate::note("build");
            assert_eq!(build.to_string(), *one);
            assert!(is_snapshot(&build.snapshot()) && !is_snapshot(one));
            assert_eq!(
                Build::of_snapshot(&build.snapshot(), build.timestamp(), &build.number().to_string()),
                Some(build)
            );
        }
        if let Some(kind) = FileKind::parse(one) {
            crate::note(kind.classifier.is_empty());
            assert_eq!(kind.suffix(), *one);
        }
    }
    let [left, right, ..] = versions[..] else { return };
    let order = compare(left, right);
    crate::note(order as i8);
    assert_eq!(order, compare(right, left).reverse(), "{left} {right}");
}

/// A document that is read can be written, and says the same again.
pub(super) fn metadata(data: &[u8]) {
    let Ok(read) = Metadata::read(data) else { return };
    crate::note((read.versions.len().min(3), read.plugins.len().min(2), read.snapshot.is_some()));
    crate::note((read.snapshot_versions.len().min(2), read.group.is_some(), read.release.is_some()));
    let newest: Vec<String> = read.release.iter().cloned().collect();
    if let Some(made) = Metadata::of_versions(("g", "a"), read.versions.clone(), &newest, None) {
        let again = Metadata::read(made.write().as_bytes()).expect("what is written is read");
        assert_eq!(again, made);
        assert!(made.versions.iter().all(|version| read.versions.contains(version)));
    }
}

/// A POM is read within bounds, or refused.
pub(super) fn pom(data: &[u8]) {
    let Ok(pom) = Pom::read(data) else { return };
    crate::note((
        pom.dependencies.len().min(3),
        pom.licenses.len().min(2),
        pom.is_alone(),
        pom.name.is_some(),
    ));
    let facts = codeartifact::package_version::Facts::of_maven(&pom);
    assert_eq!(facts.dependencies.len(), pom.dependencies.len());
    let texts = [&facts.summary, &facts.home_page, &facts.source_code_repository];
    assert!(texts.iter().all(|text| text.as_ref().is_none_or(|text| !text.contains('\0'))));
}
