//! Following the index: further files of versions that came from it, and which of them were yanked since.
//!
//! Done in the background, a few files at a time. Nothing of it is remembered: what did not succeed is due again when
//! the page is asked for next.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use codeartifact::repository::{Repository, RepositoryKey};
use codeartifact::resolution;
use formats::pypi::name::ProjectName;
use formats::pypi::page::Page;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

use super::{bring, coordinates, source};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::Flights;

/// How many files are fetched at once for all versions together; people who wait for a file do not wait for these.
const FETCHES_MAX: usize = 6;
/// How many of these are of one version.
const FETCHES_PER_VERSION_MAX: usize = 3;
/// How many versions may be on the list.
const VERSIONS_MAX: usize = 4096;

/// A version of which the index has more than is kept, or says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// The repository whose connection brought it.
    pub(super) with_connection: RepositoryKey,
    pub(super) version: String,
    /// The files that are not kept.
    pub(super) missing: Vec<String>,
}

type Place3 = (RepositoryKey, ProjectName, String);

/// What is under way.
pub(super) struct Refreshing {
    versions: Flights<Place3, ()>,
    /// Projects whose versions are worked off, so that many requests for a page start this once.
    projects: Mutex<HashSet<(RepositoryKey, ProjectName)>>,
    turns: Semaphore,
}

impl Default for Refreshing {
    fn default() -> Self {
        Self {
            versions: Flights::new(VERSIONS_MAX),
            projects: Mutex::default(),
            turns: Semaphore::new(FETCHES_MAX),
        }
    }
}

/// Takes a project off the list, however the work on it ends.
struct Listed {
    shared: Arc<Shared>,
    place: (RepositoryKey, ProjectName),
}

impl Drop for Listed {
    fn drop(&mut self) {
        let projects = &self.shared.pypi.refreshing.projects;
        projects.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.place);
    }
}

/// Starts to fetch what is due.
pub(super) fn start(shared: &Arc<Shared>, visit: &Arc<Visit>, project: &ProjectName, due: &[Due]) {
    if due.is_empty() {
        return;
    }
    let place = (visit.repository.clone(), project.clone());
    // One version is what a download brought, several are what a page shows.
    let listed = if due.len() > 1 {
        let mut projects = shared.pypi.refreshing.projects.lock().unwrap_or_else(PoisonError::into_inner);
        if !projects.insert(place.clone()) {
            return;
        }
        Some(Listed { shared: Arc::clone(shared), place })
    } else {
        None
    };
    let (shared, visit, project, due) =
        (Arc::clone(shared), Arc::clone(visit), project.clone(), due.to_vec());
    tokio::spawn(async move {
        let _listed = listed;
        for due in due {
            let key = (visit.repository.clone(), project.clone(), due.version.clone());
            let work = || {
                let (shared, visit) = (Arc::clone(&shared), Arc::clone(&visit));
                let (project, due) = (project.clone(), due.clone());
                async move {
                    if let Err(refusal) = refresh(&shared, &visit, &project, &due).await {
                        let (version, sentence) = (&due.version, &refusal.sentence);
                        log::debug!("{project}@{version} is not up to date with its index: {sentence}");
                    }
                }
            };
            // A list that is full is worked off; the next request for the page tries again.
            let _ = shared.pypi.refreshing.versions.join(key, work).await;
        }
    });
}

/// Brings one version up to date, as far as its index and its repositories let it.
async fn refresh(shared: &Shared, visit: &Visit, project: &ProjectName, due: &Due) -> Result<(), Refusal> {
    let path = lookup::path(shared, visit, &coordinates(project)).await?;
    let step = path.into_iter().find(|step| step.repository.key == due.with_connection);
    let Some((repository, connection)) = step.and_then(|step| Some((step.repository, step.connection?)))
    else {
        return Ok(());
    };
    let Some(page) = source::ask(shared, visit, &connection, project).await? else { return Ok(()) };
    let held = held(shared, project, &repository, &due.version).await?;
    let missing: Vec<String> = due.missing.iter().filter(|name| !held.contains(*name)).cloned().collect();
    let fetches = futures_util::stream::iter(missing)
        .map(|name| add(shared, visit, project, &repository, &page, name))
        .buffer_unordered(FETCHES_PER_VERSION_MAX);
    let outcomes: Vec<Result<(), Refusal>> = fetches.collect().await;
    // What the index says of files that are here, and what the copy lacks.
    bring::supplement(shared, visit, &repository.key, project, &due.version, &page, None).await?;
    outcomes.into_iter().collect()
}

async fn add(
    shared: &Shared,
    visit: &Visit,
    project: &ProjectName,
    repository: &Repository,
    page: &Arc<Page>,
    name: String,
) -> Result<(), Refusal> {
    let _turn = shared.pypi.refreshing.turns.acquire().await.expect("the semaphore is never closed");
    let Some(file) = page.file(&name) else { return Ok(()) };
    let came = bring::fetch(shared, visit, repository, project, file).await?;
    bring::supplement(shared, visit, &repository.key, project, &file.version, page, Some(came)).await
}

/// The names of the files that a repository holds of a version.
async fn held(
    shared: &Shared,
    project: &ProjectName,
    repository: &Repository,
    version: &str,
) -> Result<HashSet<String>, Refusal> {
    let (repository, package, version) = (repository.clone(), coordinates(project), version.to_owned());
    let key = repository.key.clone();
    let read = move |tx: &mut store::Tx| resolution::find(tx, &repository, &package, &version);
    Ok(match shared.parts.store.read(read).await? {
        resolution::Found::Held(held) if held.repository.key == key => {
            held.assets.into_iter().map(|asset| asset.name).collect()
        }
        _ => HashSet::new(),
    })
}
