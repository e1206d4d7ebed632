//! What a path below a repository's cargo endpoint asks for, still percent-encoded.
//!
//! Methods and queries are the endpoint's business.

use super::name::CrateName;
use super::version;

/// The longest path that is looked at: a name and a version at their limits, all of it encoded.
const PATH_BYTES_MAX: usize = 2 * 1024;

/// One resource of the index or of the web API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/` alone.
    Root,
    /// `config.json`.
    Configuration,
    /// `me`: where clients send people for a token.
    Me,
    /// The file of a crate in the index.
    Index(CrateName),
    /// `api/v1/crates`: search.
    Search,
    /// `api/v1/crates/new`: publish.
    New,
    /// `api/v1/crates/{crate}`.
    Crate(CrateName),
    /// `api/v1/crates/{crate}/versions`.
    Versions(CrateName),
    /// `api/v1/crates/{crate}/owners`.
    Owners(CrateName),
    /// `api/v1/crates/{crate}/{version}`.
    Version(CrateName, String),
    /// `api/v1/crates/{crate}/{version}/download`.
    Download(CrateName, String),
    /// `api/v1/crates/{crate}/{version}/yank`.
    Yank(CrateName, String),
    /// `api/v1/crates/{crate}/{version}/unyank`.
    Unyank(CrateName, String),
    /// A path that an index could have, but has no file at.
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
            path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect::<Result<_, _>>()?;
        let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
        if segments.iter().any(|segment| *segment == "." || *segment == ".." || segment.contains('/')) {
            return Err(BadPath);
        }
        match segments.as_slice() {
            [] => Ok(Self::Root),
            ["config.json"] => Ok(Self::Configuration),
            ["me"] => Ok(Self::Me),
            ["api", "v1", rest @ ..] => api(rest),
            [folder @ .., file] => Ok(index(&folder.join("/"), file)),
        }
    }
}

fn api(rest: &[&str]) -> Result<Route, BadPath> {
    match rest {
        ["crates"] => Ok(Route::Search),
        ["crates", "new"] => Ok(Route::New),
        ["crates", name] => Ok(Route::Crate(crate_name(name)?)),
        ["crates", name, "versions"] => Ok(Route::Versions(crate_name(name)?)),
        ["crates", name, "owners"] => Ok(Route::Owners(crate_name(name)?)),
        ["crates", name, version] => {
            let name = crate_name(name)?;
            Ok(semantic(version).map_or(Route::Unserved, |version| Route::Version(name, version)))
        }
        ["crates", name, version, act] => {
            let (name, version) = (crate_name(name)?, semantic(version)?);
            match *act {
                "download" => Ok(Route::Download(name, version)),
                "yank" => Ok(Route::Yank(name, version)),
                "unyank" => Ok(Route::Unyank(name, version)),
                _ => Ok(Route::Unserved),
            }
        }
        _ => Ok(Route::Unserved),
    }
}

/// A file lies in one folder only: in another, there is none.
fn index(folder: &str, file: &str) -> Route {
    match CrateName::parse(file) {
        Ok(name) if name.index_path() == format!("{folder}/{file}").to_ascii_lowercase() => {
            Route::Index(name)
        }
        _ => Route::Unserved,
    }
}

fn crate_name(text: &str) -> Result<CrateName, BadPath> {
    CrateName::parse(text).map_err(|_| BadPath)
}

fn semantic(text: &str) -> Result<String, BadPath> {
    version::parse(text).map(|_| text.to_owned()).ok_or(BadPath)
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

    fn name(text: &str) -> CrateName {
        CrateName::parse(text).unwrap()
    }

    #[test]
    fn the_paths_of_index_and_api_are_told_apart() {
        let version = || "1.0.0+b".to_owned();
        for (path, expected) in [
            ("", Route::Root),
            ("config.json", Route::Configuration),
            ("me", Route::Me),
            ("1/a", Route::Index(name("a"))),
            ("2/ab", Route::Index(name("ab"))),
            ("3/a/abc", Route::Index(name("abc"))),
            ("hr/-b/hr-base", Route::Index(name("hr-base"))),
            ("In/Fl/Inflector", Route::Index(name("Inflector"))),
            ("ap/i-/api-v1", Route::Index(name("api-v1"))),
            ("api/v1/crates", Route::Search),
            ("api/v1//crates/new", Route::New),
            ("api/v1/crates/a", Route::Crate(name("a"))),
            ("api/v1/crates/a/versions/", Route::Versions(name("a"))),
            ("api/v1/crates/a/owners", Route::Owners(name("a"))),
            ("api/v1/crates/a/1.0.0+b", Route::Version(name("a"), version())),
            ("api/v1/crates/a/1.0.0%2Bb/download", Route::Download(name("a"), version())),
            ("api/v1/crates/a/1.0.0+b/yank", Route::Yank(name("a"), version())),
            ("api/v1/crates/a/1.0.0%2bb/unyank", Route::Unyank(name("a"), version())),
            ("api/v1/crates/a/1.0.0/readme", Route::Unserved),
            ("api/v1/crates/a/reverse_dependencies", Route::Unserved),
            ("api/v1/summary", Route::Unserved),
            ("a", Route::Unserved),
            ("1/ab", Route::Unserved),
            ("aa/bb/cccc", Route::Unserved),
            ("aa/bb/aabb/x", Route::Unserved),
            ("config.toml", Route::Unserved),
        ] {
            assert_eq!(Route::parse(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn paths_without_meaning_are_refused() {
        let long = "a".repeat(3000);
        for path in [
            "..",
            "a/../b",
            "%2e%2e",
            "a%00",
            "%ff",
            "a%2",
            "a%2fb",
            "api/v1/crates/a.b",
            "api/v1/crates/a/one/download",
            "api/v1/crates/a/1.0/yank",
            "a\\b",
            &long,
        ] {
            assert_eq!(Route::parse(path), Err(BadPath), "{path}");
        }
    }
}
