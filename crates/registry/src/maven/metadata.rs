//! The metadata that clients of a repository see, put together from what it, its upstream repositories and the registries
//! behind them have.

use std::collections::HashSet;
use std::sync::Arc;

use codeartifact::maven::{self, Listed};
use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package_version::Status;
use codeartifact::repository::{self, Connection};
use codeartifact::resolution::{self, Found, Step};
use formats::maven::metadata::{Metadata, Plugin};
use formats::maven::name::PackageName;
use model::Timestamp;

use super::document::{Document, Made};
use super::{age, coordinates, telling};
use crate::endpoint::{Shared, Visit};
use crate::lookup::{self, READ};
use crate::refusal::Refusal;
use crate::upstream::Offered;

/// What the registry behind a repository's connection says, at the place of that repository; `None` where it has no
/// connection.
type Outside = Option<Result<Option<Arc<Offered>>, Refusal>>;

/// The metadata of a package: the versions that are Published, nearest repository first, each decided by the first one
/// that has it; and the plugins of the group of that name.
///
/// Errors in this order: domain not found, access denied, repository not found, no version and no plugin (and all
/// registries answered), a registry did not answer.
pub(super) async fn of_package(
    shared: &Arc<Shared>,
    visit: &Visit,
    package: &PackageName,
) -> Result<Arc<Document>, Refusal> {
    let path = lookup::path(shared, visit, &coordinates(package)).await?;
    // The file is also that of the group of this name: its name may be one that nobody outside is told.
    let of_group = lookup::path(shared, visit, &anything_of(package)).await?;
    let mut outside = Vec::new();
    for step in &path {
        let key = &step.repository.key;
        let is_of_group = of_group.iter().any(|one| one.connection.is_some() && one.repository.key == *key);
        let may_be_told = is_of_group && telling::of_metadata(shared, visit, package, key).await?;
        outside.push(match &step.connection {
            Some(connection) if may_be_told => Some(ask_admitted(shared, visit, connection, package).await),
            _ => None,
        });
    }
    let made = made(&path, &outside);
    let place = (visit.repository.clone(), package.clone(), String::new());
    let documents = &shared.maven.documents;
    if let Some(document) = documents.find(&place, made.as_ref()) {
        return Ok(document);
    }
    let wanted = coordinates(package);
    let own = shared.parts.store.read(move |tx| maven::listed(tx, &path, &wanted)).await?;
    let merged = merged(package, own, &outside);
    if let Some(versions) = merged.as_ref().filter(|merged| !merged.versions.is_empty()) {
        return Ok(documents.put(place, made, versions.clone(), visit.call.now));
    }
    // Plugins also depend on the other packages of the group.
    let mut plugins = Metadata { plugins: own_plugins(shared, visit, package).await?, ..Metadata::default() };
    plugins.add_plugins(&merged.unwrap_or_default().plugins);
    if !plugins.plugins.is_empty() {
        return Ok(documents.put(place, None, plugins, visit.call.now));
    }
    let failure = outside.into_iter().flatten().find_map(Result::err);
    Err(failure.unwrap_or_else(|| {
        let repository = &visit.repository.name;
        Refusal::not_found(format!("repository {repository} has no version of {package}"))
    }))
}

/// What metadata are made of; nothing while a registry does not answer.
fn made(path: &[Step], outside: &[Outside]) -> Option<Made> {
    let answers = outside.iter().map(|answer| answer.clone().transpose().map(Option::flatten).ok());
    Made::of(path, answers.collect::<Option<Vec<_>>>()?)
}

/// Coordinates that stand for whatever is in the group that is called like the package: package groups of that namespace
/// or a beginning of it cover them.
fn anything_of(package: &PackageName) -> Coordinates {
    let namespace = format!("{}.{}", package.group(), package.artifact());
    Coordinates { format: PackageFormat::Maven, namespace, name: String::new() }
}

/// The plugins of the group that is called like the package, as far as the domain has them.
async fn own_plugins(shared: &Shared, visit: &Visit, package: &PackageName) -> Result<Vec<Plugin>, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let group = format!("{}.{}", package.group(), package.artifact());
    let read = move |tx: &mut store::Tx| {
        let asked = repository::reach(tx, &call, READ, &key)?;
        Ok::<_, codeartifact::Error>(maven::plugins(tx, &asked, &group)?)
    };
    Ok(shared.parts.store.read(read).await?)
}

