//! Bringing a file in from the index behind a connection: fetched once however many ask, proven, kept in the repository
//! with the connection and in the one that was asked, and only then handed out. The other files of its version follow.

use std::sync::Arc;

use codeartifact::arrival::{self, NewVersion, Remarks, Supplement};
use codeartifact::package_version::{Asset, EntryPoint, Facts};
use codeartifact::repository::{self, Repository, RepositoryKey};
use codeartifact::resolution::{self, Found};
use codeartifact::{release_age, resolution::Held};
use formats::pypi::metadata::CoreMetadata;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{File, Page, hexadecimal};
use formats::pypi::record::{Kept, Record};
use sha2::{Digest as _, Sha256};
use store::Staged;

use super::file::{self, Wanted};
use super::listing::uploaded_at;
use super::refresh::{self, Due};
use super::{archive, coordinates, source};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::lookup::{self, READ};
use crate::refusal::Refusal;

/// Brings a file in; answers its asset in the repository that was asked.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    wanted: &Wanted,
) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit, wanted) = (Arc::clone(shared), Arc::clone(visit), wanted.clone());
        async move { bring_once(&shared, &visit, &wanted).await }
    };
    let key = format!("{}/{}", wanted.version, wanted.file);
    bring::once(shared, visit, &coordinates(&wanted.project), &key, work).await
}

/// The repositories whose connections may bring a file that is not here, nearest first.
pub(super) async fn connections(
    shared: &Shared,
    visit: &Visit,
    wanted: &Wanted,
    place: Place,
) -> Result<Vec<Repository>, Refusal> {
    match place {
        Place::Here(_) => Ok(Vec::new()),
        Place::Upstream(_, nearer) | Place::Nowhere(nearer) => Ok(nearer),
        Place::Lacking(held) => {
            let through = follows(shared, visit, wanted, &held).await?;
            Ok(held.nearer.into_iter().chain(through).collect())
        }
    }
}

