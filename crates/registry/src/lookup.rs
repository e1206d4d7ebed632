//! Where a request's answer is looked for: the repository that is asked, and those on the way above it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeartifact::name::Coordinates;
use codeartifact::repository::{self, Repository, RepositoryKey};
use codeartifact::resolution::{self, Step};
use store::Store;
use tokio::sync::watch;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// The one permission that reading needs, on the repository that is asked.
pub(crate) const READ: &str = "codeartifact:ReadFromRepository";

/// Finds the repository that is asked, if the caller may read from it.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(crate) async fn reach(shared: &Shared, visit: &Visit) -> Result<Repository, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let reached = shared.parts.store.read(move |tx| repository::reach(tx, &call, READ, &key)).await;
    Ok(reached?)
}

/// How long a path is believed without a commit of this server: another one on the same database may have changed it.
const BELIEVED: Duration = Duration::from_secs(2);
/// Most paths that are kept.
const PATHS_MAX: usize = 4096;

/// The paths of lookups, each read once after a commit. Who may take them is asked anew each time.
pub(crate) struct Paths {
    committed: watch::Receiver<u64>,
    kept: Mutex<HashMap<(RepositoryKey, Coordinates), Kept>>,
}

struct Kept {
    path: Arc<Vec<Step>>,
    commits: u64,
    read_at: Instant,
}

impl Paths {
    pub(crate) fn new(store: &Store) -> Self {
        Self { committed: store.committed(), kept: Mutex::default() }
    }

    fn find(&self, place: &(RepositoryKey, Coordinates), commits: u64) -> Option<Arc<Vec<Step>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(place)?;
        (known.commits == commits && known.read_at.elapsed() < BELIEVED).then(|| Arc::clone(&known.path))
    }

    fn keep(&self, place: (RepositoryKey, Coordinates), commits: u64, path: &Arc<Vec<Step>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= PATHS_MAX {
            kept.clear();
        }
        kept.insert(place, Kept { path: Arc::clone(path), commits, read_at: Instant::now() });
    }
}

/// Lists the repositories that a lookup of the package visits; errors as [`reach`].
pub(crate) async fn path(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
) -> Result<Vec<Step>, Refusal> {
    steps(shared, visit, package).await.map(Arc::unwrap_or_clone)
}

/// The same, to look at.
pub(crate) async fn steps(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
) -> Result<Arc<Vec<Step>>, Refusal> {
    // Before reading: what is committed meanwhile must not pass as read.
    let commits = *shared.paths.committed.borrow();
    let place = (visit.repository.clone(), package.clone());
    if let Some(path) = shared.paths.find(&place, commits) {
        reach(shared, visit).await?;
        return Ok(path);
    }
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), package.clone());
    let path = shared
        .parts
        .store
        .read(move |tx| {
            let repository = repository::reach(tx, &call, READ, &key)?;
            Ok::<_, codeartifact::Error>(resolution::path(tx, &repository, &package)?)
        })
        .await;
    let path = Arc::new(path?);
    shared.paths.keep(place, commits, &path);
    Ok(path)
}
