//! What an npm client's path asks for: the part of the URL after the repository, still percent-encoded.
//!
//! Methods and queries are the endpoint's business; every path here means one thing whatever the method.

use super::name::PackageName;

/// The longest path that is looked at: scope, name, version and file at their limits, all of it encoded.
const PATH_BYTES_MAX: usize = 8 * 1024;

/// One resource of the npm protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/` alone.
    Root,
    /// `-/ping`.
    Ping,
    /// `-/whoami`.
    Whoami,
    /// `-/v1/search`.
    Search,
    /// `-/npm/v1/security/advisories/bulk`.
    AdvisoriesBulk,
    /// `-/npm/v1/security/audits/quick` and the older `…/audits`.
    Audits,
    /// `{package}`.
    Package(PackageName),
    /// `{package}/{version or tag}`.
    Manifest(PackageName, String),
    /// `{package}/-/{file}.tgz`, with any of the client spellings of the file.
    Tarball(PackageName, String),
    /// `-/package/{package}/dist-tags`.
    DistTags(PackageName),
    /// `-/package/{package}/dist-tags/{tag}`.
    DistTag(PackageName, String),
    /// `{package}/-rev/{revision}`.
    PackageRevision(PackageName, String),
    /// `{package}/-/{file}.tgz/-rev/{revision}`.
    TarballRevision(PackageName, String, String),
    /// `-/npm/v1/attestations/{package}@{version}`.
    Attestations(PackageName, String),
    /// `-/npm/v1/keys`.
    Keys,
    /// `-/user/org.couchdb.user:{user}` and `-/v1/login`.
    Login,
    /// `-/user/token/{token}`.
    Logout(String),
    /// What the public registry keeps of people; says what it is.
    People(&'static str),
    /// A path of the protocol that is not served.
    Unserved,
}

/// Why a path has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPath;

impl Route {
    /// Reads a path without its leading slash and without the query.
    ///
    /// Percent-decoding happens once. Repeated slashes are one, a trailing slash is none, and nothing else is
    /// collapsed.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        if path.len() > PATH_BYTES_MAX {
            return Err(BadPath);
        }
        let decoded: Vec<String> =
            path.split('/').filter(|s| !s.is_empty()).map(decode).collect::<Result<_, _>>()?;
        // One segment may hold a whole scoped name; from here on a name is always split at its slash.
        let segments: Vec<&str> = decoded.iter().flat_map(|s| s.split('/')).collect();
        if segments.iter().any(|s| s.is_empty() || *s == "." || *s == "..") {
            return Err(BadPath);
        }
        match segments.as_slice() {
            [] => Ok(Self::Root),
            // The public registry holds a package that is named by a hyphen alone.
            ["-", "-", ..] => package_route(&segments),
            ["-", rest @ ..] if !rest.is_empty() => registry_route(rest),
            _ => package_route(&segments),
        }
    }
}

fn registry_route(rest: &[&str]) -> Result<Route, BadPath> {
    match rest {
        ["ping"] => Ok(Route::Ping),
        ["whoami"] => Ok(Route::Whoami),
        ["v1", "search"] => Ok(Route::Search),
        ["npm", "v1", "security", "advisories", "bulk"] => Ok(Route::AdvisoriesBulk),
        ["npm", "v1", "security", "audits"] | ["npm", "v1", "security", "audits", "quick"] => {
            Ok(Route::Audits)
        }
        ["package", package @ ..] => {
            let (name, rest) = take_name(package)?;
            match rest {
                ["dist-tags"] => Ok(Route::DistTags(name)),
                ["dist-tags", tag] => Ok(Route::DistTag(name, (*tag).to_owned())),
                ["visibility" | "access" | "collaborators"] => Ok(Route::People(ACCESS)),
                _ => Ok(Route::Unserved),
            }
        }
        ["npm", "v1", "attestations", of @ ..] => attestations_route(of),
        ["npm", "v1", "keys"] => Ok(Route::Keys),
        ["v1", "login"] => Ok(Route::Login),
        ["user", "token", token] => Ok(Route::Logout((*token).to_owned())),
        ["user", name, ..] if name.starts_with("org.couchdb.user:") => Ok(Route::Login),
        _ => Ok(people(rest).map_or(Route::Unserved, Route::People)),
    }
}

