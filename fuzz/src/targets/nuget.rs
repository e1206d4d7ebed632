//! The rules of NuGet: paths, versions and ranges, nuspecs, what lies in packages, what registries say, pushes.

use formats::multipart::{Piece, Reader};
use formats::nuget::atom::{self, Filter};
use formats::nuget::entry::Entry;
use formats::nuget::id::PackageId;
use formats::nuget::listing::{Source, merge};
use formats::nuget::nupkg;
use formats::nuget::nuspec::Nuspec;
use formats::nuget::range::Range;
use formats::nuget::registration::{CatalogLeaf, Registration};
use formats::nuget::rendering::{self, Hive, Urls};
use formats::nuget::route::Route;
use formats::nuget::service::ServiceIndex;
use formats::nuget::version::{self, Version};
use formats::zip;

use super::endpoint::{furnish, send, send_as};
use crate::choices::Choices;
use crate::region::with_account;

pub(super) const ROUTE_WORDS: &[&str] = &[
    "v3/index.json",
    "v3/flatcontainer/a/1.0.0/a.1.0.0.nupkg",
    "/a.nuspec",
    "v3/registration-semver2/a/index.json",
    "/page/1.0.0/2.0.0.json",
    "v2/Packages(Id='a',Version='1.0')",
    "v2/FindPackagesById()",
    "/$count",
    "v3/package/a/1.0",
    "%2e",
    "..",
];
pub(super) const VERSION_WORDS: &[&str] =
    &["1.0.0", ".0", "-beta", "-rc.1", "+meta", "[1.0,2.0)", "(,1.0]", "[", ")", ",", "2147483647", "00"];
pub(super) const NUSPEC_WORDS: &[&str] = &[
    "<package><metadata>",
    "</metadata></package>",
    "<id>a</id>",
    "<version>1.0.0</version>",
    "<dependencies><group targetFramework='net6.0'><dependency id='b' version='[1,2)'/></group></dependencies>",
    "<license type='file'>L</license>",
    "<repository url='https://x' type='git'/>",
    "&amp;",
    "<!DOCTYPE a [<!ENTITY x 'y'>]>",
    "&x;",
];
pub(super) const PACKAGE_WORDS: &[&str] = &[
    "PK\u{3}\u{4}",
    "PK\u{1}\u{2}",
    "PK\u{5}\u{6}",
    "PK\u{6}\u{6}",
    "a.nuspec",
    "../",
    "%2e%2e/",
    "\\",
    "c:",
];
pub(super) const REGISTRATION_WORDS: &[&str] = &[
    "{\"items\":[{\"items\":[",
    "{\"catalogEntry\":{\"@id\":\"http://r/c\",\"id\":\"a\",\"version\":\"1.0.0\"}}",
    "\"listed\":false,",
    "\"published\":\"1900-01-01T00:00:00Z\",",
    "\"dependencyGroups\":[{\"dependencies\":[{\"id\":\"b\",\"range\":\"[1.0.0, )\"}]}],",
    "\"@id\":\"http://r/page\"",
    "]}]}",
];
pub(super) const PUSH_WORDS: &[&str] = &[
    "\r\n--X\r\n",
    "--X--\r\n",
    "Content-Disposition: form-data; name=package; filename=package.nupkg\r\n\r\n",
    "PK\u{5}\u{6}",
    "v3/package/",
    "v3/symbolpackage/",
    "v3/package/a/1.0.0",
    "v3/registration-semver2/a/index.json",
    "v3/query?q=a&prerelease=true",
    "v2/FindPackagesById()?id='a'",
    "v3/flatcontainer/a/1.0.0/readme",
];

/// A path means one thing or nothing.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let route = Route::parse(&text);
    crate::note(route.as_ref().ok().map(std::mem::discriminant));
    assert_eq!(Route::parse(&format!("{text}/")).ok(), route.clone().ok(), "a trailing slash is none");
    if let Ok(Route::Package(id, version)) = route {
        let path = format!("v3/package/{}/{version}", id.lower());
        if id.lower().is_ascii() {
            assert_eq!(Route::parse(&path), Ok(Route::Package(id, version)));
        }
    }
    let _ = Filter::read(&text);
}

