//! The page that clients of a repository see of a project: its own versions, those of its upstream repositories and of
//! the indexes behind them, put together once and kept until one of them changes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use codeartifact::package_version::{Arrival, EntryPoint, OriginType, Status};
use codeartifact::release_age::{self, ReleaseAge};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, ListedRepository, ListedVersion, Listing, Stamp};
use formats::pypi::accept::Form;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{File, Page};
use formats::pypi::record::{Record, offered};
use formats::pypi::rendering::{self, Shown};
use formats::pypi::version;
use model::Timestamp;

use super::page::Text;
use super::refresh::{self, Due};
use super::source::{self, Outside};
use super::{coordinates, no_project};
use crate::answer;
use crate::endpoint::{Shared, Visit};
use crate::limits::LISTINGS_BYTES_MAX;
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// A page that was put together, with what was made of it since.
pub(super) struct Listed {
    stamp: Stamp,
    outside: Vec<Option<Arc<Page>>>,
    /// When a version that is too young now may be shown.
    matures_at: Option<Timestamp>,
    /// When it was put together; nothing while an index does not answer.
    pub(super) changed_at: Option<Timestamp>,
    /// The files in the order of the page.
    pub(super) files: Vec<Shown>,
    /// Versions of which the index has more than is kept, or says something else.
    due: Vec<Due>,
    texts: Mutex<HashMap<(Form, bool), Arc<Text>>>,
}

/// Pages by repository and project, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<Place, Arc<Listed>>>);

type Place = (RepositoryKey, ProjectName);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(LISTINGS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<Place, Arc<Listed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listed {
    fn is_of(&self, stamp: &Stamp, outside: &[Outside], now: Timestamp) -> bool {
        self.stamp == *stamp
            && self.matures_at.is_none_or(|at| now < at)
            && self.outside.len() == outside.len()
            && self.outside.iter().zip(outside).all(|(made, now)| match (made, &now.page) {
                (None, None) => now.failure.is_none(),
                (Some(made), Some(now)) => Arc::ptr_eq(made, now),
                _ => false,
            })
    }

    /// The text of a form, written once; `slash` says whether the page's address ends with one.
    pub(super) fn text(&self, form: Form, project: &ProjectName, slash: bool) -> Arc<Text> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.entry((form, slash)).or_insert_with(|| {
            let folder = if slash { String::new() } else { format!("{project}/") };
            Arc::new(Text::new(form, Bytes::from(rendering::project(form, project, &self.files, &folder))))
        });
        Arc::clone(text)
    }
}

/// Puts the page of a project together, or finds it as it was put together before. What an index has of ingested
/// versions beyond what is kept is fetched in the background.
///
/// Errors in this order: domain not found, access denied, repository not found, no file is shown (and all indexes
/// answered), an index did not answer.
pub(super) async fn listed(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    project: &ProjectName,
) -> Result<Arc<Listed>, Refusal> {
    let path = lookup::path(shared, visit, &coordinates(project)).await?;
    let outside = source::outside(shared, visit, project, &path).await;
    let place = (visit.repository.clone(), project.clone());
    let stamp = resolution::stamp(&path);
    let known = shared.pypi.listings.locked().get(&place).map(|listed| Arc::clone(listed));
    if let Some(listed) = known.filter(|listed| listed.is_of(&stamp, &outside, visit.call.now)) {
        refresh::start(shared, visit, project, &listed.due);
        return Ok(listed);
    }
    let (stamp, read) = read(shared, visit, project).await?;
    remember_sight(shared, visit, project, &read, &outside).await?;
    let failure = outside.iter().find_map(|answer| answer.failure.clone());
    let pages: Vec<Option<Arc<Page>>> = outside.iter().map(|answer| answer.page.clone()).collect();
    let own_bytes: usize =
        read.repositories.iter().flat_map(|listed| &listed.versions).map(|one| one.manifest.len()).sum();
    let bytes = own_bytes + pages.iter().flatten().map(|page| page.bytes()).sum::<usize>();
    let merge = move || Merging::of(read, &outside);
    let merged = if bytes <= INLINE_BYTES_MAX {
        merge()
    } else {
        let merging = tokio::task::spawn_blocking(merge).await;
        merging.map_err(|error| store::Error::Broken(error.to_string()))?
    };
    let Merging { files, due, matures_at, .. } = merged;
    refresh::start(shared, visit, project, &due);
    if files.is_empty() {
        return Err(failure.unwrap_or_else(|| no_project(visit, project)));
    }
    let (outside, texts) = (pages, Mutex::default());
    let before = shared.pypi.listings.locked().get(&place).and_then(|listed| listed.changed_at);
    let changed_at = failure.is_none().then(|| answer::changed_at(visit.call.now, before));
    let listed = Arc::new(Listed { stamp, outside, matures_at, changed_at, files, due, texts });
    if failure.is_none() {
        // Pages of indexes are counted here as well, since they outlive their place in their own cache; as much again
        // covers the texts that are written later.
        shared.pypi.listings.locked().put(place, Arc::clone(&listed), 3 * bytes + 4096);
    }
    Ok(listed)
}

