//! The file of a crate in the index: the versions of this repository, of its upstream repositories and of the registries
//! behind them, put together once and kept until one of them changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use codeartifact::arrival::{self, Remarks};
use codeartifact::name::Coordinates;
use codeartifact::package_version::Status;
use codeartifact::release_age::{self, ReleaseAge};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, ListedRepository, ListedVersion, Listing, Stamp};
use formats::cargo::index::{Index, Line, Source};
use formats::cargo::name::CrateName;
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use model::Timestamp;

use super::limits::{INDEXES_BYTES_MAX, INLINE_BYTES_MAX};
use super::no_crate;
use super::source::{self, Outside};
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::gzip;
use crate::limits::PACKED_BYTES_MIN;
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// Why a version is yanked that its registry yanked; those that are yanked here have no reason.
const BY_ITS_REGISTRY: &str = "yanked in the registry that it came from";

/// What a file was made of; it is right as long as these are the same, until the moment.
#[derive(Debug)]
struct Made {
    stamp: Stamp,
    outside: Vec<Option<Arc<Index>>>,
    until: Option<Timestamp>,
}

/// A file that was put together.
#[derive(Debug)]
pub(super) struct Shown {
    made: Made,
    /// The crate in the spelling that it is held under.
    pub(super) package: Coordinates,
    pub(super) index: Index,
    text: Bytes,
    etag: String,
    /// When it was put together; nothing while a registry does not answer.
    changed_at: Option<Timestamp>,
    packed: OnceLock<Bytes>,
}

/// Files by repository and crate, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<(RepositoryKey, String), Arc<Shown>>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(INDEXES_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<(RepositoryKey, String), Arc<Shown>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    fn is_of(&self, stamp: &Stamp, outside: &[Outside], now: Timestamp) -> bool {
        self.stamp == *stamp
            && self.until.is_none_or(|until| now < until)
            && self.outside.len() == outside.len()
            && self.outside.iter().zip(outside).all(|(made, now)| match (made, &now.index) {
                (None, None) => now.failure.is_none(),
                (Some(made), Some(now)) => Arc::ptr_eq(made, now),
                _ => false,
            })
    }
}