/// Versions keep their place and their spelling once they are normalised.
pub(super) fn versions(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut read: Vec<Version> = text.split([' ', '\n']).take(20).filter_map(Version::parse).collect();
    for version in &read {
        let normalised = version.normalised();
        let again = Version::parse(&normalised).expect("what is normalised is a version");
        assert!(again == *version && again.normalised() == normalised);
        assert_eq!(Version::parse(&version.full()).as_ref(), Some(version));
        assert_eq!(version::normalised(&version.full()), normalised);
    }
    read.sort();
    for pair in read.windows(2) {
        assert!(pair[0] <= pair[1]);
    }
    let Some(range) = Range::parse(&text) else { return };
    crate::note(range.is_semver2());
    let spelled = range.to_string();
    let again = Range::parse(&spelled).expect("what is spelled is a range");
    assert_eq!(again.to_string(), spelled);
    for version in &read {
        assert_eq!(range.holds(version), again.holds(version));
    }
}

/// What a nuspec says survives being stored.
pub(super) fn nuspec(data: &[u8]) {
    let Ok(nuspec) = Nuspec::read(data) else { return };
    crate::note(nuspec.entry.is_semver2());
    assert_eq!(Entry::stored(&nuspec.entry.to_stored()), nuspec.entry);
    assert_eq!(PackageId::parse(&nuspec.entry.id).as_ref(), Ok(&nuspec.id));
    assert_eq!(Version::parse(&nuspec.entry.version).as_ref(), Some(&nuspec.version));
}

/// Nothing is unpacked beyond its bound.
pub(super) fn package(data: &[u8]) {
    let Ok(directory) = zip::directory(data) else { return };
    let found = nupkg::nuspec(&directory);
    crate::note(found.is_ok());
    for wanted in ["README.md", "docs\\README.md", "../a"] {
        let Some(place) = nupkg::file(&directory, wanted) else { continue };
        let unpacked = zip::part(data, &place.range).and_then(|bytes| place.unpack(bytes));
        assert!(
            unpacked.is_ok_and(|bytes| bytes.len() as u64 <= nupkg::FILE_BYTES_MAX)
                || unpacked_fails(data, &place)
        );
    }
    let _ = nupkg::nuspec_of(data);
}

fn unpacked_fails(data: &[u8], place: &zip::Place) -> bool {
    zip::part(data, &place.range).and_then(|bytes| place.unpack(bytes)).is_err()
}

/// What a registry says is listed in order, and all documents can be made of it.
pub(super) fn registration(data: &[u8]) {
    let _ = (ServiceIndex::read(data).is_ok(), CatalogLeaf::read(data).is_ok());
    let id = PackageId::parse("a").expect("it is an id");
    let Ok(registration) = Registration::read(&id, data) else { return };
    let versions = merge([Source { versions: registration.versions, hidden: vec!["9.9.9".to_owned()] }]);
    crate::note(versions.len().min(3));
    assert!(versions.windows(2).all(|pair| pair[0].version < pair[1].version));
    let urls = Urls { base: "http://h/", id: &id };
    for hive in Hive::ALL {
        let shown = versions.iter().filter(|listed| hive.shows(listed)).count();
        assert_eq!(rendering::registration(urls, hive, &versions).is_some(), shown > 0);
    }
    let items = atom::items(&id, &versions);
    let feed = atom::feed("http://h/", "Packages", &items, None, None);
    assert_eq!(feed.matches("<entry>").count(), versions.len());
    assert!(!feed.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')), "it is XML");
}

/// One request to the endpoint, its path up to a line break, and what is read after it; it is pushed as a package, too.
pub(super) fn push(data: &[u8]) {
    let mut choices = Choices::new(data);
    let methods = ["PUT", "GET", "DELETE", "POST", "HEAD"];
    let method = *choices.of(&methods).unwrap_or(&"PUT");
    let rest = choices.rest();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (path, body) = rest.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    if let Ok(mut reader) = Reader::new("multipart/form-data; boundary=X") {
        let mut bytes = 0;
        let fed = reader.feed(body, &mut |piece| {
            if let Piece::Bytes(some) = piece {
                bytes += some.len();
            }
        });
        assert!(bytes <= body.len());
        crate::note(fed.is_ok() && reader.finish().is_ok());
    }
    with_account(|region, account| {
        let token = furnish(region, account);
        let form = ("multipart/form-data; boundary=X", body);
        send_as(region, account, &token, ("nuget", method), path, form);
        send_as(region, account, &token, ("nuget", "PUT"), b"v3/package/", form);
        for path in [&b"v3/query?prerelease=true&semVerLevel=2.0.0"[..], b"v2/FindPackagesById()?id='a'"] {
            let (status, _) = send(region, account, &token, ("nuget", "GET"), path, b"");
            assert_eq!(status, Some(200));
        }
    });
}
