//! `info/{gem}`: the versions of this repository, of its upstream repositories and of the gem hosts behind them, put
//! together once and kept until one of them changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codeartifact::package_version::{Arrival, EntryPoint, OriginType, Status};
use codeartifact::release_age::{self, ReleaseAge};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, ListedVersion, Stamp};
use formats::ruby::info::{self, Line, Listing};
use formats::ruby::record::Record;
use formats::ruby::spec::Gemspec;
use hyper::Response;
use model::Timestamp;

use super::limits::LISTINGS_BYTES_MAX;
use super::source::{self, Outside, created_at};
use super::text::Text;
use super::{coordinates, no_gem};
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// One gem in a list: a version for a platform.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) line: Line,
    /// What the gem says of itself, if a repository holds it.
    pub(super) spec: Option<Box<Gemspec>>,
    /// When it came to where it is held, or its host says that it was published.
    pub(super) at: Option<Timestamp>,
}

/// A list that was put together.
#[derive(Debug)]
pub(super) struct Shown {
    stamp: Stamp,
    outside: Vec<Option<Arc<Listing>>>,
    until: Option<Timestamp>,
    pub(super) rows: Vec<Row>,
    text: Text,
}

/// Lists by repository and gem, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<(RepositoryKey, String), Arc<Shown>>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(LISTINGS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<(RepositoryKey, String), Arc<Shown>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    /// What is known of the gem, as a specification.
    pub(super) fn spec(&self, name: &str) -> Gemspec {
        self.spec.as_deref().cloned().unwrap_or_else(|| self.line.spec(name))
    }
}

impl Shown {
    fn is_of(&self, stamp: &Stamp, outside: &[Outside], now: Timestamp) -> bool {
        self.stamp == *stamp
            && self.until.is_none_or(|until| now < until)
            && self.outside.len() == outside.len()
            && self.outside.iter().zip(outside).all(|(made, now)| match (made, &now.listing) {
                (None, None) => now.failure.is_none(),
                (Some(made), Some(now)) => Arc::ptr_eq(made, now),
                _ => false,
            })
    }

    /// The row of a version and platform.
    pub(super) fn row(&self, version: &str, platform: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.line.version() == version && row.line.platform() == platform)
    }
}

/// Answers `info/{gem}`.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &str,
) -> Result<Response<Body>, Refusal> {
    shown(shared, visit, name).await?.text.respond(visit)
}

/// Puts the list of a gem together, or finds it as it was put together before.
///
/// Errors in this order: domain not found, access denied, repository not found, no version is shown (and all hosts
/// answered), a host did not answer.
pub(super) async fn shown(shared: &Arc<Shared>, visit: &Visit, name: &str) -> Result<Arc<Shown>, Refusal> {
    let package = coordinates(name);
    let path = lookup::steps(shared, visit, &package).await?;
    let outside = source::outside(shared, visit, name, &path).await;
    let place = (visit.repository.clone(), name.to_owned());
    let stamp = resolution::stamp(&path);
    if let Some(shown) = shared.ruby.listings.locked().get(&place)
        && shown.is_of(&stamp, &outside, visit.call.now)
    {
        return Ok(Arc::clone(shown));
    }
    let (stamp, mut listing) = read(shared, visit, name).await?;
    if sight(shared, visit, name, &listing, &outside).await? {
        listing = read(shared, visit, name).await?.1;
    }
    let failure = outside.iter().find_map(|answer| answer.failure.clone());
    let kept: Vec<_> = outside.iter().map(|answer| answer.listing.clone()).collect();
    // The hosts' largest lists have some thousand lines: a few milliseconds, but not for the thread of all.
    let merging = tokio::task::spawn_blocking(move || {
        let (rows, until) = merged(&listing, &outside);
        let text = Text::plain(info::render(rows.iter().map(|row| &row.line)));
        (rows, until, text)
    });
    let (rows, until, text) = merging.await.map_err(|error| store::Error::Broken(error.to_string()))?;
    if rows.is_empty() {
        return Err(failure.unwrap_or_else(|| no_gem(visit, name)));
    }
    let shown = Arc::new(Shown { stamp, outside: kept, until, rows, text });
    if failure.is_none() {
        let outside: usize = shown.outside.iter().flatten().map(|listing| listing.bytes()).sum();
        let specs = shown.rows.iter().filter(|row| row.spec.is_some()).count() * 2048;
        let bytes = outside + shown.text.bytes() * 2 + specs + 1024;
        shared.ruby.listings.locked().put(place, Arc::clone(&shown), bytes);
    }
    Ok(shown)
}

async fn read(shared: &Shared, visit: &Visit, name: &str) -> Result<(Stamp, resolution::Listing), Refusal> {
    let (requested, package) = (lookup::reach(shared, visit).await?, coordinates(name));
    let read = move |tx: &mut store::Tx| {
        let path = resolution::path(tx, &requested, &package)?;
        Ok::<_, store::Error>((resolution::stamp(&path), resolution::listing(tx, &requested, &package)?))
    };
    Ok(shared.parts.store.read(read).await?)
}

/// Remembers which versions were seen today for the first time, where an age is demanded and the index has no times.
async fn sight(
    shared: &Shared,
    visit: &Visit,
    name: &str,
    listing: &resolution::Listing,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let Some(age) = &listing.release_age else { return Ok(false) };
    let lines =
        outside.iter().filter_map(|answer| answer.listing.as_ref()).flat_map(|listing| listing.lines());
    let undated: BTreeSet<&str> =
        lines.filter(|line| created_at(line).is_none()).map(Line::version).collect();
    let unseen = age.unseen(undated);
    if unseen.is_empty() {
        return Ok(false);
    }
    let (domain, package) = (visit.repository.domain.clone(), coordinates(name));
    let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
    shared.parts.store.write(sight).await?;
    Ok(true)
}

