//! Bringing a gem in from the host behind a connection: fetched once however many ask, proven by the digest in the index,
//! kept in the repository with the connection and in the one that was asked, and only then handed out.
//!
//! A version of several platforms grows by the gems that are asked for.

use std::sync::Arc;

use codeartifact::arrival::{self, NewVersion, Supplement};
use codeartifact::package_version::{Asset, EntryPoint, Facts};
use codeartifact::repository::{self, Repository, RepositoryKey};
use codeartifact::resolution::{self, Found, Held};
use formats::ruby::archive::{Limits, Reader};
use formats::ruby::info::Line;
use formats::ruby::name::GemFile;
use formats::ruby::record::Record;
use formats::ruby::spec::Gemspec;
use store::Staged;

use super::limits::LOOKED_THROUGH_BYTES_MAX;
use super::{coordinates, gem, source};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::lookup::{self, READ};
use crate::refusal::Refusal;

/// Brings a gem in; answers its asset in the repository that was asked.
pub(super) async fn bring(shared: &Arc<Shared>, visit: &Arc<Visit>, gem: &GemFile) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit, gem) = (Arc::clone(shared), Arc::clone(visit), gem.clone());
        async move { bring_once(&shared, &visit, &gem).await }
    };
    bring::once(shared, visit, &coordinates(&gem.name), &gem.file(), work).await
}

/// The repositories whose connections may bring a gem that is not here, nearest first.
pub(super) async fn connections(
    shared: &Shared,
    visit: &Visit,
    gem: &GemFile,
    place: Place,
) -> Result<Vec<Repository>, Refusal> {
    match place {
        Place::Here(_) => Ok(Vec::new()),
        Place::Upstream(_, nearer) | Place::Nowhere(nearer) => Ok(nearer),
        Place::Lacking(held) => {
            let through = follows(shared, visit, gem, &held).await?;
            Ok(held.nearer.into_iter().chain(through).collect())
        }
    }
}

/// The repository whose connection brought a version, if that may bring more of it.
async fn follows(
    shared: &Shared,
    visit: &Visit,
    gem: &GemFile,
    held: &Held,
) -> Result<Option<Repository>, Refusal> {
    let EntryPoint::Connection(name) = &held.version.origin.entry else { return Ok(None) };
    let path = lookup::path(shared, visit, &coordinates(&gem.name)).await?;
    let through = path.into_iter().find(|step| step.connection.as_ref().is_some_and(|one| one.name == *name));
    Ok(through.map(|step| step.repository))
}

async fn bring_once(shared: &Shared, visit: &Visit, gem: &GemFile) -> Result<Asset, Refusal> {
    // Others may have brought it between this request's own look and now.
    let place = gem::find(shared, visit, gem).await?;
    if let Place::Here(asset) = place {
        return Ok(asset);
    }
    let held = matches!(place, Place::Upstream(..));
    let mut failure = None;
    for repository in connections(shared, visit, gem, place).await? {
        match bring_through(shared, visit, gem, &repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        return gem::keep(shared, visit, gem).await;
    }
    Err(failure.unwrap_or_else(|| gem::no_file(visit, gem)))
}

/// The line of a gem that the host behind a connection offers, if it is old enough.
pub(super) async fn offered(
    shared: &Shared,
    visit: &Visit,
    gem: &GemFile,
    repository: &Repository,
) -> Result<Option<Line>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    let Some(listing) = source::ask(shared, visit, connection, &gem.name).await? else { return Ok(None) };
    let Some(line) = listing.line(&gem.version, &gem.platform) else { return Ok(None) };
    let time = source::created_at(line);
    asset::admit(shared, visit, &coordinates(&gem.name), &gem.version, time).await?;
    Ok(Some(line.clone()))
}

/// A gem that came from a host, and what is known of it.
struct Came {
    staged: Staged,
    record: Record,
    spec: Gemspec,
}

