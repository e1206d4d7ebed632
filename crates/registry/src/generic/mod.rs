//! The generic endpoint, beyond AWS: assets of generic packages by plain GET, HEAD and PUT, and listings of them.
//!
//! A PUT is `PublishPackageVersion` in other clothes, and goes its way.

mod download;
mod listing;
mod upload;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use hyper::{Method, Response};
use percent_encoding::percent_decode_str;

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    uploading: upload::Places,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    /// `{namespace}/{package}`: the versions.
    Package(Coordinates),
    /// `{namespace}/{package}/{version}`: the assets.
    Version(Coordinates, String),
    /// `{namespace}/{package}/{version}/{asset}`.
    Asset(Coordinates, String, String),
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Some(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        let sentence =
            "a path is {namespace}/{package}/{version}/{asset}, percent-encoded, or a part of that";
        return ("package=-".to_owned(), Err(Refusal::new(400, sentence)));
    };
    let described = route.described();
    let outcome = match (&visit.method, route) {
        (&Method::PUT, Route::Asset(package, version, asset)) => {
            upload::answer(shared, &visit, (&package, &version, &asset), intake).await
        }
        (&Method::GET, route) => {
            intake.drain().await;
            match route {
                Route::Asset(package, version, asset) => {
                    download::answer(shared, &visit, &package, &version, &asset).await
                }
                Route::Version(package, version) => listing::assets(shared, &visit, &package, &version).await,
                Route::Package(package) => listing::versions(shared, &visit, &package).await,
            }
        }
        (method, _) => {
            let sentence = format!("this path does not answer {method}");
            intake.drain().await;
            Err(Refusal::new(405, sentence))
        }
    };
    (described, outcome)
}

impl Route {
    /// Reads a path; each segment is decoded once, and what is decoded is what is looked up.
    fn parse(rest: &str) -> Option<Route> {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let segments: Option<Vec<String>> = rest.split('/').map(segment).collect();
        let mut segments = segments?.into_iter();
        let (namespace, name) = (segments.next()?, segments.next()?);
        let package = Coordinates { format: PackageFormat::Generic, namespace, name };
        match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => Some(Route::Package(package)),
            (Some(version), None, _) => Some(Route::Version(package, version)),
            (Some(version), Some(asset), None) => Some(Route::Asset(package, version, asset)),
            _ => None,
        }
    }

    fn described(&self) -> String {
        match self {
            Route::Package(package) => format!("package={:?}", package.to_string()),
            Route::Version(package, version) => {
                format!("package={:?} version={version:?}", package.to_string())
            }
            Route::Asset(package, version, asset) => {
                format!("package={:?} version={version:?} asset={asset:?}", package.to_string())
            }
        }
    }
}

/// Decodes one segment of a path, once. No name is empty or has a slash.
fn segment(encoded: &str) -> Option<String> {
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    (!decoded.is_empty() && !decoded.contains('/')).then(|| decoded.into_owned())
}

fn no_version(visit: &Visit, package: &Coordinates, version: &str) -> Refusal {
    let (repository, name) = (&visit.repository.name, package.display_name());
    Refusal::not_found(format!("Not found: repository {repository} has no version {version} of {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_once() {
        let package = |namespace: &str, name: &str| Coordinates {
            format: PackageFormat::Generic,
            namespace: namespace.into(),
            name: name.into(),
        };
        let asset = |asset: &str| Some(Route::Asset(package("team", "tool"), "1.0".into(), asset.into()));
        assert_eq!(Route::parse("team/tool/1.0/a%20b.zip"), asset("a b.zip"));
        assert_eq!(Route::parse("team/tool/1.0/a%2520b"), asset("a%20b"));
        assert_eq!(
            Route::parse("team/tool/1.0/"),
            Some(Route::Version(package("team", "tool"), "1.0".into()))
        );
        assert_eq!(Route::parse("team/tool"), Some(Route::Package(package("team", "tool"))));
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for path in
            ["", "team", "team//1.0/a", "a/b/c/d/e", "team/tool/1.0/a%2fb", "team/%2e%2e%2fx/1", "a/b/%ff"]
        {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }
}
