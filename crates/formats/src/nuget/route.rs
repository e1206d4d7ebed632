//! What a path below a NuGet endpoint asks for, still percent-encoded. Methods and queries are the endpoint's business.

use super::id::PackageId;
use super::rendering::Hive;
use super::version::Version;

/// The longest path that is looked at: two ids and two versions at their limits, all of it encoded.
const PATH_BYTES_MAX: usize = 8 * 1024;

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The endpoint itself.
    Root,
    /// `v3/index.json`
    Service,
    /// `v3/flatcontainer/{id}/index.json`: its versions.
    Versions(PackageId),
    /// A file of a version.
    File(PackageId, Version, File),
    /// `{hive}/{id}/index.json`
    Registration(Hive, PackageId),
    /// `{hive}/{id}/page/{lower}/{upper}.json`
    Page(Hive, PackageId, String, String),
    /// `{hive}/{id}/{version}.json`
    Leaf(Hive, PackageId, Version),
    /// `v3/query`
    Query,
    /// `v3/autocomplete`
    Autocomplete,
    /// `v3/package`, `v2/package` and `v2`: where packages are pushed to.
    Push,
    /// The same with `/{id}/{version}`: what is downloaded, unlisted and relisted.
    Package(PackageId, Version),
    /// `v3/symbolpackage`: where symbols are pushed to.
    PushSymbols,
    /// `v2/$metadata`
    Metadata,
    /// `v2/FindPackagesById()`
    FindPackagesById,
    /// `v2/Packages()`; the flag says whether only the number is wanted.
    Packages(bool),
    /// `v2/Packages(Id='…',Version='…')`
    OnePackage(PackageId, Version),
    /// `v2/Search()`; likewise.
    Search(bool),
    /// A part of the protocol that is not served.
    Unserved,
}

/// A file of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The package.
    Nupkg,
    /// Its symbols.
    Snupkg,
    /// Its nuspec.
    Nuspec,
    /// Its readme.
    Readme,
    /// Its picture.
    Icon,
    /// Its license.
    License,
}

/// Why a path has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPath;

impl Route {
    /// Reads a path without its leading slash and without the query.
    ///
    /// Percent-decoding happens once. Repeated slashes are one, a trailing slash is none; words are taken in any letter
    /// case, as clients of old write some of them.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        if path.len() > PATH_BYTES_MAX {
            return Err(BadPath);
        }
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(decoded)
            .collect::<Option<_>>()
            .ok_or(BadPath)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let [first, rest @ ..] = segments.as_slice() else { return Ok(Self::Root) };
        match first.to_ascii_lowercase().as_str() {
            "v3" => three(rest),
            "v2" => two(rest),
            _ => Ok(Self::Unserved),
        }
    }
}

fn three(rest: &[&str]) -> Result<Route, BadPath> {
    let [first, rest @ ..] = rest else { return Ok(Route::Root) };
    let first = first.to_ascii_lowercase();
    if let Some(hive) = Hive::ALL.into_iter().find(|hive| hive.folder() == first) {
        return registration(hive, rest);
    }
    match (first.as_str(), rest) {
        ("index.json", []) => Ok(Route::Service),
        ("query", []) => Ok(Route::Query),
        ("autocomplete", []) => Ok(Route::Autocomplete),
        ("symbolpackage", []) => Ok(Route::PushSymbols),
        ("package", []) => Ok(Route::Push),
        ("package", [name, number]) => Ok(Route::Package(id(name)?, version(number)?)),
        ("flatcontainer", [name, "index.json"]) => Ok(Route::Versions(id(name)?)),
        ("flatcontainer", [name, number, file]) => Ok(container(id(name)?, version(number)?, file)),
        _ => Ok(Route::Unserved),
    }
}

fn container(id: PackageId, version: Version, file: &str) -> Route {
    let file = file.to_lowercase();
    let file = match file.as_str() {
        "readme" => File::Readme,
        "icon" => File::Icon,
        "license" => File::License,
        _ if file == format!("{id}.nuspec") => File::Nuspec,
        _ => match (file.strip_suffix(".nupkg"), file.strip_suffix(".snupkg")) {
            (Some(stem), _) if is_named(stem, &id, &version) => File::Nupkg,
            (_, Some(stem)) if is_named(stem, &id, &version) => File::Snupkg,
            _ => return Route::Unserved,
        },
    };
    Route::File(id, version, file)
}

/// Whether a file is called as the version is, in whatever spelling.
fn is_named(stem: &str, id: &PackageId, version: &Version) -> bool {
    let number = stem.strip_prefix(id.lower()).and_then(|rest| rest.strip_prefix('.'));
    number.and_then(Version::parse).is_some_and(|named| named == *version)
}

fn registration(hive: Hive, rest: &[&str]) -> Result<Route, BadPath> {
    match rest {
        [name, "index.json"] => Ok(Route::Registration(hive, id(name)?)),
        [name, "page", lower, upper] => match upper.strip_suffix(".json") {
            Some(upper) => {
                let bound = |text: &str| version(text).map(|version| version.normalised());
                Ok(Route::Page(hive, id(name)?, bound(lower)?, bound(upper)?))
            }
            None => Ok(Route::Unserved),
        },
        [name, leaf] => match leaf.strip_suffix(".json") {
            Some(number) => Ok(Route::Leaf(hive, id(name)?, version(number)?)),
            None => Ok(Route::Unserved),
        },
        _ => Ok(Route::Unserved),
    }
}

