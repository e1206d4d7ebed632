//! Following the index: further files of versions that came from it, and which of them were yanked since.
//!
//! Done in the background, a few files at a time. Nothing of it is remembered: what did not succeed is due again when
//! the page is asked for next.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use codeartifact::quota;
use codeartifact::repository::{Repository, RepositoryKey};
use codeartifact::resolution;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{File, Page};
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
/// How many pages and downloads may wait with what they found to be due; of others it is found again at the next request.
const WAITING_MAX: usize = 1024;
/// How often work is waited for that others began.
const FOLLOWED_MAX: usize = 3;
/// Of how many versions it is remembered that the log says why not all of their files come.
const TOLD_MAX: usize = 4096;

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
    waiting: Arc<Semaphore>,
    /// Versions of which the log says already why not all of their files come.
    told: Mutex<HashSet<Place3>>,
}

impl Default for Refreshing {
    fn default() -> Self {
        Self {
            versions: Flights::new(VERSIONS_MAX),
            projects: Mutex::default(),
            turns: Semaphore::new(FETCHES_MAX),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            told: Mutex::default(),
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
    let Ok(waiting) = Arc::clone(&shared.pypi.refreshing.waiting).try_acquire_owned() else { return };
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
        let _places = (listed, waiting);
        for due in due {
            work_off(&shared, &visit, &project, &due).await;
        }
    });
}

/// Brings one version up to date, or waits for whoever does; work that began before may not know what is due here, so that
/// it is followed by work that does.
async fn work_off(shared: &Arc<Shared>, visit: &Arc<Visit>, project: &ProjectName, due: &Due) {
    let key = (visit.repository.clone(), project.clone(), due.version.clone());
    let begun = Arc::new(AtomicBool::new(false));
    for _ in 0..FOLLOWED_MAX {
        let work = || {
            let (shared, visit, begun) = (Arc::clone(shared), Arc::clone(visit), Arc::clone(&begun));
            let (project, due) = (project.clone(), due.clone());
            async move {
                begun.store(true, Ordering::Relaxed);
                if let Err(refusal) = refresh(&shared, &visit, &project, &due).await {
                    let (version, sentence) = (&due.version, &refusal.sentence);
                    log::debug!("{project}@{version} is not up to date with its index: {sentence}");
                }
            }
        };
        // A list that is full is worked off; the next request for the page tries again.
        let ended = shared.pypi.refreshing.versions.join(key.clone(), work).await;
        if ended.is_err() || begun.load(Ordering::Relaxed) {
            return;
        }
    }
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
    let missing =
        due.missing.iter().filter(|name| !held.contains(*name)).filter_map(|name| page.file(name).cloned());
    let missing = within_quotas(shared, visit, project, held.len(), missing.collect());
    let fetches = futures_util::stream::iter(missing)
        .map(|file| add(shared, visit, project, &repository, &page, file))
        .buffer_unordered(FETCHES_PER_VERSION_MAX);
    let outcomes: Vec<Result<(), Refusal>> = fetches.collect().await;
    // What the index says of files that are here, and what the copy lacks.
    bring::supplement(shared, visit, &repository.key, project, &due.version, &page, None).await?;
    outcomes.into_iter().collect()
}

/// Leaves out the files that a version is not to have: they are too large, or it would have too many. Who asks for one of
/// these by its name gets it (assumed: installing must not depend on what else was fetched).
fn within_quotas(
    shared: &Shared,
    visit: &Visit,
    project: &ProjectName,
    held: usize,
    mut missing: Vec<File>,
) -> Vec<File> {
    let Some(version) = missing.first().map(|file| file.version.clone()) else { return missing };
    let (bytes_max, most) = (quota::ASSET_BYTES.of(&visit.call), quota::assets_per_version(&visit.call));
    let wanted = missing.len();
    missing.retain(|file| file.size.is_none_or(|size| size <= bytes_max));
    let room = usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(held);
    missing.truncate(room);
    if missing.len() < wanted {
        let left = wanted - missing.len();
        let mut told = shared.pypi.refreshing.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        if told.insert((visit.repository.clone(), project.clone(), version.clone())) {
            log::warn!(
                "{left} files of {project}@{version} do not follow from its index: a version may have {most} assets, \
                 each of at most {bytes_max} bytes; they come when they are asked for"
            );
        }
    }
    missing
}

async fn add(
    shared: &Shared,
    visit: &Visit,
    project: &ProjectName,
    repository: &Repository,
    page: &Arc<Page>,
    file: File,
) -> Result<(), Refusal> {
    let _turn = shared.pypi.refreshing.turns.acquire().await.expect("the semaphore is never closed");
    let came = bring::fetch(shared, visit, repository, project, &file).await?;
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
