//! Bringing files of a version in from the registry behind a connection: fetched once however many ask, checked, kept in
//! the repository with the connection and in the one that was asked, and only then handed out.
//!
//! The first file that is asked for brings the version; the others of the usual set follow in the background, any other
//! when it is asked for.

use std::sync::Arc;

use codeartifact::arrival::{self, NewVersion, Supplement};
use codeartifact::maven::NO_MANIFEST;
use codeartifact::package_version::{self, Asset, EntryPoint, Facts, OriginType};
use codeartifact::repository::Repository;
use codeartifact::resolution::{Found, Held};
use formats::maven::route::FilePath;
use model::Timestamp;
use tokio::sync::Semaphore;

use super::{age, coordinates, file, no_file, put, telling};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::Download;

/// What belongs to a version where its registry cannot say what it has (user guide).
const USUAL: [&str; 4] = [".pom", ".jar", "-sources.jar", "-javadoc.jar"];
/// Most versions whose other files wait to be fetched; those of others come when they are asked for.
const WAITING_MAX: usize = 1024;
/// Most versions whose other files are fetched at once.
const FETCHING_MAX: usize = 4;

/// The versions whose other files are fetched in the background.
pub(super) struct Background {
    waiting: Arc<Semaphore>,
    fetching: Arc<Semaphore>,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            fetching: Arc::new(Semaphore::new(FETCHING_MAX)),
        }
    }
}

/// Brings a file in; answers its asset in the repository that was asked.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit, path) = (Arc::clone(shared), Arc::clone(visit), path.clone());
        async move { bring_once(&shared, &visit, &path).await }
    };
    let name = format!("{}/{}", path.folder, path.file);
    bring::once(shared, visit, &coordinates(&path.package), &name, work).await
}

/// When a file that is served was published: as its registry says, else when it arrived.
pub(super) async fn changed_at(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
) -> Result<Option<Timestamp>, Refusal> {
    let (key, package, version) = (visit.repository.clone(), coordinates(&path.package), path.version());
    let read = move |tx: &mut store::Tx| package_version::get(tx, &key, &package, &version);
    let version = shared.parts.store.read(read).await?;
    Ok(version.map(|version| version.upstream_published_at.unwrap_or(version.published_at)))
}