/// Asks the registry behind a connection for the metadata of a package.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    package: &PackageName,
) -> Result<Option<Arc<Offered>>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.upstreams.maven.metadata(&upstream, package, &visit.via).await?)
}

/// The same without the versions that are too young to be shown.
async fn ask_admitted(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    package: &PackageName,
) -> Result<Option<Arc<Offered>>, Refusal> {
    let Some(offered) = ask(shared, visit, connection, package).await? else { return Ok(None) };
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    age::admitted(shared, visit, package, &upstream, offered).await.map(Some)
}

/// Puts the metadata of a package together; `None` when nothing is shown.
fn merged(package: &PackageName, own: Vec<Vec<Listed>>, outside: &[Outside]) -> Option<Metadata> {
    let (mut seen, mut shown, mut newest) = (HashSet::new(), Vec::new(), Vec::new());
    let (mut updated, mut plugins) = (None, Metadata::default());
    for (versions, outside) in own.into_iter().zip(outside) {
        let offered = outside.as_ref().and_then(|answer| answer.as_ref().ok()).and_then(Option::as_ref);
        for listed in versions {
            let is_first = seen.insert(listed.version.clone());
            if !is_first || listed.status != Status::Published || listed.too_young {
                continue;
            }
            updated = updated.max(Some(compact(listed.published_at)));
            // What came from a registry that answers is as new as that one says.
            if !listed.external || offered.is_none() {
                newest.push(listed.version.clone());
            }
            shown.push(listed.version);
        }
        let Some(Offered(offered)) = offered.map(AsRef::as_ref) else { continue };
        updated = updated.max(offered.last_updated.clone());
        plugins.add_plugins(&offered.plugins);
        newest.extend(offered.latest.iter().chain(&offered.release).cloned());
        for version in &offered.versions {
            if seen.insert(version.clone()) {
                shown.push(version.clone());
            }
        }
    }
    let of = (package.group(), package.artifact());
    let made = Metadata::of_versions(of, shown, &newest, updated);
    match made {
        Some(made) => Some(Metadata { plugins: plugins.plugins, ..made }),
        None => (!plugins.plugins.is_empty()).then_some(plugins),
    }
}

/// The metadata of a snapshot, made of the files of its version; of several repositories on the way that have it, the
/// one with the newest build counts.
///
/// Errors in this order: domain not found, access denied, repository not found, no repository has it.
pub(super) async fn of_snapshot(
    shared: &Arc<Shared>,
    visit: &Visit,
    package: &PackageName,
    snapshot: &str,
) -> Result<Arc<Document>, Refusal> {
    let wanted = coordinates(package);
    let path = lookup::path(shared, visit, &wanted).await?;
    let made = Made::of(&path, Vec::new());
    let place = (visit.repository.clone(), package.clone(), snapshot.to_owned());
    if let Some(document) = shared.maven.documents.find(&place, made.as_ref()) {
        return Ok(document);
    }
    let version = snapshot.to_owned();
    let read = move |tx: &mut store::Tx| {
        let mut found = Vec::new();
        for step in path.iter().filter(|step| step.package.is_some()) {
            // As it is in this repository, whatever lies nearer.
            if let Found::Held(held) = resolution::find(tx, &step.repository, &wanted, &version)?
                && held.version.status == Status::Published
            {
                found.push(held.assets);
            }
        }
        Ok::<_, store::Error>(found)
    };
    let found = shared.parts.store.read(read).await?;
    let of = (package.group(), package.artifact());
    let all = found.iter().filter_map(|assets| {
        Metadata::of_snapshot(of, snapshot, assets.iter().map(|asset| asset.name.as_str()))
    });
    let newest = all.max_by(|a, b| a.last_updated.cmp(&b.last_updated)).ok_or_else(|| {
        let repository = &visit.repository.name;
        Refusal::not_found(format!("repository {repository} has no builds of {package} {snapshot}"))
    })?;
    Ok(shared.maven.documents.put(place, made, newest, visit.call.now))
}

/// A time as metadata spell it: `20210728194552`.
fn compact(time: Timestamp) -> String {
    time.to_rfc3339().chars().filter(char::is_ascii_digit).take(14).collect()
}
