//! What a path below a repository's ruby endpoint asks for, still percent-encoded.
//!
//! Methods and queries are the endpoint's business.

use super::name::{self, GemFile};

/// The longest path that is looked at.
const PATH_BYTES_MAX: usize = 4 * 1024;

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/` alone.
    Root,
    /// `versions`.
    Versions,
    /// `names`.
    Names,
    /// `info/{gem}`.
    Info(String),
    /// `specs.4.8.gz` and its like.
    Specs(Specs),
    /// `quick/Marshal.4.8/{full name}.gemspec.rz`, with what the full name may mean.
    Quick(Vec<GemFile>),
    /// `gems/{full name}.gem`, likewise.
    Gem(Vec<GemFile>),
    /// `api/v1/dependencies`; whether as JSON.
    Dependencies(bool),
    /// `api/v1/gems`: push.
    Push,
    /// `api/v1/gems/yank`.
    Yank,
    /// `api/v1/gems/{gem}/owners`; whether as JSON.
    Owners(String, bool),
    /// `api/v1/gems/{gem}.json`.
    Describe(String),
    /// `api/v1/versions/{gem}.json`.
    History(String),
    /// `api/v1/search.json`.
    Search,
    /// A path of the protocol that is not served.
    Unserved,
}

/// Which gems an index lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specs {
    /// All releases.
    All,
    /// The newest release of each gem and platform.
    Latest,
    /// All pre-releases.
    Prerelease,
}

/// Why a path has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPath;

impl Route {
    /// Reads a path without its leading slash and without the query.
    ///
    /// Percent-decoding happens once. Repeated slashes are one, a trailing slash is none: `gem push` sends two when its
    /// host ends in one.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        if path.len() > PATH_BYTES_MAX {
            return Err(BadPath);
        }
        let decoded: Vec<String> =
            path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect::<Result<_, _>>()?;
        let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
        if segments.iter().any(|segment| matches!(*segment, "." | "..") || segment.contains('/')) {
            return Err(BadPath);
        }
        match segments.as_slice() {
            [] => Ok(Self::Root),
            ["versions"] => Ok(Self::Versions),
            ["names"] => Ok(Self::Names),
            ["info", gem] => Ok(Self::Info(gem_name(gem)?)),
            ["specs.4.8.gz"] => Ok(Self::Specs(Specs::All)),
            ["latest_specs.4.8.gz"] => Ok(Self::Specs(Specs::Latest)),
            ["prerelease_specs.4.8.gz"] => Ok(Self::Specs(Specs::Prerelease)),
            ["quick", "Marshal.4.8", file] => Ok(Self::Quick(files(file, ".gemspec.rz")?)),
            ["gems", file] => Ok(Self::Gem(files(file, ".gem")?)),
            ["api", "v1", rest @ ..] => api(rest),
            _ => Ok(Self::Unserved),
        }
    }
}

fn api(rest: &[&str]) -> Result<Route, BadPath> {
    Ok(match rest {
        ["dependencies"] => Route::Dependencies(false),
        ["dependencies.json"] => Route::Dependencies(true),
        ["gems"] => Route::Push,
        ["gems", "yank"] => Route::Yank,
        ["gems", gem, "owners" | "owners.yaml"] => Route::Owners(gem_name(gem)?, false),
        ["gems", gem, "owners.json"] => Route::Owners(gem_name(gem)?, true),
        ["gems", file] => file
            .strip_suffix(".json")
            .map_or(Ok(Route::Unserved), |gem| gem_name(gem).map(Route::Describe))?,
        ["versions", file] => {
            file.strip_suffix(".json").map_or(Ok(Route::Unserved), |gem| gem_name(gem).map(Route::History))?
        }
        ["search.json"] => Route::Search,
        _ => Route::Unserved,
    })
}

fn files(file: &str, ending: &str) -> Result<Vec<GemFile>, BadPath> {
    let readings = GemFile::readings(file.strip_suffix(ending).ok_or(BadPath)?);
    if readings.is_empty() { Err(BadPath) } else { Ok(readings) }
}

fn gem_name(text: &str) -> Result<String, BadPath> {
    if name::is_valid(text) { Ok(text.to_owned()) } else { Err(BadPath) }
}

/// Percent-decodes text; control characters and broken encodings have no meaning here.
pub fn decode(text: &str) -> Result<String, BadPath> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit().ok_or(BadPath)?, digit().ok_or(BadPath)?);
                u8::try_from(high * 16 + low).map_err(|_| BadPath)?
            }
            plain => plain,
        };
        if byte.is_ascii_control() {
            return Err(BadPath);
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|_| BadPath)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_clients_has_a_meaning() {
        assert_eq!(Route::parse(""), Ok(Route::Root));
        assert_eq!(Route::parse("/api/v1/gems"), Ok(Route::Push));
        assert_eq!(Route::parse("api/v1/gems/yank"), Ok(Route::Yank));
        assert_eq!(Route::parse("api/v1/gems/a-b/owners.yaml"), Ok(Route::Owners("a-b".into(), false)));
        assert_eq!(Route::parse("info/a_b"), Ok(Route::Info("a_b".into())));
        assert_eq!(Route::parse("prerelease_specs.4.8.gz"), Ok(Route::Specs(Specs::Prerelease)));
        assert_eq!(Route::parse("api/v1/versions/a.json"), Ok(Route::History("a".into())));
        let Ok(Route::Gem(files)) = Route::parse("gems/a-1.0-java.gem") else { panic!() };
        assert_eq!(files[0].file(), "a-1.0-java.gem");
        assert!(matches!(Route::parse("quick/Marshal.4.8/a-1.0.gemspec.rz"), Ok(Route::Quick(_))));
        assert_eq!(Route::parse("api/v1/profile/me"), Ok(Route::Unserved));
    }

    #[test]
    fn paths_that_lead_elsewhere_have_none() {
        for bad in
            ["info/..", "info/%2e%2e", "gems/a.gem", "gems/%2fa-1.gem", "info/a%00", "info/%zz", "gems/a-1.0"]
        {
            assert_eq!(Route::parse(bad), Err(BadPath), "{bad}");
        }
    }
}