/// Answers the file of a crate.
///
/// An index files names in lower case, and cargo does not find a crate in the file of another spelling: what is held
/// with other separators is not there. Errors as [`shown`].
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
) -> Result<Response<Body>, Refusal> {
    let shown = shown(shared, visit, name).await?;
    if !shown.package.name.eq_ignore_ascii_case(name.as_str()) {
        return Err(no_crate(visit, name));
    }
    let mut response = if answer::is_known(&visit.headers, &shown.etag, shown.changed_at) {
        answer::not_modified(header(&shown.etag))
    } else {
        body(&shown, visit)
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&shown.etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer::say_changed(&mut response, shown.changed_at);
    Ok(response)
}

fn body(shown: &Shown, visit: &Visit) -> Response<Body> {
    let is_packed = gzip::is_taken(&visit.headers) && shown.text.len() >= PACKED_BYTES_MIN;
    let packed = || shown.packed.get_or_init(|| gzip::pack([&shown.text])).clone();
    let bytes = if is_packed { packed() } else { shown.text.clone() };
    let length = bytes.len();
    let mut response = Response::new(answer::full(if visit.head { Bytes::new() } else { bytes }));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if is_packed {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Puts the file of a crate together, or finds it as it was put together before.
///
/// Errors in this order: domain not found, access denied, repository not found, no version is shown (and all
/// registries answered), a registry did not answer.
pub(super) async fn shown(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
) -> Result<Arc<Shown>, Refusal> {
    let known = lookup::known(shared, visit, name.as_str()).await?;
    let name = CrateName::parse(&known.coordinates.name).unwrap_or_else(|_| name.clone());
    let outside = source::outside(shared, visit, &name, &known.path).await;
    let place = (visit.repository.clone(), name.as_str().to_owned());
    let stamp = resolution::stamp(&known.path);
    if let Some(shown) = shared.cargo.indexes.locked().get(&place)
        && shown.made.is_of(&stamp, &outside, visit.call.now)
    {
        return Ok(Arc::clone(shown));
    }
    let package = source::package(&known, outside.iter().find_map(|answer| answer.index.as_deref()));
    let listing = read(shared, visit, &package, &outside).await?;
    let failure = outside.iter().find_map(|answer| answer.failure.clone());
    let made =
        Made { stamp, outside: outside.iter().map(|answer| answer.index.clone()).collect(), until: None };
    let mut shown = put_together(package, made, listing, outside).await?;
    if shown.index.lines().is_empty() {
        return Err(failure.unwrap_or_else(|| no_crate(visit, &name)));
    }
    let before = shared.cargo.indexes.locked().get(&place).and_then(|shown| shown.changed_at);
    shown.changed_at = failure.is_none().then(|| answer::changed_at(visit.call.now, before));
    let shown = Arc::new(shown);
    if failure.is_none() {
        let outside: usize = shown.made.outside.iter().flatten().map(|index| index.bytes()).sum();
        // The text, its lines once more, and a compressed copy.
        let bytes = outside + shown.text.len() * 2 + shown.index.bytes() + 1024;
        shared.cargo.indexes.locked().put(place, Arc::clone(&shown), bytes);
    }
    Ok(shown)
}

/// What the repositories say of a crate, after what changed outside was taken over.
async fn read(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    outside: &[Outside],
) -> Result<Listing, Refusal> {
    let first = read_once(shared, visit, package).await?;
    let yanked = take_over_yanks(shared, package, &first, outside).await?;
    let sighted = sight(shared, visit, package, &first, outside).await?;
    if yanked || sighted { read_once(shared, visit, package).await } else { Ok(first) }
}

async fn read_once(shared: &Shared, visit: &Visit, package: &Coordinates) -> Result<Listing, Refusal> {
    let (requested, package) = (lookup::reach(shared, visit).await?, package.clone());
    let read = move |tx: &mut store::Tx| resolution::listing(tx, &requested, &package);
    Ok(shared.parts.store.read(read).await?)
}

/// Takes over which versions a registry calls yanked now, of those that came through its connection; says whether
/// anything changed. What was yanked here stays so.
async fn take_over_yanks(
    shared: &Shared,
    package: &Coordinates,
    listing: &Listing,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let mut changed = false;
    for listed in &listing.repositories {
        let Some(index) = index_of(outside, listed) else { continue };
        let differing: BTreeMap<String, Remarks> = listed
            .versions
            .iter()
            .filter_map(|version| {
                let now = index.line(&version.version)?.yanked();
                let differs = match version.yanked.as_deref() {
                    None => now,
                    // A yank of ours is not taken back by somebody else.
                    Some(reason) => !now && reason == BY_ITS_REGISTRY,
                };
                let remarks = Remarks { deprecated: None, yanked: yanked_outside(now) };
                differs.then(|| (version.version.clone(), remarks))
            })
            .collect();
        if differing.is_empty() {
            continue;
        }
        let (key, package) = (listed.repository.key.clone(), package.clone());
        let refresh = move |tx: &mut store::Tx| arrival::refresh(tx, &key, &package, &differing);
        changed |= shared.parts.store.write(refresh).await? > 0;
    }
    Ok(changed)
}

/// Remembers which versions were seen today for the first time, where an age is demanded and the index has no times.
async fn sight(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    listing: &Listing,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let Some(age) = &listing.release_age else { return Ok(false) };
    let lines = outside.iter().filter_map(|answer| answer.index.as_ref()).flat_map(|index| index.lines());
    let undated: Vec<String> =
        lines.filter(|line| published_at(line).is_none()).map(|line| line.version().to_string()).collect();
    let unseen = age.unseen(undated.iter().map(String::as_str));
    if unseen.is_empty() {
        return Ok(false);
    }
    let (domain, package) = (visit.repository.domain.clone(), package.clone());
    let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
    shared.parts.store.write(sight).await?;
    Ok(true)
}

/// How a version is marked whose registry calls it yanked, or not.
pub(super) fn yanked_outside(yanked: bool) -> Option<String> {
    yanked.then(|| BY_ITS_REGISTRY.to_owned())
}

fn index_of<'a>(outside: &'a [Outside], listed: &ListedRepository) -> Option<&'a Arc<Index>> {
    let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name)?;
    answer.index.as_ref()
}