/// Pages of more text than this are put together on a thread of their own.
const INLINE_BYTES_MAX: usize = 256 << 10;

async fn read(shared: &Shared, visit: &Visit, project: &ProjectName) -> Result<(Stamp, Listing), Refusal> {
    let requested = lookup::reach(shared, visit).await?;
    let package = coordinates(project);
    let read = move |tx: &mut store::Tx| {
        let path = resolution::path(tx, &requested, &package)?;
        Ok::<_, store::Error>((resolution::stamp(&path), resolution::listing(tx, &requested, &package)?))
    };
    Ok(shared.parts.store.read(read).await?)
}

/// Remembers the versions that are listed without a time, where an age is demanded of them.
async fn remember_sight(
    shared: &Shared,
    visit: &Visit,
    project: &ProjectName,
    read: &Listing,
    outside: &[Outside],
) -> Result<(), Refusal> {
    let Some(age) = &read.release_age else { return Ok(()) };
    let files = outside.iter().filter_map(|answer| answer.page.as_ref()).flat_map(|page| &page.files);
    let timeless: BTreeSet<&str> =
        files.filter(|file| uploaded_at(file).is_none()).map(|file| file.version.as_str()).collect();
    let unseen = age.unseen(timeless);
    if unseen.is_empty() {
        return Ok(());
    }
    let (domain, package) = (visit.repository.domain.clone(), coordinates(project));
    let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
    Ok(shared.parts.store.write(sight).await?)
}

/// When the index says that a file was uploaded.
pub(super) fn uploaded_at(file: &File) -> Option<Timestamp> {
    file.upload_time.as_deref().and_then(Timestamp::from_rfc3339)
}

/// A page that is being put together.
struct Merging {
    files: Vec<Shown>,
    due: Vec<Due>,
    matures_at: Option<Timestamp>,
    age: Option<ReleaseAge>,
    /// Versions that a nearer repository holds, listed or not, by the keys of their names.
    seen: HashSet<String>,
}

