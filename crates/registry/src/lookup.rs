//! Where a request's answer is looked for: the repository that is asked, and those on the way above it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeartifact::crate_name::{self, Known};
use codeartifact::name::Coordinates;
use codeartifact::repository::{self, Repository, RepositoryKey};
use codeartifact::resolution::{self, Step};
use store::Store;
use tokio::sync::watch;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// The one permission that reading needs, on the repository that is asked.
pub(crate) const READ: &str = "codeartifact:ReadFromRepository";

/// How long what was read is believed without a commit of this server: another one on the same database may have
/// changed it.
const BELIEVED: Duration = Duration::from_secs(2);
/// Most that is kept of each kind.
const KEPT_MAX: usize = 4096;

/// What lookups read before: the repositories that principals may read from, where that depends on nothing that a
/// request says of itself, and the ways from there. All of it is read again after a commit.
pub(crate) struct Memory {
    committed: watch::Receiver<u64>,
    /// By repository, account and principal.
    doors: Kept<Door, Repository>,
    ways: Kept<(RepositoryKey, Coordinates), Vec<Step>>,
    /// By repository and name as it is asked for.
    crates: Kept<(RepositoryKey, String), Known>,
}

/// A repository, and the account and principal who enter it.
type Door = (RepositoryKey, String, String);

/// Values, each with the commit that it was read after and the moment.
struct Kept<K, V>(Mutex<HashMap<K, Read<V>>>);

/// A value, the number of the commit that it was read after, and the moment.
type Read<V> = (Arc<V>, u64, Instant);

impl Memory {
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            committed: store.committed(),
            doors: Kept(Mutex::default()),
            ways: Kept(Mutex::default()),
            crates: Kept(Mutex::default()),
        }
    }

    /// The number of the last commit. It is asked for before reading: what is committed meanwhile must not pass as read.
    fn commits(&self) -> u64 {
        *self.committed.borrow()
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn find(&self, key: &K, commits: u64) -> Option<Arc<V>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, read_after, read_at) = kept.get(key)?;
        (*read_after == commits && read_at.elapsed() < BELIEVED).then(|| Arc::clone(value))
    }

    fn keep(&self, key: K, commits: u64, value: &Arc<V>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, (Arc::clone(value), commits, Instant::now()));
    }
}

/// Finds the repository that is asked, if the caller may read from it.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(crate) async fn reach(shared: &Shared, visit: &Visit) -> Result<Repository, Refusal> {
    enter(shared, visit).await.map(Arc::unwrap_or_clone)
}

/// The same, to look at.
async fn enter(shared: &Shared, visit: &Visit) -> Result<Arc<Repository>, Refusal> {
    let commits = shared.memory.commits();
    let door = (visit.repository.clone(), visit.call.account.clone(), visit.call.principal.clone());
    if let Some(repository) = shared.memory.doors.find(&door, commits) {
        return Ok(repository);
    }
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let reached = shared.parts.store.read(move |tx| repository::reach_for_long(tx, &call, READ, &key)).await;
    let (repository, for_long) = reached?;
    let repository = Arc::new(repository);
    if for_long {
        shared.memory.doors.keep(door, commits, &repository);
    }
    Ok(repository)
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
    let commits = shared.memory.commits();
    let requested = enter(shared, visit).await?;
    let way = (visit.repository.clone(), package.clone());
    if let Some(steps) = shared.memory.ways.find(&way, commits) {
        return Ok(steps);
    }
    let package = package.clone();
    let read: Result<Vec<Step>, store::Error> =
        shared.parts.store.read(move |tx| resolution::path(tx, &requested, &package)).await;
    let steps = Arc::new(read?);
    shared.memory.ways.keep(way, commits, &steps);
    Ok(steps)
}

/// Says why nothing of a package comes from outside, if it is kept from it; errors as [`reach`].
pub(crate) async fn closed(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
) -> Result<Option<String>, Refusal> {
    let (requested, package) = (enter(shared, visit).await?, package.clone());
    let read: Result<Option<String>, store::Error> =
        shared.parts.store.read(move |tx| resolution::closed(tx, &requested, &package)).await;
    Ok(read?)
}

/// Finds a crate in whatever spelling the repositories on the way hold it; errors as [`reach`].
pub(crate) async fn known(shared: &Shared, visit: &Visit, name: &str) -> Result<Arc<Known>, Refusal> {
    let commits = shared.memory.commits();
    let requested = enter(shared, visit).await?;
    let place = (visit.repository.clone(), name.to_owned());
    if let Some(known) = shared.memory.crates.find(&place, commits) {
        return Ok(known);
    }
    let name = name.to_owned();
    let read: Result<Known, store::Error> =
        shared.parts.store.read(move |tx| crate_name::known(tx, &requested, &name)).await;
    let known = Arc::new(read?);
    shared.memory.crates.keep(place, commits, &known);
    Ok(known)
}