/// When a line says that its version was published.
pub(super) fn published_at(line: &Line) -> Option<Timestamp> {
    Timestamp::from_rfc3339(line.pubtime()?)
}

/// Makes the file, where it may take long if it is large.
async fn put_together(
    package: Coordinates,
    made: Made,
    listing: Listing,
    outside: Vec<Outside>,
) -> Result<Shown, Refusal> {
    let stored: usize =
        listing.repositories.iter().flat_map(|it| &it.versions).map(|it| it.manifest.len()).sum();
    let outside_bytes: usize =
        outside.iter().filter_map(|answer| answer.index.as_ref()).map(|index| index.bytes()).sum();
    if stored + outside_bytes <= INLINE_BYTES_MAX {
        return Ok(put_together_now(package, made, listing, &outside));
    }
    let working = tokio::task::spawn_blocking(move || put_together_now(package, made, listing, &outside));
    working.await.map_err(|error| store::Error::Broken(error.to_string()).into())
}

fn put_together_now(package: Coordinates, mut made: Made, listing: Listing, outside: &[Outside]) -> Shown {
    made.until = listing.matures_at;
    // What each repository has, and behind it what its connection brings.
    let mut sources: Vec<(Index, Vec<String>)> = Vec::new();
    for listed in listing.repositories {
        let offered = index_of(outside, &listed).map(|index| {
            let (index, matures_at) = of_age(index, listing.release_age.as_ref());
            made.until = [made.until, matures_at].into_iter().flatten().min();
            index
        });
        let mut hidden: Vec<String> = listed.too_young.into_iter().collect();
        let mut lines = Vec::new();
        for version in listed.versions {
            match own_line(&version) {
                Some(line) => lines.push(line),
                None => hidden.push(version.version),
            }
        }
        sources.push((Index::of(lines), hidden));
        sources.extend(offered.map(|index| (index, Vec::new())));
    }
    let index = Index::merge(sources.iter().map(|(index, hidden)| Source { index, hidden }));
    let text = index.render();
    let etag = etag(&text);
    Shown { made, package, index, text: text.into(), etag, changed_at: None, packed: OnceLock::new() }
}

/// The versions of a registry's file that are old enough, and when the next one will be.
fn of_age(index: &Index, age: Option<&ReleaseAge>) -> (Index, Option<Timestamp>) {
    let Some(age) = age else { return (index.clone(), None) };
    let mut until = None;
    let of_age = |line: &&Line| {
        let (version, time) = (line.version().to_string(), published_at(line));
        let admitted = age.admits(&version, time);
        if !admitted {
            until = [until, age.matures_at(&version, time)].into_iter().flatten().min();
        }
        admitted
    };
    let lines: Vec<Line> = index.lines().iter().filter(of_age).cloned().collect();
    (Index::of(lines), until)
}

/// The line of a version that a repository holds; `None` when it is not shown.
///
/// A version that is Unlisted is shown as yanked (assumed): cargo needs its line even with a lock file, and picks it for
/// nothing new.
fn own_line(version: &ListedVersion) -> Option<Line> {
    let yanked = match version.status {
        Status::Published => version.yanked.is_some(),
        Status::Unlisted => true,
        Status::Unfinished | Status::Archived | Status::Disposed => return None,
    };
    let line = Line::read(&version.manifest).ok()?;
    let at = version.upstream_published_at.unwrap_or(version.published_at);
    Some(line.shown(yanked, Some(pubtime(at))))
}

/// A time as the index has it: cargo reads whole seconds only.
fn pubtime(at: Timestamp) -> String {
    Timestamp::from_millis(at.millis().div_euclid(1000) * 1000).to_rfc3339()
}

fn etag(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("W/\"{:016x}-{:x}\"", hasher.finish(), text.len())
}
