//! Before versions are copied "from upstream": those that only public registries have come into the repositories with
//! the connections, as if they were downloaded through these.
//!
//! The copy itself runs in one transaction and asks nobody outside.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package_version::{self, Wanting};
use codeartifact::repository::Repository;
use futures_util::{FutureExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::header::{ACCEPT, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode};
use model::Members;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use service::Call;

use crate::answer::Body;
use crate::endpoint::{Endpoint, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;
use crate::upstream::ViaChain;
use crate::{cargo, maven, npm, nuget, pypi, ruby};

/// Most versions that are fetched at once for one copy.
const FETCHES_MAX: usize = 4;

/// How long a copy waits for what it needs; clients wait for a minute. What comes later is there for the next one.
const WAIT_MAX: Duration = Duration::from_secs(45);

/// How the names of the files end that every Maven version may have; others come when somebody asks for them.
const MAVEN_FILES: [&str; 4] = [".pom", ".jar", "-sources.jar", "-javadoc.jar"];

/// Longest page of a Python project that is read.
const PAGE_BYTES_MAX: usize = 32 << 20;

/// What is encoded in a segment of a path: all but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Endpoint {
    /// Brings in the versions that a copy with these members asks for and that no repository has yet; the repository
    /// that is the copy's source keeps none of them.
    pub async fn before_copy(&self, call: Call, members: Members) {
        let asking = call.clone();
        let read = move |tx: &mut store::Tx| package_version::wanting(tx, &asking, &members);
        // What is refused here the copy itself refuses, too.
        let Ok(Some(wanting)) = self.shared().parts.store.read(read).await else { return };
        let Wanting { package, connections, versions } = wanting;
        let mut fetches = Vec::new();
        for version in &versions {
            fetches.push(self.bring_in(&call, &connections, &package, version).boxed());
        }
        let all = futures_util::stream::iter(fetches).buffer_unordered(FETCHES_MAX).for_each(|()| async {});
        if tokio::time::timeout(WAIT_MAX, all).await.is_err() {
            log::warn!("not all versions of {package} that are to be copied came in within {WAIT_MAX:?}");
        }
    }

    /// Brings a version in through the first connection that has it.
    async fn bring_in(&self, call: &Call, connections: &[Repository], package: &Coordinates, version: &str) {
        for repository in connections {
            let mut has_come = false;
            for path in self.paths(call, repository, package, version).await {
                let answer = self.download(call, repository, package.format, path, HeaderMap::new()).await;
                match answer {
                    Ok(response) => has_come |= response.status() == StatusCode::OK,
                    Err(refusal) if refusal.status == StatusCode::NOT_FOUND => {}
                    Err(refusal) => {
                        let (key, why) = (&repository.key.name, refusal.sentence);
                        log::warn!(
                            "{version} of {package} did not come whole through {key} for a copy: {why}"
                        );
                    }
                }
            }
            if has_come {
                return;
            }
        }
    }

    /// The paths of the files of a version, below the endpoint of a repository: of all that it is made of, since what
    /// comes later in the background would miss the copy.
    async fn paths(
        &self,
        call: &Call,
        repository: &Repository,
        package: &Coordinates,
        version: &str,
    ) -> Vec<String> {
        let name = encoded(&package.name);
        let version = encoded(version);
        match package.format {
            PackageFormat::Npm if package.namespace.is_empty() => {
                vec![format!("{name}/-/{name}-{version}.tgz")]
            }
            PackageFormat::Npm => {
                vec![format!("@{}/{name}/-/{name}-{version}.tgz", encoded(&package.namespace))]
            }
            PackageFormat::Cargo => vec![format!("api/v1/crates/{name}/{version}/download")],
            PackageFormat::Maven => {
                let group: Vec<String> = package.namespace.split('.').map(encoded).collect();
                let folder = format!("{}/{name}/{version}", group.join("/"));
                MAVEN_FILES.iter().map(|file| format!("{folder}/{name}-{version}{file}")).collect()
            }
            PackageFormat::Ruby => {
                let path = format!("info/{name}");
                let Ok(listing) =
                    self.download(call, repository, package.format, path, HeaderMap::new()).await
                else {
                    return Vec::new();
                };
                let listing = Limited::new(listing.into_body(), PAGE_BYTES_MAX).collect().await;
                let listing = listing.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                gems_of(&String::from_utf8_lossy(&listing), &package.name, &version)
            }
            PackageFormat::Pypi => {
                let accept = HeaderValue::from_static("application/vnd.pypi.simple.v1+json");
                let headers = HeaderMap::from_iter([(ACCEPT, accept)]);
                let path = format!("simple/{name}/");
                let Ok(page) = self.download(call, repository, package.format, path, headers).await else {
                    return Vec::new();
                };
                let page = Limited::new(page.into_body(), PAGE_BYTES_MAX).collect().await;
                let files = page.map_or_else(|_| Vec::new(), |page| files_of(&page.to_bytes(), &version));
                files.iter().map(|file| format!("simple/{name}/{version}/{}", encoded(file))).collect()
            }
            PackageFormat::Nuget => vec![format!("v3/package/{name}/{version}")],
            PackageFormat::Generic | PackageFormat::Swift => Vec::new(),
        }
    }

    /// Answers a download through a repository, on behalf of the domain's owner: that the source's upstreams may be
    /// read was decided when they became its upstreams.
    async fn download(
        &self,
        call: &Call,
        repository: &Repository,
        format: PackageFormat,
        rest: String,
        headers: HeaderMap,
    ) -> Result<Response<Body>, Refusal> {
        let key = repository.key.clone();
        let owner = key.domain.account.clone();
        let base = format!("{}/{format}/d/{}-{owner}/{}/", call.base_url, key.domain.name, key.name);
        let principal = format!("arn:{}:iam::{owner}:root", call.partition);
        let intake = Intake::new(Empty::<Bytes>::new().map_err(io::Error::other).boxed_unsync(), &headers);
        let visit = Visit {
            call: Call { account: owner, principal, ..call.clone() },
            repository: key,
            base,
            rest,
            query: String::new(),
            method: Method::GET,
            head: false,
            headers,
            via: ViaChain::of([]),
        };
        let shared = self.shared();
        let (_, outcome) = match format {
            PackageFormat::Npm => npm::answer(shared, visit, intake).await,
            PackageFormat::Pypi => pypi::answer(shared, visit, intake).await,
            PackageFormat::Maven => maven::answer(shared, visit, intake).await,
            PackageFormat::Cargo => cargo::answer(shared, visit, intake).await,
            PackageFormat::Ruby => ruby::answer(shared, visit, intake).await,
            PackageFormat::Nuget => nuget::answer(shared, visit, intake).await,
            PackageFormat::Generic | PackageFormat::Swift => {
                return Err(Refusal::not_found("no public registry of this format is asked"));
            }
        };
        outcome
    }
}

fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

/// The names of the files of a version on a project's page, whose URLs end in `{version}/{file}#…`.
fn files_of(page: &[u8], version: &str) -> Vec<String> {
    let page: Value = serde_json::from_slice(page).unwrap_or_default();
    let of_version = |file: &&Value| {
        let url = file["url"].as_str().unwrap_or_default().split('#').next().unwrap_or_default();
        url.rsplit('/').nth(1) == Some(version)
    };
    let files = page["files"].as_array().into_iter().flatten().filter(of_version);
    files.filter_map(|file| file["filename"].as_str().map(str::to_owned)).collect()
}

/// The paths of the gems of a version that a list of gems names.
fn gems_of(listing: &str, name: &str, version: &str) -> Vec<String> {
    let listing = formats::ruby::info::Listing::read(listing);
    let of_version = listing.lines().iter().filter(|line| line.version() == version);
    of_version.map(|line| format!("gems/{}", line.spec(name).gem().file())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_version_are_found_on_the_page() {
        let page = br#"{"files": [{"filename": "a-1.0.tar.gz", "url": "1.0/a-1.0.tar.gz#sha256=0"},
            {"filename": "a-2.0.tar.gz", "url": "http://x/simple/a/2.0/a-2.0.tar.gz"}]}"#;
        assert_eq!(files_of(page, "1.0"), ["a-1.0.tar.gz"]);
        assert_eq!(files_of(page, "2.0"), ["a-2.0.tar.gz"]);
        assert_eq!(files_of(page, "3.0"), [""; 0]);
        assert_eq!(files_of(b"<html>", "2.0"), [""; 0]);
    }

    #[test]
    fn the_gems_of_a_version_are_found_in_the_list() {
        let listing = "---\n1.0 |checksum:x\n1.0-java |checksum:x\n1.0.1 |checksum:x\n";
        assert_eq!(gems_of(listing, "kit", "1.0"), ["gems/kit-1.0.gem", "gems/kit-1.0-java.gem"]);
        assert_eq!(gems_of(listing, "kit", "2.0"), [""; 0]);
    }
}