/// Brings a gem in through the connection of one repository; `None` if the host behind it has none.
async fn bring_through(
    shared: &Shared,
    visit: &Visit,
    gem: &GemFile,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(line) = offered(shared, visit, gem, repository).await? else { return Ok(None) };
    let Some(connection) = &repository.connection else { return Ok(None) };
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    let blobs = &shared.parts.blobs;
    let staged = shared.parts.upstreams.ruby.gem(&upstream, gem, &line, &visit.via, blobs).await?;
    // What a gem says of itself counts where it can be read and is of this gem.
    let spec = look_through(shared, &staged).await?.filter(|spec| spec.gem() == *gem);
    let spec = spec.unwrap_or_else(|| line.spec(&gem.name));
    let came = Came { record: Record::of(&spec, &line, None), staged, spec };
    let new = Arc::new(came.new_version(gem, &line));
    let (call, asked, with_connection) =
        (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let package = coordinates(&gem.name);
    let ingest =
        move |tx: &mut store::Tx| arrival::ingest(tx, &call, &asked, &with_connection, &package, &new);
    let found = shared.parts.store.write(ingest).await?;
    asset::of_age(&found)?;
    match asset::place(visit, found, &gem.file()) {
        Place::Here(asset) => Ok(Some(asset)),
        // The version was there already, for other platforms.
        Place::Lacking(_) => {
            supplement(shared, visit, &repository.key, gem, came).await?;
            match gem::find(shared, visit, gem).await? {
                Place::Here(asset) => Ok(Some(asset)),
                Place::Upstream(..) => gem::keep(shared, visit, gem).await.map(Some),
                Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
            }
        }
        Place::Upstream(..) | Place::Nowhere(_) => Ok(None),
    }
}

impl Came {
    /// Describes the version as its host lists it, with the gem that came.
    fn new_version(&self, gem: &GemFile, line: &Line) -> NewVersion {
        NewVersion {
            version: gem.version.clone(),
            manifest: self.record.write(),
            facts: Facts::of_ruby(&self.spec),
            assets: vec![Asset::of_blob(&gem.file(), &self.staged)],
            upstream_published_at: source::created_at(line),
            ..NewVersion::default()
        }
    }
}

/// Adds a gem to an ingested version, there and in the copy of the repository that was asked. What the repository with
/// the connection has already comes to the copy too.
async fn supplement(
    shared: &Shared,
    visit: &Visit,
    with_connection: &RepositoryKey,
    gem: &GemFile,
    came: Came,
) -> Result<(), Refusal> {
    let (call, key, through) = (visit.call.clone(), visit.repository.clone(), with_connection.clone());
    let (package, version, file) = (coordinates(&gem.name), gem.version.clone(), gem.file());
    let write = move |tx: &mut store::Tx| {
        let asked = repository::reach(tx, &call, READ, &key)?;
        let (mut record, mut assets) = (Record::default(), Vec::new());
        let on_the_way = resolution::search_list(tx, &asked)?;
        for repository in on_the_way.iter().filter(|one| one.key == through).chain([&asked]) {
            let Found::Held(held) = resolution::find(tx, repository, &package, &version)? else { continue };
            if held.repository.key == repository.key {
                record.add(&Record::read(&held.version.manifest));
                if repository.key == through {
                    assets = held.assets;
                }
            }
        }
        record.add(&came.record);
        assets.push(Asset::of_blob(&file, &came.staged));
        let manifest = Some(record.write());
        let more = Supplement { version: version.clone(), assets, manifest, ..Supplement::default() };
        arrival::supplement(tx, &call, &key, &through, &package, &more)
    };
    shared.parts.store.write(write).await?;
    Ok(())
}

/// Looks through a gem that is stored, piece by piece; `None` if it is too large or not as gems are.
async fn look_through(shared: &Shared, staged: &Staged) -> Result<Option<Gemspec>, Refusal> {
    if staged.size > LOOKED_THROUGH_BYTES_MAX {
        return Ok(None);
    }
    let Some(mut content) = shared.parts.blobs.read(&staged.sha256, None).await? else { return Ok(None) };
    let mut reader = Reader::new(Limits::default());
    while let Some(bytes) = content.next_chunk().await? {
        // Unpacked, a piece may be a thousand times as long.
        let looked = tokio::task::spawn_blocking(move || reader.feed(&bytes).map(|()| reader)).await;
        match looked {
            Ok(Ok(next)) => reader = next,
            _ => return Ok(None),
        }
    }
    Ok(reader.finish().ok())
}