/// The rows of a list, oldest first, and the moment from when on there will be more.
///
/// What hosts list stands first, in their order, whether it is held by now or not; then what else is held, by the time
/// that it was published. So a list grows at its end only while versions are added to one place.
pub(super) fn merged(listing: &resolution::Listing, outside: &[Outside]) -> (Vec<Row>, Option<Timestamp>) {
    let mut merging = Merging { until: listing.matures_at, ..Merging::default() };
    for listed in &listing.repositories {
        for version in &listed.versions {
            if !merging.seen.contains(&version.version) && version.status == Status::Published {
                merging.add_held(version, listing, outside);
            }
        }
        merging.seen.extend(listed.versions.iter().map(|version| version.version.clone()));
        merging.seen.extend(listed.too_young.iter().cloned());
        let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name);
        let lines = answer.and_then(|answer| answer.listing.as_ref()).filter(|_| listed.connection.is_some());
        if let Some(lines) = lines {
            merging.add_outside(lines, listing.release_age.as_ref());
        }
    }
    let rows = in_order(merging.rows, listing, outside);
    (rows, merging.until)
}

/// Sorts rows: by their place in the hosts' lists, then by time.
fn in_order(rows: Vec<Row>, listing: &resolution::Listing, outside: &[Outside]) -> Vec<Row> {
    let mut places = HashMap::new();
    for line in
        outside.iter().filter_map(|answer| answer.listing.as_ref()).flat_map(|listing| listing.lines())
    {
        let next = places.len();
        places.entry((line.version(), line.platform())).or_insert(next);
    }
    // A version that was retained later is as old as where it came from.
    let mut first: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for version in listing.repositories.iter().flat_map(|listed| &listed.versions) {
        let at = first.entry(&version.version).or_insert(version.published_at);
        *at = (*at).min(version.published_at);
    }
    let mut keyed: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (version, platform) = (row.line.version(), row.line.platform());
            let place = places.get(&(version, platform)).copied().unwrap_or(usize::MAX);
            let at = row.at.or_else(|| first.get(version).copied());
            ((place, at, version.to_owned(), platform.to_owned()), row)
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// A list that is being put together.
#[derive(Default)]
struct Merging {
    rows: Vec<Row>,
    /// Versions that a nearer repository or host has, shown or not.
    seen: HashSet<String>,
    until: Option<Timestamp>,
}

impl Merging {
    /// Shows a version that a repository holds, with the platforms that its host has of it beyond.
    fn add_held(&mut self, version: &ListedVersion, listing: &resolution::Listing, outside: &[Outside]) {
        let mut record = Record::read(&version.manifest);
        for (file, kept) in std::mem::take(&mut record.gems) {
            if record.flags.yanked.contains(&file) {
                continue;
            }
            let Some(line) = Line::read(&kept.line) else { continue };
            let since = record.flags.since.get(&file).and_then(|since| Timestamp::from_rfc3339(since));
            let at = version.upstream_published_at.or(since);
            self.rows.push(Row { line, spec: Some(Box::new(kept.spec)), at });
        }
        let Some(lines) = followed(version, listing, outside) else { return };
        let age = listing.release_age.as_ref();
        for line in lines.lines().iter().filter(|line| line.version() == version.version) {
            let is_held =
                |row: &Row| row.line.version() == line.version() && row.line.platform() == line.platform();
            if !self.rows.iter().any(is_held) && self.admits(line, age) {
                self.offer(line);
            }
        }
    }

    /// Shows what a host has of versions that nothing nearer has.
    fn add_outside(&mut self, lines: &Listing, age: Option<&ReleaseAge>) {
        for line in lines.lines() {
            if !self.seen.contains(line.version()) && self.admits(line, age) {
                self.offer(line);
            }
        }
        self.seen.extend(lines.lines().iter().map(|line| line.version().to_owned()));
    }

    fn offer(&mut self, line: &Line) {
        self.rows.push(Row { line: line.clone(), spec: None, at: created_at(line) });
    }

    /// Whether a gem of a host may be shown, as to its age.
    fn admits(&mut self, line: &Line, age: Option<&ReleaseAge>) -> bool {
        let Some(age) = age else { return true };
        let (version, time) = (line.version(), created_at(line));
        let admitted = age.admits(version, time);
        if !admitted {
            self.until = [self.until, age.matures_at(version, time)].into_iter().flatten().min();
        }
        admitted
    }
}

/// What the host says now that a version came from; `None` where the version does not follow it any more: it was
/// published or copied, the connection cannot be asked, or the version there is not handed out or was not ingested.
fn followed<'a>(
    version: &ListedVersion,
    listing: &resolution::Listing,
    outside: &'a [Outside],
) -> Option<&'a Listing> {
    let EntryPoint::Connection(connection) = &version.origin.entry else { return None };
    let came = matches!(version.arrival, Arrival::Ingest | Arrival::Retain);
    if version.origin.kind != OriginType::External || !came {
        return None;
    }
    let answer = outside.iter().find(|answer| answer.connection == *connection)?;
    let listed =
        listing.repositories.iter().find(|listed| listed.repository.key.name == answer.repository)?;
    let there = listed.versions.iter().find(|there| there.version == version.version)?;
    let follows =
        there.arrival == Arrival::Ingest && there.origin == version.origin && there.status.is_downloadable();
    answer.listing.as_deref().filter(|_| follows)
}
