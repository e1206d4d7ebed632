//! The structural limits of the service, each with the source of its number.

/// Domains of one account in one region (AWS's quota, adjustable there).
pub const DOMAINS_PER_ACCOUNT_MAX: usize = 10;

/// Repositories of one domain (AWS's quota, adjustable there).
pub const REPOSITORIES_PER_DOMAIN_MAX: usize = 1000;

/// Upstreams that one repository names directly (AWS's quota, fixed).
pub const UPSTREAMS_DIRECT_MAX: usize = 10;

/// Repositories that one lookup visits, the requested one included (AWS's quota; that it counts itself is assumed).
pub const REPOSITORIES_SEARCHED_MAX: usize = 25;

/// Versions that one Copy, Delete, Dispose or Update call may name (AWS's quota, fixed).
pub const VERSIONS_PER_CALL_MAX: usize = 100;

/// Tags of one resource (user guide; the model admits lists of 200).
pub const TAGS_PER_RESOURCE_MAX: usize = 50;

/// Page of `ListPackages` and `ListPackageVersionAssets` when `maxResults` is absent.
pub const PAGE_OF_PACKAGES: usize = 100;

/// Page of every other list when `maxResults` is absent.
pub const PAGE: usize = 50;

/// Shortest life of an authorization token other than 0 (API reference).
pub const TOKEN_DURATION_MIN_S: i64 = 900;

/// Longest life of an authorization token and the default: twelve hours (API reference).
pub const TOKEN_DURATION_MAX_S: i64 = 43_200;

/// Largest asset: 5 GB (AWS's quota, adjustable there).
pub const ASSET_BYTES_MAX: i64 = 5 * 1024 * 1024 * 1024;

/// Assets of one package version (AWS's quota, adjustable there).
pub const ASSETS_PER_VERSION_MAX: usize = 150;

/// Assets of one package version in AWS's largest regions (AWS's quota, adjustable there).
pub const ASSETS_PER_VERSION_LARGE_MAX: usize = 350;

/// The regions of the larger quota: which six they are is assumed.
pub const LARGE_REGIONS: [&str; 6] =
    ["ap-northeast-1", "eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"];

/// Assets that one package version of a region may have.
pub fn assets_per_version_max(region: &str) -> usize {
    if LARGE_REGIONS.contains(&region) { ASSETS_PER_VERSION_LARGE_MAX } else { ASSETS_PER_VERSION_MAX }
}

/// Package groups of one domain, the one of every package included (assumed: AWS names no quota).
pub const PACKAGE_GROUPS_PER_DOMAIN_MAX: usize = 1000;

/// Repositories that one call may add to and remove from the lists of a package group (AWS's quota, fixed).
pub const ALLOWED_REPOSITORIES_PER_CALL_MAX: usize = 100;

/// Packages that one page of `ListAssociatedPackages` looks through: some tenths of a second.
pub const PACKAGES_SCANNED_MAX: usize = 10_000;

/// Packages of which that is read at once.
pub const PACKAGES_READ_AT_ONCE: usize = 500;
