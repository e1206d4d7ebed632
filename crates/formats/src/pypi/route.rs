//! What a path below a PyPI endpoint means.

use super::name::ProjectName;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The endpoint itself: where uploads go.
    Root,
    /// `simple/`: the list of projects. The flag says whether the path ends with a slash.
    Projects(bool),
    /// `simple/{project}/`: the page of a project; likewise.
    Project(ProjectName, bool),
    /// `simple/{project}/{version}/{file}`
    File(ProjectName, String, String),
    /// `simple/{project}/{version}/{file}.metadata`, here without that end.
    Sidecar(ProjectName, String, String),
    /// `simple/{project}/{version}/yanked`, which no client of PyPI knows: whether a version of ours is yanked.
    Yanked(ProjectName, String),
    /// A part of the protocol that is not served.
    Unserved,
}

/// The end of a sidecar's name.
const SIDECAR_END: &str = ".metadata";

impl Route {
    /// Reads what follows the endpoint, percent-encoded. Each segment is decoded once; empty segments do not count,
    /// since pipenv doubles slashes. `None` when a segment cannot be decoded or is no project's name.
    pub fn parse(rest: &str) -> Option<Self> {
        let slash = rest.ends_with('/');
        let segments: Option<Vec<String>> =
            rest.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
        let segments = segments?;
        let texts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let project = |text: &str| ProjectName::parse(text).ok();
        Some(match texts.as_slice() {
            [] => Self::Root,
            ["simple"] => Self::Projects(slash),
            ["simple", name] => Self::Project(project(name)?, slash),
            ["simple", name, version, "yanked"] if !slash => {
                Self::Yanked(project(name)?, (*version).to_owned())
            }
            ["simple", name, version, file] if !slash => match file.strip_suffix(SIDECAR_END) {
                Some(file) => Self::Sidecar(project(name)?, (*version).to_owned(), file.to_owned()),
                None => Self::File(project(name)?, (*version).to_owned(), (*file).to_owned()),
            },
            _ => Self::Unserved,
        })
    }
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ProjectName {
        ProjectName::parse(text).unwrap()
    }

    #[test]
    fn every_path_has_its_meaning() {
        for (rest, route) in [
            ("", Route::Root),
            ("/", Route::Root),
            ("simple", Route::Projects(false)),
            ("simple/", Route::Projects(true)),
            ("simple/Acme_Demo/", Route::Project(name("acme-demo"), true)),
            ("simple//acme-demo", Route::Project(name("acme-demo"), false)),
            (
                "simple/demo/1.0%2Bcpu/demo-1.0%2Bcpu.tar.gz",
                Route::File(name("demo"), "1.0+cpu".into(), "demo-1.0+cpu.tar.gz".into()),
            ),
            (
                "simple/demo/1.0+cpu/demo-1.0+cpu-py3-none-any.whl.metadata",
                Route::Sidecar(name("demo"), "1.0+cpu".into(), "demo-1.0+cpu-py3-none-any.whl".into()),
            ),
            ("simple/demo/1.0/yanked", Route::Yanked(name("demo"), "1.0".into())),
            ("%2Bsimple/demo/", Route::Unserved),
            ("pypi/demo/json", Route::Unserved),
            ("simple/demo/1.0/", Route::Unserved),
            ("simple/a/b/c/d", Route::Unserved),
        ] {
            assert_eq!(Route::parse(rest), Some(route), "{rest}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_has_none() {
        for rest in [
            "simple/%",
            "simple/%f",
            "simple/%zz/",
            "simple/%ff/",
            "simple/../",
            "simple/a b/",
            "simple/%2e%2e/1/f",
        ] {
            assert_eq!(Route::parse(rest), None, "{rest}");
        }
    }
}