async fn bring_once(shared: &Arc<Shared>, visit: &Arc<Visit>, wanted: &Wanted) -> Result<Asset, Refusal> {
    // Others may have brought it between this request's own look and now.
    let place = file::find(shared, visit, wanted).await?;
    if let Place::Here(asset) = place {
        return Ok(asset);
    }
    let held = matches!(place, Place::Upstream(..));
    let mut failure = None;
    for repository in connections(shared, visit, wanted, place).await? {
        match bring_through(shared, visit, wanted, &repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        return file::keep(shared, visit, wanted).await;
    }
    Err(failure.unwrap_or_else(|| wanted.refusal(visit)))
}

/// The repository whose connection brought a version, if that may bring more of it.
async fn follows(
    shared: &Shared,
    visit: &Visit,
    wanted: &Wanted,
    held: &Held,
) -> Result<Option<Repository>, Refusal> {
    let EntryPoint::Connection(name) = &held.version.origin.entry else { return Ok(None) };
    let path = lookup::path(shared, visit, &coordinates(&wanted.project)).await?;
    let through = path.into_iter().find(|step| step.connection.as_ref().is_some_and(|one| one.name == *name));
    Ok(through.map(|step| step.repository))
}

/// Brings a file in through the connection of one repository; `None` if the index behind it has none.
async fn bring_through(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    wanted: &Wanted,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    let Some(page) = source::ask(shared, visit, connection, &wanted.project).await? else { return Ok(None) };
    let Some(listed) = wanted.on(&page) else { return Ok(None) };
    let came = fetch(shared, visit, repository, &wanted.project, listed).await?;
    let new = Arc::new(came.new_version(&page));
    let (call, asked, with_connection) =
        (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let package = coordinates(&wanted.project);
    let ingest =
        move |tx: &mut store::Tx| arrival::ingest(tx, &call, &asked, &with_connection, &package, &new);
    let found = shared.parts.store.write(ingest).await?;
    asset::of_age(&found)?;
    match asset::place(visit, found, &wanted.file) {
        Place::Here(asset) => {
            let missing = page.files.iter().filter(|file| file.version == wanted.version);
            let missing = missing.map(|file| file.name.clone()).filter(|name| *name != wanted.file).collect();
            let (with_connection, version) = (repository.key.clone(), wanted.version.clone());
            refresh::start(shared, visit, &wanted.project, &[Due { with_connection, version, missing }]);
            Ok(Some(asset))
        }
        // The version was there already, with other files.
        Place::Lacking(_) => {
            supplement(shared, visit, &repository.key, &wanted.project, &wanted.version, &page, Some(came))
                .await?;
            match file::find(shared, visit, wanted).await? {
                Place::Here(asset) => Ok(Some(asset)),
                Place::Upstream(..) => file::keep(shared, visit, wanted).await.map(Some),
                Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
            }
        }
        Place::Upstream(..) | Place::Nowhere(_) => Ok(None),
    }
}

/// A file that came from an index, and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Came {
    file: File,
    staged: Staged,
    metadata: CoreMetadata,
    record: Record,
}

/// Fetches one file of an index, if its age admits it, and reads its metadata.
pub(super) async fn fetch(
    shared: &Shared,
    visit: &Visit,
    repository: &Repository,
    project: &ProjectName,
    file: &File,
) -> Result<Came, Refusal> {
    refuse_young(shared, visit, file, project).await?;
    let connection = repository.connection.as_ref().map_or("", |connection| connection.name.as_str());
    let upstream = shared.parts.resolver.resolve(connection)?;
    let blobs = &shared.parts.blobs;
    let staged = shared.parts.upstreams.pypi.file(&upstream, file, &visit.via, blobs).await?;
    let text = archive::metadata(blobs, (&staged.sha256, staged.size), project, &file.name).await?;
    let mut record = describe(&file.name, &staged, text.as_deref());
    let metadata = metadata(text.as_deref());
    record.metadata = metadata.to_json();
    if let Some(kept) = record.files.get_mut(&file.name) {
        kept.requires_python.clone_from(&file.requires_python);
        kept.upload_time.clone_from(&file.upload_time);
    }
    record.take_over(std::iter::once(file));
    Ok(Came { file: file.clone(), staged, metadata, record })
}

/// The record of a version that has one file; of wheels the metadata can be had without them, once it was found.
pub(super) fn describe(file: &str, staged: &Staged, metadata: Option<&[u8]>) -> Record {
    let is_wheel = file.strip_suffix(".whl").is_some();
    let digest = metadata.filter(|_| is_wheel).map(Sha256::digest);
    let kept = Kept {
        sha256: staged.sha256.clone(),
        size: staged.size,
        metadata_sha256: digest.map(|digest| hexadecimal(&digest)),
        ..Kept::default()
    };
    let mut record = Record::default();
    record.files.insert(file.to_owned(), kept);
    record
}

/// Reads the metadata of a file, if there is any.
pub(super) fn metadata(text: Option<&[u8]>) -> CoreMetadata {
    text.map(|text| CoreMetadata::read(&String::from_utf8_lossy(text))).unwrap_or_default()
}

impl Came {
    /// Describes the version as its index lists it, with the file that came.
    fn new_version(&self, page: &Page) -> NewVersion {
        let of_version = || page.files.iter().filter(|file| file.version == self.file.version);
        let reasons: Option<Vec<&String>> = of_version().map(|file| file.yanked.as_ref()).collect();
        NewVersion {
            version: self.file.version.clone(),
            manifest: self.record.write(),
            facts: Facts::of_pypi(&self.record.metadata, self.metadata.description()),
            assets: vec![Asset::of_blob(&self.file.name, &self.staged)],
            yanked: reasons.and_then(|reasons| reasons.first().map(|reason| (*reason).clone())),
            upstream_published_at: of_version().filter_map(uploaded_at).min(),
            ..NewVersion::default()
        }
    }
}

/// Adds a file to an ingested version, there and in the copy of the repository that was asked, and takes over what the
/// index says of all files now. What the repository with the connection has already comes to the copy too.
pub(super) async fn supplement(
    shared: &Shared,
    visit: &Visit,
    with_connection: &RepositoryKey,
    project: &ProjectName,
    version: &str,
    page: &Arc<Page>,
    came: Option<Came>,
) -> Result<(), Refusal> {
    let (call, key, through) = (visit.call.clone(), visit.repository.clone(), with_connection.clone());
    let (package, version, page) = (coordinates(project), version.to_owned(), Arc::clone(page));
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
        if let Some(came) = &came {
            record.add(&came.record);
            assets.push(Asset::of_blob(&came.file.name, &came.staged));
        }
        record.take_over(page.files.iter().filter(|file| file.version == version));
        let remarks = Remarks { deprecated: None, yanked: record.yanked() };
        let (manifest, remarks) = (Some(record.write()), Some(remarks));
        let more = Supplement { version: version.clone(), assets, manifest, facts: None, remarks };
        arrival::supplement(tx, &call, &key, &through, &package, &more)
    };
    shared.parts.store.write(write).await?;
    Ok(())
}

/// Refuses a file of an index that is too young.
pub(super) async fn refuse_young(
    shared: &Shared,
    visit: &Visit,
    file: &File,
    project: &ProjectName,
) -> Result<(), Refusal> {
    let (domain, package) = (visit.repository.domain.clone(), coordinates(project));
    let read = move |tx: &mut store::Tx| release_age::of(tx, &domain, &package);
    let age = shared.parts.store.read(read).await?;
    match age.and_then(|age| age.refusal(&file.version, uploaded_at(file))) {
        Some(young) => Err(asset::too_young(&young)),
        None => Ok(()),
    }
}
