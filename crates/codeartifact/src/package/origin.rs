//! Origin configuration: by which ways versions may come into a package, and `PutPackageOriginConfiguration`.

use model_codeartifact::types::{
    PackageOriginConfiguration, PackageOriginRestrictions, PutPackageOriginConfigurationRequest,
    PutPackageOriginConfigurationResult,
};
use service::Call;
use store::Tx;

use super::{Package, coordinates, reach_repository, table};
use crate::error::{Error, invalid};
use crate::name::Coordinates;
use crate::package_group::{Control, RestrictionType};
use crate::package_version::Arrival;
use crate::repository::RepositoryKey;

/// Whether a way is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Versions may come this way.
    Allow,
    /// No new version comes this way; what is there stays.
    Block,
}

/// The two ways into a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginConfiguration {
    /// Publishing into this repository.
    pub publish: Setting,
    /// Coming from upstream repositories and external connections.
    pub upstream: Setting,
}

/// What a package lets through, its own setting and those of its group taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    /// Clients may publish versions.
    pub(crate) publish: bool,
    /// Versions come from upstream repositories of the domain.
    pub(crate) internal_upstream: bool,
    /// Versions come through the repository's external connection.
    pub(crate) external_upstream: bool,
}

impl Setting {
    /// Gives the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Setting::Allow => "ALLOW",
            Setting::Block => "BLOCK",
        }
    }

    /// Reads the word of the API.
    pub fn parse(word: &str) -> Option<Setting> {
        match word {
            "ALLOW" => Some(Setting::Allow),
            "BLOCK" => Some(Setting::Block),
            _ => None,
        }
    }
}

impl OriginConfiguration {
    pub(crate) fn shown(self) -> PackageOriginConfiguration {
        PackageOriginConfiguration {
            restrictions: Some(PackageOriginRestrictions {
                publish: self.publish.as_str().to_owned(),
                upstream: self.upstream.as_str().to_owned(),
            }),
        }
    }
}

/// Decides what a package that is new in a repository allows, from how its first version arrives.
///
/// Publishing closes the way from upstream, and coming from upstream closes publishing (user guide; that versions
/// retained from a repository of the domain count as coming from upstream is assumed). Where the package's group
/// restricts anything, the group decides, and both are open.
pub(crate) fn default_for(arrival: Arrival, external: bool, control: &Control) -> OriginConfiguration {
    if control.restricts() {
        return OriginConfiguration { publish: Setting::Allow, upstream: Setting::Allow };
    }
    let published = match arrival {
        Arrival::Publish => true,
        Arrival::Ingest | Arrival::Retain => false,
        // Assumed: a copy counts as what it once was.
        Arrival::Copy => !external,
    };
    if published {
        return OriginConfiguration { publish: Setting::Allow, upstream: Setting::Block };
    }
    OriginConfiguration { publish: Setting::Block, upstream: Setting::Allow }
}

/// Decides what comes through for a package in a repository: what its own setting and its group both let through. A
/// package that does not exist yet has no setting of its own.
pub(crate) fn gate(package: Option<&Package>, control: &Control, repository: &str) -> Gate {
    let publish = package.is_none_or(|package| package.origin.publish == Setting::Allow);
    let upstream = package.is_none_or(|package| package.origin.upstream == Setting::Allow);
    let permits = |kind| control.permits(kind, repository);
    Gate {
        publish: publish && permits(RestrictionType::Publish),
        internal_upstream: upstream && permits(RestrictionType::InternalUpstream),
        external_upstream: upstream && permits(RestrictionType::ExternalUpstream),
    }
}

/// Sets the origin configuration of a package, which comes to exist if it does not.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found.
pub fn put_origin_configuration(
    tx: &mut Tx,
    call: &Call,
    input: &PutPackageOriginConfigurationRequest,
) -> Result<PutPackageOriginConfigurationResult, Error> {
    let wanted = coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let origin = OriginConfiguration {
        publish: setting(&input.restrictions.publish)?,
        upstream: setting(&input.restrictions.upstream)?,
    };
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    reach_repository(tx, call, "codeartifact:PutPackageOriginConfiguration", &key, &wanted)?;
    let mut package = table::get(tx, &key, &wanted)?.unwrap_or_else(|| Package::new(wanted, origin, tx));
    package.origin = origin;
    package.origin_set = true;
    package.sequence += 1;
    table::put(tx, &key, &package)?;
    Ok(PutPackageOriginConfigurationResult { origin_configuration: Some(origin.shown()) })
}

fn setting(word: &str) -> Result<Setting, Error> {
    Setting::parse(word)
        .ok_or_else(|| invalid(format!("An origin restriction is ALLOW or BLOCK, not {word}")))
}

impl Package {
    /// Starts a package; its changes are counted from the time, so that one deleted and created again goes on
    /// above the numbers it had.
    pub(crate) fn new(coordinates: Coordinates, origin: OriginConfiguration, tx: &Tx) -> Package {
        Package { coordinates, origin, origin_set: false, sequence: tx.now().millis(), created_at: tx.now() }
    }
}
