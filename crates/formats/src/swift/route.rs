//! What a path below a repository's Swift endpoint asks for, still percent-encoded.
//!
//! Methods, queries and `Accept` are the endpoint's business.

use super::name::{NameError, PackageId};
use super::version::is_version;

/// The longest path that is looked at: an identifier and a version at their limits, all of it encoded.
const PATH_BYTES_MAX: usize = 4 * 1024;
/// The file name of a manifest.
const MANIFEST: &str = "Package.swift";

/// One resource of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/` alone.
    Root,
    /// `login`.
    Login,
    /// `availability`.
    Availability,
    /// `identifiers`.
    Identifiers,
    /// `{scope}/{name}`: the releases.
    Package(PackageId),
    /// `{scope}/{name}/{version}`.
    Release(PackageId, String),
    /// `{scope}/{name}/{version}.zip`.
    Archive(PackageId, String),
    /// `{scope}/{name}/{version}/Package.swift`.
    Manifest(PackageId, String),
}

/// Why a path has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadPath {
    /// It has no shape of the protocol.
    Shape,
    /// It names no package.
    Name(NameError),
    /// What stands for a version is none.
    Version(String),
}

impl Route {
    /// Reads a path without its leading slash and without the query.
    ///
    /// Percent-decoding happens once. Repeated slashes are one, a trailing slash is none; the ending `.json` says
    /// nothing that `Accept` does not say.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        if path.len() > PATH_BYTES_MAX {
            return Err(BadPath::Shape);
        }
        let segments: Vec<String> =
            path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect::<Result<_, _>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            [] => Ok(Self::Root),
            ["login"] => Ok(Self::Login),
            ["availability"] => Ok(Self::Availability),
            ["identifiers"] => Ok(Self::Identifiers),
            [scope, name] => {
                let name = without(name, ".json").unwrap_or(name);
                Ok(Self::Package(PackageId::new(scope, name).map_err(BadPath::Name)?))
            }
            [scope, name, last] => {
                let package = PackageId::new(scope, name).map_err(BadPath::Name)?;
                if let Some(version) = without(last, ".zip") {
                    return Ok(Self::Archive(package, checked(version)?));
                }
                Ok(Self::Release(package, checked(without(last, ".json").unwrap_or(last))?))
            }
            [scope, name, version, MANIFEST] => {
                let package = PackageId::new(scope, name).map_err(BadPath::Name)?;
                Ok(Self::Manifest(package, checked(version)?))
            }
            _ => Err(BadPath::Shape),
        }
    }
}

/// Percent-decodes one segment. Nothing of the protocol has a slash or a character beyond ASCII in it.
fn decode(segment: &str) -> Result<String, BadPath> {
    let mut text = String::with_capacity(segment.len());
    let mut rest = segment.bytes();
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).ok_or(BadPath::Shape);
    while let Some(byte) = rest.next() {
        let c = match byte {
            b'%' => char::from_u32(digit(rest.next())? << 4 | digit(rest.next())?),
            other => Some(char::from(other)),
        };
        let c = c.filter(|c| c.is_ascii() && !c.is_ascii_control() && *c != '/' && *c != '\\');
        text.push(c.ok_or(BadPath::Shape)?);
    }
    Ok(text)
}

fn without<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    let (name, end) = text.split_at_checked(text.len().checked_sub(ending.len())?)?;
    end.eq_ignore_ascii_case(ending).then_some(name)
}

fn checked(version: &str) -> Result<String, BadPath> {
    if is_version(version) {
        Ok(version.to_owned())
    } else {
        Err(BadPath::Version(version.chars().take(100).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_resources() {
        let package = || PackageId::new("mona", "LinkedList").unwrap();
        let release = || Ok(Route::Release(package(), "1.1.0".to_owned()));
        assert_eq!(Route::parse(""), Ok(Route::Root));
        assert_eq!(Route::parse("login/"), Ok(Route::Login));
        assert_eq!(Route::parse("identifiers"), Ok(Route::Identifiers));
        assert_eq!(Route::parse("mona/LinkedList"), Ok(Route::Package(package())));
        assert_eq!(Route::parse("mona/LinkedList.json"), Ok(Route::Package(package())));
        assert_eq!(Route::parse("mona/LinkedList/1.1.0"), release());
        assert_eq!(Route::parse("/mona//LinkedList/1.1.0.json/"), release());
        assert_eq!(Route::parse("mona/LinkedList/1.1.0.zip"), Ok(Route::Archive(package(), "1.1.0".into())));
        assert_eq!(
            Route::parse("mona/LinkedList/1.1.0/Package.swift"),
            Ok(Route::Manifest(package(), "1.1.0".into()))
        );
        for plus in ["mona/LinkedList/1.1.0-rc%2e1%2Bb.zip", "mona/LinkedList/1.1.0-rc.1+b.zip"] {
            assert_eq!(Route::parse(plus), Ok(Route::Archive(package(), "1.1.0-rc.1+b".into())));
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused_for_its_reason() {
        let long = format!("mona/{}", "a/".repeat(3000));
        for shape in
            ["mona", "mona/a/1.0.0/other", "a/b/1.0.0/Package.swift/x", "a%2fb/c", "a/%ff", "a/%2", &long]
        {
            assert_eq!(Route::parse(shape), Err(BadPath::Shape), "{shape}");
        }
        assert_eq!(Route::parse("mo_na/a"), Err(BadPath::Name(NameError::Scope)));
        assert_eq!(Route::parse("mona/../1.0.0"), Err(BadPath::Name(NameError::Name)));
        for (version, decoded) in
            [("1.0", "1.0"), ("latest", "latest"), ("..", ".."), ("1.0.0%252B", "1.0.0%2B")]
        {
            assert_eq!(Route::parse(&format!("mona/a/{version}")), Err(BadPath::Version(decoded.to_owned())));
        }
    }
}