const ACCESS: &str = "access to packages";

/// What the public registry keeps of people under a path, in words that follow "no".
fn people(rest: &[&str]) -> Option<&'static str> {
    match rest {
        ["npm", "v1", "tokens", ..] => Some("tokens of npm"),
        ["npm", "v1", "user", ..] => Some("profiles of users"),
        ["npm", "v1", "hooks", ..] => Some("hooks"),
        ["team" | "org", ..] => Some("teams and organizations"),
        ["user", _, "package"] => Some(ACCESS),
        ["_view", "starredByUser" | "starredByPackage"] => Some("stars"),
        _ => None,
    }
}

/// Reads `{package}@{version}`.
fn attestations_route(of: &[&str]) -> Result<Route, BadPath> {
    let (last, scope) = of.split_last().ok_or(BadPath)?;
    let (bare, version) = last.rsplit_once('@').ok_or(BadPath)?;
    let name = match scope {
        [] => PackageName::parse(bare),
        [scope] => PackageName::parse(&format!("{scope}/{bare}")),
        _ => return Ok(Route::Unserved),
    };
    name.map(|name| Route::Attestations(name, version.to_owned())).map_err(|_| BadPath)
}

fn package_route(segments: &[&str]) -> Result<Route, BadPath> {
    let (name, rest) = take_name(segments)?;
    match rest {
        [] => Ok(Route::Package(name)),
        ["-rev", revision] => Ok(Route::PackageRevision(name, (*revision).to_owned())),
        ["-", file @ ..] => tarball_route(name, file),
        [selector] => Ok(Route::Manifest(name, (*selector).to_owned())),
        _ => Ok(Route::Unserved),
    }
}

/// Reads what follows `{package}/-/`. Clients that publish spell the file of a scoped package `@scope/name-1.0.0.tgz`.
fn tarball_route(name: PackageName, file: &[&str]) -> Result<Route, BadPath> {
    let (file, rest) = match file {
        [scope, file, rest @ ..] if scope.strip_prefix('@').is_some_and(|s| Some(s) == name.scope()) => {
            (file, rest)
        }
        [file, rest @ ..] => (file, rest),
        [] => return Err(BadPath),
    };
    match rest {
        [] => Ok(Route::Tarball(name, (*file).to_owned())),
        ["-rev", revision] => Ok(Route::TarballRevision(name, (*file).to_owned(), (*revision).to_owned())),
        _ => Ok(Route::Unserved),
    }
}

/// Takes a package name off the front.
fn take_name<'a, 'b>(segments: &'b [&'a str]) -> Result<(PackageName, &'b [&'a str]), BadPath> {
    let (text, rest) = match segments {
        [scope, name, rest @ ..] if scope.starts_with('@') => (format!("{scope}/{name}"), rest),
        [name, rest @ ..] => ((*name).to_owned(), rest),
        [] => return Err(BadPath),
    };
    PackageName::parse(&text).map(|name| (name, rest)).map_err(|_| BadPath)
}

