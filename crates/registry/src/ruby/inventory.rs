//! All gems that a repository and its upstream repositories hold: what `versions`, `names` and the specs indexes are made
//! of.
//!
//! Gem hosts behind connections are not listed: they have hundreds of thousands, and would learn what is looked for here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use codeartifact::name::PackageFormat;
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, Census, State};
use formats::ruby::info;
use md5::{Digest as _, Md5};
use model::Timestamp;

use super::coordinates;
use super::index::Indexes;
use super::limits::INVENTORIES_BYTES_MAX;
use super::listing;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// How long an inventory is believed without a commit of this server: another one on the same database may have changed
/// it.
const BELIEVED: Duration = Duration::from_secs(2);

/// A gem in one version for one platform.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) version: String,
    pub(super) platform: String,
    /// MD5 of `info/{gem}` as it was up to this one.
    pub(super) info_md5: String,
    pub(super) at: Timestamp,
}

/// What is held of one gem, and for how long that is right.
#[derive(Debug)]
pub(super) struct Entry {
    state: State,
    until: Option<Timestamp>,
    /// Oldest first.
    pub(super) held: Vec<Held>,
}

/// All gems by name.
#[derive(Debug)]
pub(super) struct Inventory {
    census: Census,
    created_at: Timestamp,
    pub(super) entries: BTreeMap<String, Arc<Entry>>,
    pub(super) indexes: Indexes,
    /// Whether a connection may bring gems that are not in it.
    pub(super) is_connected: bool,
}

/// An inventory with the commit that it was read after and the moment.
type Taken = (Arc<Inventory>, u64, Instant);

/// Inventories by repository.
pub(super) struct Cache {
    kept: Mutex<ByteCache<RepositoryKey, Taken>>,
    /// Whoever puts one together does it for all who wait.
    turn: tokio::sync::Mutex<()>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { kept: Mutex::new(ByteCache::new(INVENTORIES_BYTES_MAX)), turn: tokio::sync::Mutex::default() }
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<RepositoryKey, Taken>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inventory {
    fn matured(&self, now: Timestamp) -> bool {
        self.entries.values().any(|entry| entry.until.is_some_and(|until| until <= now))
    }

    /// How much memory it takes, roughly, with the documents that will be made of it.
    fn bytes(&self) -> usize {
        self.entries.values().map(|entry| 384 + entry.held.len() * 448).sum::<usize>() + 4096
    }

    /// When the repository was created.
    pub(super) fn created_at(&self) -> Timestamp {
        self.created_at
    }
}

/// Takes the inventory of a repository, or finds it as it was taken before.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(super) async fn inventory(shared: &Arc<Shared>, visit: &Visit) -> Result<Arc<Inventory>, Refusal> {
    let commits = *shared.parts.store.committed().borrow();
    let requested = lookup::reach(shared, visit).await?;
    if let Some(found) = believed(shared, visit, commits) {
        return Ok(found);
    }
    let _turn = shared.ruby.inventories.turn.lock().await;
    let commits = *shared.parts.store.committed().borrow();
    if let Some(found) = believed(shared, visit, commits) {
        return Ok(found);
    }
    let before = shared.ruby.inventories.locked().get(&visit.repository).map(|(found, ..)| Arc::clone(found));
    let now = visit.call.now;
    let take = move |tx: &mut store::Tx| {
        let census = resolution::census(tx, &requested, PackageFormat::Ruby)?;
        if let Some(before) = &before
            && before.census == census
            && !before.matured(now)
        {
            return Ok(Arc::clone(before));
        }
        let mut entries = BTreeMap::new();
        for ((_, name), state) in &census.packages {
            let known = before.as_ref().filter(|before| before.census.frame == census.frame);
            let known = known.and_then(|before| before.entries.get(name));
            let right =
                |entry: &&Arc<Entry>| entry.state == *state && entry.until.is_none_or(|until| now < until);
            let entry = match known.filter(right) {
                Some(entry) => Arc::clone(entry),
                None => Arc::new(entry(tx, &requested, name, state)?),
            };
            entries.insert(name.clone(), entry);
        }
        let is_connected = census.frame.is_connected();
        let (created_at, indexes) = (requested.created_at, Indexes::default());
        Ok::<_, store::Error>(Arc::new(Inventory { census, created_at, entries, indexes, is_connected }))
    };
    let taken = shared.parts.store.read(take).await?;
    let bytes = taken.bytes();
    let place = visit.repository.clone();
    shared.ruby.inventories.locked().put(place, (Arc::clone(&taken), commits, Instant::now()), bytes);
    Ok(taken)
}

fn believed(shared: &Shared, visit: &Visit, commits: u64) -> Option<Arc<Inventory>> {
    let mut kept = shared.ruby.inventories.locked();
    let (found, read_after, read_at) = kept.get(&visit.repository)?;
    let right = *read_after == commits && read_at.elapsed() < BELIEVED && !found.matured(visit.call.now);
    right.then(|| Arc::clone(found))
}

/// Reads what is shown of one gem.
fn entry(
    tx: &mut store::Tx,
    requested: &codeartifact::repository::Repository,
    name: &str,
    state: &State,
) -> Result<Entry, store::Error> {
    let listing = resolution::listing(tx, requested, &coordinates(name))?;
    let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for version in listing.repositories.iter().flat_map(|listed| &listed.versions) {
        let at = first.entry(&version.version).or_insert(version.published_at);
        *at = (*at).min(version.published_at);
    }
    let (rows, until) = listing::merged(&listing, &[]);
    let mut digest = Md5::new_with_prefix(info::BEGINNING);
    let held = rows.iter().map(|row| {
        digest.update(row.line.text());
        digest.update("\n");
        Held {
            version: row.line.version().to_owned(),
            platform: row.line.platform().to_owned(),
            info_md5: super::text::hexadecimal(&digest.clone().finalize()),
            at: row.at.or_else(|| first.get(row.line.version()).copied()).unwrap_or_else(|| tx.now()),
        }
    });
    Ok(Entry { state: state.clone(), until, held: held.collect() })
}
