//! The quotas of AWS that an operator may set, and what holds where nobody did.

use service::Call;

use crate::limits;

/// A quota under the name that `[quotas]` of the configuration file knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// `domains_per_account` for one.
    pub name: &'static str,
    /// AWS's own value.
    pub default: u64,
}

/// Domains of one account in one region.
pub const DOMAINS_PER_ACCOUNT: Quota = new("domains_per_account", limits::DOMAINS_PER_ACCOUNT_MAX);

/// Repositories of one domain.
pub const REPOSITORIES_PER_DOMAIN: Quota =
    new("repositories_per_domain", limits::REPOSITORIES_PER_DOMAIN_MAX);

/// Upstreams that one repository names directly.
pub const UPSTREAMS_DIRECT: Quota = new("upstreams_per_repository", limits::UPSTREAMS_DIRECT_MAX);

/// Package groups of one domain.
pub const PACKAGE_GROUPS_PER_DOMAIN: Quota =
    new("package_groups_per_domain", limits::PACKAGE_GROUPS_PER_DOMAIN_MAX);

/// Tags of one resource.
pub const TAGS_PER_RESOURCE: Quota = new("tags_per_resource", limits::TAGS_PER_RESOURCE_MAX);

/// Assets of one package version; without a setting it depends on the region.
pub const ASSETS_PER_VERSION: Quota = new("assets_per_version", limits::ASSETS_PER_VERSION_MAX);

/// Bytes of one asset.
pub const ASSET_BYTES: Quota = Quota { name: "asset_bytes", default: limits::ASSET_BYTES_MAX as u64 };

/// All of them.
pub const ALL: [Quota; 7] = [
    DOMAINS_PER_ACCOUNT,
    REPOSITORIES_PER_DOMAIN,
    UPSTREAMS_DIRECT,
    PACKAGE_GROUPS_PER_DOMAIN,
    TAGS_PER_RESOURCE,
    ASSETS_PER_VERSION,
    ASSET_BYTES,
];

/// Gives how many assets one package version may have: what the operator set, else AWS's value for the region.
pub fn assets_per_version(call: &Call) -> u64 {
    let default = limits::assets_per_version_max(&call.region) as u64;
    ASSETS_PER_VERSION.set(call).unwrap_or(default)
}

const fn new(name: &'static str, default: usize) -> Quota {
    Quota { name, default: default as u64 }
}

impl Quota {
    /// Gives what holds for a call: what the operator set, else AWS's value.
    pub fn of(self, call: &Call) -> u64 {
        self.set(call).unwrap_or(self.default)
    }

    /// Gives what the operator set.
    pub fn set(self, call: &Call) -> Option<u64> {
        call.installation.quotas.get(self.name).copied()
    }

    /// Whether `count` things are already as many as there may be.
    pub fn is_reached(self, call: &Call, count: i64) -> bool {
        u64::try_from(count).is_ok_and(|count| count >= self.of(call))
    }
}