fn two(rest: &[&str]) -> Result<Route, BadPath> {
    let count = |rest: &[&str]| match rest {
        [] => Some(false),
        [one] if one.eq_ignore_ascii_case("$count") => Some(true),
        _ => None,
    };
    // `PUT v2/` and `DELETE v2/{id}/{version}` are what nuget.exe makes of a source without a service index.
    let [first, more @ ..] = rest else { return Ok(Route::Push) };
    let lower = first.to_ascii_lowercase();
    Ok(match (lower.trim_end_matches("()"), more) {
        ("$metadata", []) => Route::Metadata,
        ("findpackagesbyid", []) => Route::FindPackagesById,
        ("packages", more) => count(more).map_or(Route::Unserved, Route::Packages),
        ("search", more) => count(more).map_or(Route::Unserved, Route::Search),
        ("package", []) => Route::Push,
        ("package", [name, number]) => Route::Package(id(name)?, version(number)?),
        (_, []) if lower.starts_with("packages(") && lower.ends_with(')') => {
            let inside = &first["packages(".len()..first.len() - 1];
            match (key(inside, "id"), key(inside, "version")) {
                (Some(name), Some(number)) => Route::OnePackage(id(&name)?, version(&number)?),
                _ => return Err(BadPath),
            }
        }
        (_, [number]) if !lower.contains('(') => match (PackageId::parse(first), Version::parse(number)) {
            (Ok(id), Some(version)) => Route::Package(id, version),
            _ => Route::Unserved,
        },
        _ => Route::Unserved,
    })
}

/// The value of a key in `Id='…',Version='…'`.
fn key(inside: &str, wanted: &str) -> Option<String> {
    let found = inside.split(',').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
    })?;
    Some(found.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())
}

fn id(text: &str) -> Result<PackageId, BadPath> {
    PackageId::parse(text).map_err(|_| BadPath)
}

fn version(text: &str) -> Result<Version, BadPath> {
    Version::parse(text).ok_or(BadPath)
}

/// Percent-decodes one segment; control characters and broken encodings have no meaning here.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            (u8::from_str_radix(digits, 16).ok()?, &after[2..])
        } else {
            (*first, after)
        };
        if byte < 0x20 || byte == 0x7f {
            return None;
        }
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart() {
        let id = || PackageId::parse("acme.kit").unwrap();
        let version = || Version::parse("1.0.0-b").unwrap();
        for (path, expected) in [
            ("", Route::Root),
            ("v3/index.json", Route::Service),
            ("v3//index.json", Route::Service),
            ("v3/flatcontainer/Acme.Kit/index.json", Route::Versions(id())),
            (
                "v3/flatcontainer/acme.kit/1.0.0-b/acme.kit.1.0.0-b.nupkg",
                Route::File(id(), version(), File::Nupkg),
            ),
            (
                "v3/flatcontainer/Acme.Kit/1.0-B/Acme.Kit.1.0.0.0-B.NUPKG",
                Route::File(id(), version(), File::Nupkg),
            ),
            (
                "v3/flatcontainer/acme.kit/1.0-b/acme.kit.1.0-b.snupkg",
                Route::File(id(), version(), File::Snupkg),
            ),
            ("v3/flatcontainer/acme.kit/1.0-b/acme.kit.nuspec", Route::File(id(), version(), File::Nuspec)),
            ("v3/flatcontainer/acme.kit/1.0-b/readme", Route::File(id(), version(), File::Readme)),
            ("v3/flatcontainer/acme.kit/1.0-b/acme.kit.2.0-b.nupkg", Route::Unserved),
            ("v3/flatcontainer/acme.kit/1.0-b/other.nuspec", Route::Unserved),
            ("v3/registration-gz/acme.kit/index.json", Route::Registration(Hive::Gzip, id())),
            ("v3/registration/acme.kit/1.0.0-B.json", Route::Leaf(Hive::Plain, id(), version())),
            (
                "v3/registration-semver2/acme.kit/page/1.0/1.0.0-B.json",
                Route::Page(Hive::Semver2, id(), "1.0.0".into(), "1.0.0-b".into()),
            ),
            ("v3/query", Route::Query),
            ("v3/package/", Route::Push),
            ("v3/package/Acme.Kit/1.0-b", Route::Package(id(), version())),
            ("v3/symbolpackage/", Route::PushSymbols),
            ("v2/", Route::Push),
            ("v2/package/", Route::Push),
            ("v2/package/Acme.Kit/1.0-b", Route::Package(id(), version())),
            ("v2/Acme.Kit/1.0-b", Route::Package(id(), version())),
            ("v2/$metadata", Route::Metadata),
            ("v2/FindPackagesById()", Route::FindPackagesById),
            ("v2/Packages()", Route::Packages(false)),
            ("v2/Packages()/$count", Route::Packages(true)),
            ("v2/Packages(Id='Acme.Kit',Version='1.0-b')", Route::OnePackage(id(), version())),
            ("v2/Packages(Id=%27Acme.Kit%27,%20Version=%271.0-b%27)", Route::OnePackage(id(), version())),
            ("v2/Search()/$count", Route::Search(true)),
            ("v2/GetUpdates()", Route::Unserved),
            ("api/v2/package", Route::Unserved),
        ] {
            assert_eq!(Route::parse(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn paths_without_meaning_are_refused() {
        let long = "a".repeat(9000);
        for path in [
            "v3/flatcontainer/a%2fb/index.json",
            "v3/flatcontainer/../index.json",
            "v3/flatcontainer/acme.kit/one/acme.kit.one.nupkg",
            "v3/package/acme.kit/1.0.0.0.0",
            "v2/Packages(Id='a')",
            "v2/Packages(Id='a b',Version='1')",
            "v3/%zz",
            "v3/%00",
            "v3/%ff",
            &long,
        ] {
            assert_eq!(Route::parse(path), Err(BadPath), "{path}");
        }
    }
}
