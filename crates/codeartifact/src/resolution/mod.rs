//! Resolution: which repository answers a package manager, and what all of them list.
//!
//! Everything here starts at the repository that was asked and goes through its upstreams; nothing is changed and
//! nobody is asked for permission, since the caller needs `ReadFromRepository` on the first repository only
//! (`repository::reach`). Public registries are not asked either: their connections are handed out with the place
//! where their answers belong.

mod census;
mod closed;
mod outward;
mod walk;

pub use census::{Census, Frame, State, census};
pub use closed::closed;
pub use outward::{Outward, outward};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use store::{Error, Tx};

use crate::dist_tag;
use crate::limits::REPOSITORIES_SEARCHED_MAX;
use crate::name::{Coordinates, PackageFormat};
use crate::package::{self, Package};
use crate::package_group::Control;
use crate::package_version::{self, Arrival, Asset, Origin, Status, StoredVersion};
use crate::release_age::{self, ReleaseAge, Rule, TooYoung};
use crate::repository::{self, Connection, Repository, RepositoryKey};

/// One repository on the way of a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The repository.
    pub repository: Repository,
    /// The package in it, if it holds one of that name.
    pub package: Option<Package>,
    /// Its external connection, if that serves the package's format and the package and its group let it; what comes
    /// through it stands right behind what the repository itself holds.
    pub connection: Option<Connection>,
    /// How old versions from outside must be, the same in every step.
    pub release_age: Option<Arc<Rule>>,
}

/// What a lookup of one version finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A repository holds it, ready for download.
    Held(Box<Held>),
    /// The first repository that holds it does not hand it out (Archived, Disposed, Unfinished), or holds it in another
    /// spelling: the search ends.
    Hidden {
        /// The repository that holds it.
        repository: Box<Repository>,
        /// Its status there.
        status: Status,
        /// Repositories whose connections come before that one: what they bring wins.
        nearer: Vec<Repository>,
    },
    /// The first repository that holds it, or whose connection offers it, does not hand it out yet: the search ends.
    TooYoung {
        /// That repository.
        repository: Box<Repository>,
        /// Why, and until when; prints as the sentence for whoever asked.
        refusal: Box<TooYoung>,
    },
    /// No repository holds it.
    Absent {
        /// Repositories whose connections may have it, nearest first.
        connections: Vec<Repository>,
    },
}

/// A version that a repository on the way holds, ready for download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The repository that holds it.
    pub repository: Repository,
    /// The version.
    pub version: StoredVersion,
    /// Its assets by name.
    pub assets: Vec<Asset>,
    /// Repositories whose connections come before that one: what they bring wins.
    pub nearer: Vec<Repository>,
}

/// What the repositories on the way list of a package, nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// One entry a repository, also where it holds nothing.
    pub repositories: Vec<ListedRepository>,
    /// What decides which versions that connections offer are shown and handed out; `None` admits all.
    pub release_age: Option<ReleaseAge>,
    /// When the first of the versions that are held and too young will be old enough.
    pub matures_at: Option<Timestamp>,
    /// Why versions that are held are too young to be shown, nearest first.
    pub withheld: Vec<TooYoung>,
}

/// What one repository lists of a package.
///
/// Each version is represented by the nearest repository that holds it, and one that is not listed there hides it
/// further up; of a dist-tag the value furthest up wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRepository {
    /// The repository.
    pub repository: Repository,
    /// Its versions of every status, in no order, without those that are too young.
    pub versions: Vec<ListedVersion>,
    /// Its versions that are too young to be shown; they hide the same version further up.
    pub too_young: BTreeSet<String>,
    /// Its dist-tags.
    pub dist_tags: BTreeMap<String, String>,
    /// Its external connection, if that may be asked: its answer stands right behind this entry.
    pub connection: Option<Connection>,
}

