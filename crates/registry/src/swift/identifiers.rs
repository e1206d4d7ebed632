//! Which packages come from an address of source code, as `swift package --replace-scm-with-registry` asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package;
use codeartifact::repository::{Repository, RepositoryKey};
use codeartifact::resolution;
use formats::swift::release::Release;
use formats::swift::source_url::canonical;
use hyper::Response;
use serde_json::json;
use store::Tx;

use super::limits::INDEXES_MAX;
use super::{document, listing, parameter};
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// How long an index is believed without a commit of this server: another one on the same database may have changed it,
/// and releases grow old enough to be shown.
const BELIEVED: Duration = Duration::from_secs(2);

/// The identifiers by the one spelling of each address.
type Index = BTreeMap<String, BTreeSet<String>>;

/// The indexes of repositories as they were read.
#[derive(Default)]
pub(super) struct Memory {
    kept: Mutex<HashMap<RepositoryKey, Kept>>,
    /// One is put together at a time.
    working: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Kept {
    index: Arc<Index>,
    commits: u64,
    read_at: Instant,
}

/// Answers `GET identifiers?url=`: packages of which any release that is shown has the address in its metadata.
///
/// Errors in this order: no address, domain not found, access denied, repository not found, no package has it.
pub(super) async fn answer(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let url = parameter(&visit.query, "url")
        .ok_or_else(|| Refusal::new(400, "the parameter url says which address is looked for"))?;
    let asked = lookup::reach(shared, visit).await?;
    let unknown = || Refusal::not_found("no package of this repository has this address in its metadata");
    let wanted = canonical(&url).ok_or_else(unknown)?;
    let index = index(shared, visit, asked).await?;
    let identifiers = index.get(&wanted).ok_or_else(unknown)?;
    Ok(document::answer(visit, json!({"identifiers": identifiers}).to_string(), &[]))
}

async fn index(shared: &Shared, visit: &Visit, asked: Repository) -> Result<Arc<Index>, Refusal> {
    let memory = &shared.swift.identifiers;
    // Before reading: what is committed meanwhile must not pass as read.
    let committed = || *shared.parts.store.committed().borrow();
    if let Some(index) = memory.find(&visit.repository, committed()) {
        return Ok(index);
    }
    let _turn = memory.working.lock().await;
    let commits = committed();
    if let Some(index) = memory.find(&visit.repository, commits) {
        return Ok(index);
    }
    let read: Result<Index, store::Error> = shared.parts.store.read(move |tx| read(tx, &asked)).await;
    let index = Arc::new(read?);
    memory.keep(&visit.repository, Kept { index: Arc::clone(&index), commits, read_at: Instant::now() });
    Ok(index)
}

impl Memory {
    fn find(&self, key: &RepositoryKey, commits: u64) -> Option<Arc<Index>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get(key)?;
        (kept.commits == commits && kept.read_at.elapsed() < BELIEVED).then(|| Arc::clone(&kept.index))
    }

    fn keep(&self, key: &RepositoryKey, index: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= INDEXES_MAX {
            kept.clear();
        }
        kept.insert(key.clone(), index);
    }
}

/// Goes through the packages of all repositories on the way, as far as each is seen from the one that is asked.
fn read(tx: &mut Tx, asked: &Repository) -> Result<Index, store::Error> {
    let mut packages: BTreeSet<Coordinates> = BTreeSet::new();
    for repository in resolution::search_list(tx, asked)? {
        packages.extend(package::published(tx, &repository.key, PackageFormat::Swift)?);
    }
    let mut index = Index::new();
    for package in packages {
        let listing = resolution::listing(tx, asked, &package)?;
        for manifest in listing::releases(&listing).values() {
            for url in Release::read(manifest).read_metadata().repository_urls().filter_map(canonical) {
                index.entry(url).or_default().insert(package.display_name());
            }
        }
    }
    Ok(index)
}