async fn bring_once(shared: &Arc<Shared>, visit: &Arc<Visit>, path: &FilePath) -> Result<Asset, Refusal> {
    // Others may have brought it between this request's own look and now.
    let (held, connections) = match file::find(shared, visit, path).await? {
        Place::Here(asset) => return Ok(asset),
        Place::Upstream(_, nearer) => (true, nearer),
        Place::Lacking(held) => (false, behind(shared, visit, path, *held).await?),
        Place::Nowhere(connections) => (false, connections),
    };
    let mut failure = None;
    for repository in &connections {
        match bring_through(shared, visit, path, repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        let package = coordinates(&path.package);
        let kept = asset::keep(shared, visit, &package, &path.version(), &path.file).await?;
        return kept.ok_or_else(|| no_file(visit, path));
    }
    Err(failure.unwrap_or_else(|| no_file(visit, path)))
}

/// The repository whose connection may have more files of a version that is held: the one that it came through. A
/// version that was published inside takes none.
pub(super) async fn behind(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    held: Held,
) -> Result<Vec<Repository>, Refusal> {
    let (OriginType::External, EntryPoint::Connection(through)) =
        (held.version.origin.kind, held.version.origin.entry)
    else {
        return Ok(Vec::new());
    };
    let steps = lookup::path(shared, visit, &coordinates(&path.package)).await?;
    let found = steps.into_iter().find_map(|step| {
        step.connection.filter(|connection| connection.name == through).map(|_| step.repository)
    });
    Ok(found.into_iter().collect())
}

/// Brings a file in through the connection of one repository; `None` if the registry behind it has none.
async fn bring_through(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    if !telling::of_file(shared, visit, path, &repository.key).await? {
        return Ok(None);
    }
    let parts = &shared.parts;
    let upstream = parts.resolver.resolve(&connection.name)?;
    age::admit(shared, visit, path, &upstream).await?;
    let maven = &parts.upstreams.maven;
    let Some(download) = maven.file(&upstream, &path.encoded(), &visit.via, &parts.blobs).await? else {
        return Ok(None);
    };
    admit_file(shared, visit, path, download.last_modified).await?;
    let facts = if path.is_pom() { put::facts(shared, &path.package, &download.staged).await? } else { None };
    let (found, is_new) = keep(shared, visit, path, repository, &download, facts).await?;
    if is_new {
        follow(shared, visit, path);
    }
    match asset::place(visit, found, &path.file) {
        Place::Here(asset) => Ok(Some(asset)),
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
    }
}

/// Refuses a file that is too young, by when its registry says that it was changed: it may have been added to a version
/// that is older.
pub(super) async fn admit_file(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    changed: Option<Timestamp>,
) -> Result<(), Refusal> {
    if changed.is_none() {
        return Ok(());
    }
    asset::admit(shared, visit, &coordinates(&path.package), &path.version(), changed).await
}

/// Keeps a file that came: with its version, if that is new, else beside the files of it that are there. Says whether the
/// version is new.
async fn keep(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    repository: &Repository,
    download: &Download,
    facts: Option<Facts>,
) -> Result<(Found, bool), Refusal> {
    let usual = USUAL.iter().any(|suffix| path.sibling(suffix).file == path.file);
    let asset = Asset { on_demand: !usual, ..Asset::of_blob(&path.file, &download.staged) };
    let new = NewVersion {
        version: path.version(),
        manifest: NO_MANIFEST.to_owned(),
        facts: facts.clone().unwrap_or_default(),
        assets: vec![asset.clone()],
        upstream_published_at: download.last_modified,
        ..NewVersion::default()
    };
    let more = Supplement { version: path.version(), assets: vec![asset], facts, ..Supplement::default() };
    let (call, asked, through) = (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let package = coordinates(&path.package);
    let keep = move |tx: &mut store::Tx| {
        let present = package_version::get(tx, &through, &package, &new.version)?;
        let found = arrival::ingest(tx, &call, &asked, &through, &package, &new)?;
        let Found::Held(held) = &found else { return Ok((found, false)) };
        if held.assets.iter().any(|asset| asset.name == more.assets[0].name) {
            return Ok((found, present.is_none()));
        }
        arrival::supplement(tx, &call, &asked, &through, &package, &more)?;
        let found = arrival::obtain(tx, &call, &asked, &package, &new.version)?;
        Ok::<_, codeartifact::Error>((found, false))
    };
    Ok(shared.parts.store.write(keep).await?)
}

/// Fetches the other files of the usual set in the background.
fn follow(shared: &Arc<Shared>, visit: &Arc<Visit>, first: &FilePath) {
    let background = &shared.maven.background;
    let Ok(waiting) = Arc::clone(&background.waiting).try_acquire_owned() else { return };
    let fetching = Arc::clone(&background.fetching);
    let (shared, visit, first) = (Arc::clone(shared), Arc::clone(visit), first.clone());
    tokio::spawn(async move {
        let _waiting = waiting;
        let Ok(_place) = fetching.acquire_owned().await else { return };
        for suffix in USUAL {
            let path = first.sibling(suffix);
            if path.file == first.file && suffix != ".pom" {
                continue;
            }
            match bring(&shared, &visit, &path).await {
                Ok(asset) if suffix == ".pom" && stands_alone(&shared, &asset).await => return,
                Ok(_) => {}
                Err(refusal) => log::debug!("{} does not follow: {}", path.file, refusal.sentence),
            }
        }
    });
}

/// Whether a version has no other files than its POM, which says so.
async fn stands_alone(shared: &Shared, pom: &Asset) -> bool {
    let size = u64::try_from(pom.size).unwrap_or(u64::MAX);
    put::pom(shared, &pom.sha256, size).await.ok().flatten().is_some_and(|pom| pom.is_alone())
}