/// One version in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedVersion {
    /// The version.
    pub version: String,
    /// Its status; only `Published` is shown, the others hide.
    pub status: Status,
    /// Its native metadata: the manifest of an npm version as JSON.
    pub manifest: String,
    /// Why nobody should use it any more.
    pub deprecated: Option<String>,
    /// Whether somebody of this domain said so, and not its public registry.
    pub deprecated_here: bool,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
    /// When it arrived in its repository.
    pub published_at: Timestamp,
    /// When its public registry says it was published.
    pub upstream_published_at: Option<Timestamp>,
    /// Where it came into the domain.
    pub origin: Origin,
    /// How it arrived in its repository.
    pub arrival: Arrival,
}

/// Names the state of everything that a listing depends on but for the time; two equal stamps mean the same listing,
/// until one of the versions that are too young matures ([`Listing::matures_at`], [`ReleaseAge::matures_at`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp(Vec<(String, i64, i64, Option<String>)>, Option<Arc<Rule>>);

/// Lists the repositories that a lookup visits, regardless of any package: the requested one first, depth first,
/// each once, at most 25.
pub fn search_list(tx: &mut Tx, requested: &Repository) -> Result<Vec<Repository>, Error> {
    visit(tx, requested, |_, repository| Ok((repository, true)))
}

/// Lists the steps of a lookup of one package: as [`search_list`], but where the package's origin configuration
/// in a repository or its group blocks upstream, nothing above that repository is visited by that way.
pub fn path(tx: &mut Tx, requested: &Repository, package: &Coordinates) -> Result<Vec<Step>, Error> {
    let control = Control::of(tx, &requested.key.domain, package)?;
    let release_age = release_age::rule(&control);
    visit(tx, requested, |tx, repository| {
        let stored = package::table::get(tx, &repository.key, package)?;
        let gate = package::gate(stored.as_ref(), &control, &repository.key.name);
        let connection = repository.connection.clone();
        let connection =
            connection.filter(|connection| gate.external_upstream && connection.format == package.format);
        let release_age = release_age.clone();
        Ok((Step { repository, package: stored, connection, release_age }, gate.internal_upstream))
    })
}

/// Tells whether a lookup of the package comes by a repository: whether what that holds is seen from the requested one.
pub fn reaches(
    tx: &mut Tx,
    requested: &Repository,
    package: &Coordinates,
    repository: &RepositoryKey,
) -> Result<bool, Error> {
    if requested.key == *repository {
        return Ok(true);
    }
    Ok(path(tx, requested, package)?.iter().any(|step| step.repository.key == *repository))
}

/// Looks one version up: the first repository on the way that holds it decides, whatever its status.
pub fn find(
    tx: &mut Tx,
    requested: &Repository,
    package: &Coordinates,
    version: &str,
) -> Result<Found, Error> {
    let path = path(tx, requested, package)?;
    find_on(tx, path, package, version)
}

/// Looks one version up on steps that [`path`] gave.
pub(crate) fn find_on(
    tx: &mut Tx,
    path: Vec<Step>,
    package: &Coordinates,
    version: &str,
) -> Result<Found, Error> {
    let mut nearer = Vec::new();
    for step in path {
        let key = &step.repository.key;
        let has_package = step.package.is_some();
        let held = if has_package { package_version::table::get(tx, key, package, version)? } else { None };
        if let Some(version) = held {
            if !version.status.is_downloadable() {
                let status = version.status;
                return Ok(Found::Hidden { repository: Box::new(step.repository), status, nearer });
            }
            if let Some(rule) = step.release_age
                && let Some(refusal) = ReleaseAge::refusal_of(tx, &key.domain, package, rule, &version)?
            {
                let (repository, refusal) = (Box::new(step.repository), Box::new(refusal));
                return Ok(Found::TooYoung { repository, refusal });
            }
            let assets = package_version::table::assets(tx, key, package, &version.version)?;
            return Ok(Found::Held(Box::new(Held { repository: step.repository, version, assets, nearer })));
        }
        if has_package && let Some(status) = spelled_otherwise(tx, key, package, version)? {
            return Ok(Found::Hidden { repository: Box::new(step.repository), status, nearer });
        }
        if step.connection.is_some() {
            nearer.push(step.repository);
        }
    }
    Ok(Found::Absent { connections: nearer })
}

