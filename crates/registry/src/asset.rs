//! Where an asset of a version is: in the repository that is asked, in one above it, or behind a connection.

use codeartifact::arrival;
use codeartifact::name::Coordinates;
use codeartifact::package_version::{Asset, Status};
use codeartifact::release_age::{self, TooYoung};
use codeartifact::repository::{self, Repository};
use codeartifact::resolution::{self, Found, Held};
use model::Timestamp;

use crate::endpoint::{Shared, Visit};
use crate::lookup::READ;
use crate::refusal::Refusal;

/// Where an asset is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In the repository that is asked.
    Here(Asset),
    /// In an upstream repository. What the connections of these, which come first, bring wins over it.
    Upstream(Asset, Vec<Repository>),
    /// A repository holds the version, but no asset of this name.
    Lacking(Box<Held>),
    /// Not to be had, unless the connections of these bring it.
    Nowhere(Vec<Repository>),
}

/// Finds out where an asset of a version is; changes nothing.
///
/// Errors in this order: domain not found, access denied, repository not found, too young.
pub(crate) async fn find(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    version: &str,
    asset: &str,
) -> Result<Place, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (package, version, file) = (package.clone(), version.to_owned(), asset.to_owned());
    let (found, refusal) = shared
        .parts
        .store
        .read(move |tx| {
            let asked = repository::reach(tx, &call, READ, &key)?;
            let found = resolution::find(tx, &asked, &package, &version)?;
            let refusal = match &found {
                Found::Held(held) => {
                    release_age::refusal_of_file(tx, &key.domain, &package, &held.version, &file)?
                }
                _ => None,
            };
            Ok::<_, codeartifact::Error>((found, refusal))
        })
        .await?;
    of_age(&found)?;
    if let Some(refusal) = refusal {
        return Err(too_young(&refusal));
    }
    Ok(place(visit, found, asset))
}

/// Refuses a version that a registry offers, uploaded at `time` if the registry says, while it is too young.
///
/// One that is seen without a time for the first time is remembered: also a client that goes by a lockfile, and never
/// asks what there is, may have it in the end.
pub(crate) async fn admit(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    version: &str,
    time: Option<Timestamp>,
) -> Result<(), Refusal> {
    let (domain, wanted) = (visit.repository.domain.clone(), package.clone());
    let read = move |tx: &mut store::Tx| release_age::of(tx, &domain, &wanted);
    let Some(age) = shared.parts.store.read(read).await? else { return Ok(()) };
    let Some(refusal) = age.refusal(version, time) else { return Ok(()) };
    let unseen = if time.is_none() { age.unseen([version]) } else { Vec::new() };
    if !unseen.is_empty() {
        let (domain, package) = (visit.repository.domain.clone(), package.clone());
        let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
        shared.parts.store.write(sight).await?;
    }
    Err(too_young(&refusal))
}

/// Refuses a version that is too young to be handed out, saying why and until when.
pub(crate) fn of_age(found: &Found) -> Result<(), Refusal> {
    match found {
        Found::TooYoung { refusal, .. } => Err(too_young(refusal)),
        Found::Held(_) | Found::Hidden { .. } | Found::Absent { .. } => Ok(()),
    }
}

/// Refuses a version that is too young, be it held or only offered by a registry.
pub(crate) fn too_young(refusal: &TooYoung) -> Refusal {
    Refusal::new(403, refusal.to_string())
}

/// Keeps a version of an upstream repository in the one that is asked; answers the asset there, if the version is
/// still to be had and has it.
pub(crate) async fn keep(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    version: &str,
    asset: &str,
) -> Result<Option<Asset>, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (package, wanted) = (package.clone(), version.to_owned());
    let obtain = move |tx: &mut store::Tx| arrival::obtain(tx, &call, &key, &package, &wanted);
    let found = shared.parts.store.write(obtain).await?;
    of_age(&found)?;
    match place(visit, found, asset) {
        Place::Here(asset) => Ok(Some(asset)),
        _ => Ok(None),
    }
}

/// Tells apart where an asset was found.
pub(crate) fn place(visit: &Visit, found: Found, asset: &str) -> Place {
    match found {
        Found::Held(mut held) => {
            let here = held.repository.key == visit.repository;
            // What is not finished may yet get other bytes.
            let is_final = held.version.status != Status::Unfinished;
            for asset in &mut held.assets {
                asset.arrived_at = is_final.then_some(held.version.published_at);
            }
            match held.assets.iter().position(|one| one.name == asset) {
                Some(at) if here => Place::Here(held.assets.swap_remove(at)),
                Some(at) => Place::Upstream(held.assets.swap_remove(at), held.nearer),
                None => Place::Lacking(held),
            }
        }
        Found::Hidden { nearer, .. } => Place::Nowhere(nearer),
        Found::Absent { connections } => Place::Nowhere(connections),
        Found::TooYoung { .. } => Place::Nowhere(Vec::new()),
    }
}
