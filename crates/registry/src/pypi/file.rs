//! Downloading a file: from the repository that is asked, from an upstream repository (and then kept), or from the index
//! behind a connection.

use std::sync::Arc;

use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::pypi::file::FileName;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{File, Page};
use formats::pypi::version;
use hyper::Response;
use hyper::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

use super::{bring, coordinates, no_file, source};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// One file of one version, as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) project: ProjectName,
    /// The version as stored.
    pub(super) version: String,
    pub(super) file: String,
}

impl Wanted {
    /// Takes what a path names, if the file's name is one of that version.
    pub(super) fn of(visit: &Visit, project: &ProjectName, text: &str, file: &str) -> Result<Self, Refusal> {
        let version = version::normalised(text);
        let named = FileName::parse(project, file);
        let fits = named.is_some_and(|named| version::is_same(&named.version, &version));
        if !fits {
            return Err(no_file(visit, project, text, file));
        }
        Ok(Self { project: project.clone(), version, file: file.to_owned() })
    }

    pub(super) fn refusal(&self, visit: &Visit) -> Refusal {
        no_file(visit, &self.project, &self.version, &self.file)
    }

    /// The file on a page of an index, if it is there as one of this version.
    pub(super) fn on<'a>(&self, page: &'a Page) -> Option<&'a File> {
        page.file(&self.file).filter(|file| file.version == self.version)
    }
}

/// Answers a file, or a part of it.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, an index did not answer, file
/// not found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    project: &ProjectName,
    version: &str,
    file: &str,
) -> Result<Response<Body>, Refusal> {
    let wanted = Wanted::of(visit, project, version, file)?;
    let asset = match find(shared, visit, &wanted).await? {
        Place::Here(asset) => asset,
        Place::Upstream(asset, _) if visit.head => asset,
        Place::Upstream(_, nearer) if nearer.is_empty() => keep(shared, visit, &wanted).await?,
        Place::Nowhere(connections) if connections.is_empty() => return Err(wanted.refusal(visit)),
        place if visit.head => {
            let connections = bring::connections(shared, visit, &wanted, place).await?;
            return announce(shared, visit, &wanted, &connections).await;
        }
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => {
            bring::bring(shared, visit, &wanted).await?
        }
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

/// Finds out where a file is; changes nothing.
pub(super) async fn find(shared: &Shared, visit: &Visit, wanted: &Wanted) -> Result<Place, Refusal> {
    asset::find(shared, visit, &coordinates(&wanted.project), &wanted.version, &wanted.file).await
}

/// Keeps the version of an upstream repository in the one that is asked.
pub(super) async fn keep(shared: &Shared, visit: &Visit, wanted: &Wanted) -> Result<Asset, Refusal> {
    let kept =
        asset::keep(shared, visit, &coordinates(&wanted.project), &wanted.version, &wanted.file).await?;
    kept.ok_or_else(|| wanted.refusal(visit))
}

/// Answers HEAD for a file that only an index has: how long it is, where that says so. Asking keeps nothing.
async fn announce(
    shared: &Shared,
    visit: &Visit,
    wanted: &Wanted,
    connections: &[Repository],
) -> Result<Response<Body>, Refusal> {
    for repository in connections {
        let Some(connection) = &repository.connection else { continue };
        let Some(page) = source::ask(shared, visit, connection, &wanted.project).await? else { continue };
        if let Some(file) = wanted.on(&page) {
            bring::refuse_young(shared, visit, file, &wanted.project).await?;
            let mut response = Response::new(answer::full(""));
            let fields = response.headers_mut();
            fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            fields.extend(file.size.map(|size| (CONTENT_LENGTH, HeaderValue::from(size))));
            return Ok(response);
        }
    }
    Err(wanted.refusal(visit))
}