/// Tells whether a repository that does not hold a version as it is spelled holds it in another spelling, and with
/// which status: `1.0` and `1.0.0` of a Python project are one, as its page shows them.
fn spelled_otherwise(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Option<Status>, Error> {
    if package.format != PackageFormat::Pypi {
        return Ok(None);
    }
    let wanted = formats::pypi::version::key(version);
    let versions = package_version::table::list(tx, repository, package)?;
    let held = versions.into_iter().find(|held| formats::pypi::version::key(&held.version) == wanted);
    Ok(held.map(|held| held.status))
}

/// Reads what every repository on the way lists of a package.
pub fn listing(tx: &mut Tx, requested: &Repository, package: &Coordinates) -> Result<Listing, Error> {
    let path = path(tx, requested, package)?;
    let mut listing = Listing::default();
    if let Some(rule) = path.first().and_then(|step| step.release_age.clone()) {
        listing.release_age = Some(ReleaseAge::read(tx, &requested.key.domain, package, rule)?);
    }
    for step in path {
        let key = &step.repository.key;
        let (held, dist_tags) = match step.package {
            Some(_) => {
                (package_version::table::all(tx, key, package)?, dist_tag::table::list(tx, key, package)?)
            }
            None => (Vec::new(), BTreeMap::new()),
        };
        let (versions, too_young) = listing.of_age(held);
        let (repository, connection) = (step.repository, step.connection);
        listing.repositories.push(ListedRepository {
            repository,
            versions,
            too_young,
            dist_tags,
            connection,
        });
    }
    Ok(listing)
}

/// Names the state that [`listing`] would read, without reading versions.
pub fn stamp(path: &[Step]) -> Stamp {
    let steps = path.iter().map(|step| {
        let package = step.package.as_ref();
        let sequence = package.map_or(0, |package| package.sequence);
        let created = step.repository.created_at.millis();
        let connection = step.connection.as_ref().map(|connection| connection.name.clone());
        (step.repository.key.name.clone(), created, sequence, connection)
    });
    Stamp(steps.collect(), path.first().and_then(|step| step.release_age.clone()))
}

impl Listing {
    /// Parts the versions that may be shown from those that are too young.
    fn of_age(&mut self, held: Vec<StoredVersion>) -> (Vec<ListedVersion>, BTreeSet<String>) {
        let Some(age) = &self.release_age else {
            return (held.into_iter().map(ListedVersion::from).collect(), BTreeSet::new());
        };
        let (mut shown, mut too_young) = (Vec::new(), BTreeSet::new());
        for version in held {
            let Some(refusal) = age.refusal_of_stored(&version) else {
                shown.push(ListedVersion::from(version));
                continue;
            };
            self.matures_at = [self.matures_at, refusal.matures_at].into_iter().flatten().min();
            too_young.insert(version.version);
            self.withheld.push(refusal);
        }
        (shown, too_young)
    }
}

/// Walks the graph of upstreams; `look` says what a repository adds and whether to go on above it.
fn visit<T>(
    tx: &mut Tx,
    requested: &Repository,
    mut look: impl FnMut(&mut Tx, Repository) -> Result<(T, bool), Error>,
) -> Result<Vec<T>, Error> {
    let start: &RepositoryKey = &requested.key;
    walk::walk(&start.name, REPOSITORIES_SEARCHED_MAX, |name| {
        let key = start.sibling(name);
        let Some(repository) = repository::table::get(tx, &key)? else {
            return Ok(None);
        };
        let (found, onward) = look(tx, repository)?;
        let upstreams = if onward { repository::table::upstreams(tx, &key)? } else { Vec::new() };
        Ok(Some((found, upstreams)))
    })
}

impl From<StoredVersion> for ListedVersion {
    fn from(version: StoredVersion) -> Self {
        ListedVersion {
            version: version.version,
            status: version.status,
            manifest: version.manifest,
            deprecated: version.deprecated,
            deprecated_here: version.deprecated_here,
            yanked: version.yanked,
            published_at: version.published_at,
            upstream_published_at: version.upstream_published_at,
            origin: version.origin,
            arrival: version.arrival,
        }
    }
}