/// Percent-decodes one segment; control characters and broken encodings have no meaning here.
fn decode(segment: &str) -> Result<String, BadPath> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let high = rest.next().and_then(hex).ok_or(BadPath)?;
                let low = rest.next().and_then(hex).ok_or(BadPath)?;
                high << 4 | low
            }
            other => other,
        };
        if byte < 0x20 || byte == 0x7f || byte == b'\\' {
            return Err(BadPath);
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|_| BadPath)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::parse(text).unwrap()
    }

    #[test]
    fn every_spelling_of_a_scoped_name_is_the_same_package() {
        for path in
            ["@acme/widget", "@acme%2fwidget", "@acme%2Fwidget", "%40acme%2fwidget", "//@acme/widget/"]
        {
            assert_eq!(Route::parse(path), Ok(Route::Package(name("@acme/widget"))), "{path}");
        }
    }

    #[test]
    fn every_spelling_of_a_tarball_is_the_same_file() {
        let expected = Route::Tarball(name("@acme/widget"), "widget-1.0.0.tgz".into());
        for path in [
            "@acme/widget/-/widget-1.0.0.tgz",
            "@acme%2fwidget/-/widget-1.0.0.tgz",
            "@acme/widget/-/@acme/widget-1.0.0.tgz",
            "@acme%2fwidget/-/@acme%2fwidget-1.0.0.tgz",
        ] {
            assert_eq!(Route::parse(path), Ok(expected.clone()), "{path}");
        }
        assert_eq!(
            Route::parse("a/-/a-1.0.0%2Bb.tgz"),
            Ok(Route::Tarball(name("a"), "a-1.0.0+b.tgz".into()))
        );
    }

    #[test]
    fn the_paths_of_the_protocol_are_told_apart() {
        let cases = [
            ("", Route::Root),
            ("-/ping", Route::Ping),
            ("-/whoami", Route::Whoami),
            ("-/v1/search", Route::Search),
            ("-/npm/v1/security/advisories/bulk", Route::AdvisoriesBulk),
            ("-/npm/v1/security/audits/quick", Route::Audits),
            ("-/package/a/dist-tags", Route::DistTags(name("a"))),
            ("-/package/@s%2fa/dist-tags/beta", Route::DistTag(name("@s/a"), "beta".into())),
            ("-/package/a/unheard-of", Route::Unserved),
            ("-/package/a/visibility", Route::People(ACCESS)),
            ("-/user/org.couchdb.user:x", Route::Login),
            ("-/user/org.couchdb.user:x/-rev/1", Route::Login),
            ("-/v1/login", Route::Login),
            ("-/user/token/npm_x", Route::Logout("npm_x".into())),
            ("-/npm/v1/tokens", Route::People("tokens of npm")),
            ("-/npm/v1/keys", Route::Keys),
            ("-/npm/v1/attestations/a@1.0.0", Route::Attestations(name("a"), "1.0.0".into())),
            ("-/npm/v1/attestations/@s%2fa@1.0.0", Route::Attestations(name("@s/a"), "1.0.0".into())),
            ("-/npm/v1/attestations/@s/a@1.0.0", Route::Attestations(name("@s/a"), "1.0.0".into())),
            ("-/hooks/x", Route::Unserved),
            ("-", Route::Package(name("-"))),
            ("-/-/--0.0.1.tgz", Route::Tarball(name("-"), "--0.0.1.tgz".into())),
            ("a/1.0.0", Route::Manifest(name("a"), "1.0.0".into())),
            ("@s%2fa/latest", Route::Manifest(name("@s/a"), "latest".into())),
            ("a/-rev/3-x", Route::PackageRevision(name("a"), "3-x".into())),
            (
                "@s/a/-/a-1.0.0.tgz/-rev/3-x",
                Route::TarballRevision(name("@s/a"), "a-1.0.0.tgz".into(), "3-x".into()),
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(Route::parse(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn paths_without_meaning_are_refused() {
        let long = "a".repeat(9000);
        for path in [
            "..",
            "a/../b",
            "%2e%2e",
            "a%00",
            "a%0a",
            "%ff",
            "%c0%ae",
            "a%2",
            "a%zz",
            "@acme",
            "@acme%2f",
            "@acme%252fwidget",
            "a/-/",
            "a%2f%2e%2e%2fb",
            "a\\b",
            "-/npm/v1/attestations/a",
            "-/npm/v1/attestations/@s",
            &long,
        ] {
            assert_eq!(Route::parse(path), Err(BadPath), "{path}");
        }
    }
}