impl Merging {
    fn of(read: Listing, outside: &[Outside]) -> Self {
        let mut merging = Self {
            files: Vec::new(),
            due: Vec::new(),
            matures_at: read.matures_at,
            age: read.release_age,
            seen: HashSet::new(),
        };
        for listed in &read.repositories {
            for version in &listed.versions {
                if !merging.seen.contains(&version::key(&version.version))
                    && version.status == Status::Published
                {
                    merging.add_held(version, &read.repositories, outside);
                }
            }
            merging.seen.extend(listed.versions.iter().map(|version| version::key(&version.version)));
            merging.seen.extend(listed.too_young.iter().map(|version| version::key(version)));
            let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name);
            let page = answer.and_then(|answer| answer.page.as_ref()).filter(|_| listed.connection.is_some());
            if let Some(page) = page {
                merging.add_page(page);
            }
        }
        rendering::sort(&mut merging.files);
        merging
    }

    /// Shows a version that a repository holds. One that came from an index that can still be asked is shown with
    /// what that says now.
    fn add_held(&mut self, version: &ListedVersion, all: &[ListedRepository], outside: &[Outside]) {
        let mut record = Record::read(&version.manifest);
        let young = self.young_of(version, &record);
        let Some((with_connection, page)) = ingested(version, all, outside) else {
            self.files.extend(record.shown(&version.version).filter(|file| !young.contains(&file.name)));
            return;
        };
        let listed: Vec<&File> = page.files.iter().filter(|file| file.version == version.version).collect();
        let before = record.clone();
        record.take_over(listed.iter().copied());
        self.files.extend(record.shown(&version.version).filter(|file| !young.contains(&file.name)));
        let missing: Vec<&File> =
            listed.into_iter().filter(|file| !record.files.contains_key(&file.name)).collect();
        let missing: Vec<&File> = missing.into_iter().filter(|file| self.admits(file)).collect();
        self.files.extend(missing.iter().map(|file| offered(file)));
        if before != record || !missing.is_empty() {
            let missing = missing.into_iter().map(|file| file.name.clone()).collect();
            let with_connection = with_connection.clone();
            self.due.push(Due { with_connection, version: version.version.clone(), missing });
        }
    }

    /// Shows what an index has of versions that no nearer repository holds.
    fn add_page(&mut self, page: &Page) {
        let mut found = HashMap::new();
        for file in &page.files {
            let key = found.entry(file.version.as_str()).or_insert_with(|| version::key(&file.version));
            if !self.seen.contains(key.as_str()) && self.admits(file) {
                self.files.push(offered(file));
            }
        }
        self.seen.extend(found.into_values());
    }

    /// The files of a version from outside that were added to it too lately to be shown.
    fn young_of(&mut self, version: &ListedVersion, record: &Record) -> BTreeSet<String> {
        if version.origin.kind != OriginType::External || self.age.is_none() {
            return BTreeSet::new();
        }
        let times = record.files.iter().filter_map(|(name, kept)| {
            let uploaded_at = kept.upload_time.as_deref().and_then(Timestamp::from_rfc3339)?;
            Some((name, uploaded_at))
        });
        let young = times.filter(|(_, at)| !self.admits_of(&version.version, Some(*at)));
        young.map(|(name, _)| name.clone()).collect()
    }

    /// Whether a file of an index may be shown, as to its age.
    fn admits(&mut self, file: &File) -> bool {
        self.admits_of(&file.version, uploaded_at(file))
    }

    fn admits_of(&mut self, version: &str, uploaded_at: Option<Timestamp>) -> bool {
        let Some(age) = &self.age else { return true };
        if age.admits(version, uploaded_at) {
            return true;
        }
        let matures_at = age.matures_at(version, uploaded_at);
        self.matures_at = [self.matures_at, matures_at].into_iter().flatten().min();
        false
    }
}

/// The repository whose connection brought a version, and what that connection's index says now; `None` where the
/// version does not follow the index any more: it was published or copied, the connection cannot be asked, or the
/// version there is not listed or was not ingested.
fn ingested<'a>(
    version: &ListedVersion,
    all: &'a [ListedRepository],
    outside: &'a [Outside],
) -> Option<(&'a RepositoryKey, &'a Page)> {
    let EntryPoint::Connection(connection) = &version.origin.entry else { return None };
    if version.origin.kind != OriginType::External
        || !matches!(version.arrival, Arrival::Ingest | Arrival::Retain)
    {
        return None;
    }
    let answer = outside.iter().find(|answer| answer.connection == *connection)?;
    let listed = all.iter().find(|listed| listed.repository.key.name == answer.repository)?;
    let there = listed.versions.iter().find(|there| there.version == version.version)?;
    let follows =
        there.arrival == Arrival::Ingest && there.origin == version.origin && there.status.is_downloadable();
    Some((&listed.repository.key, answer.page.as_deref()?)).filter(|_| follows)
}
