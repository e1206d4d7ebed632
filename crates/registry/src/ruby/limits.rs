//! How much a Ruby client may ask before it is refused.

/// The largest gem: the service's limit on an asset.
pub(super) const GEM_BYTES_MAX: u64 = codeartifact::limits::ASSET_BYTES_MAX as u64;

/// Most gems that are read at once as they are published; others wait for their turn.
pub(super) const PUBLISHES_MAX: usize = 16;

/// Memory for lists of single gems that were put together.
pub(super) const LISTINGS_BYTES_MAX: usize = 64 << 20;

/// Memory for lists of all gems of repositories.
pub(super) const INVENTORIES_BYTES_MAX: usize = 256 << 20;

/// Most gems whose dependencies are asked for at once: Bundler asks for a hundred.
pub(super) const DEPENDENCIES_MAX: usize = 300;

/// Longest form of a yank.
pub(super) const FORM_BYTES_MAX: usize = 16 << 10;

/// Gems up to this size are looked through for what their index does not say, when they come from outside.
pub(super) const LOOKED_THROUGH_BYTES_MAX: u64 = 256 << 20;

/// Most gems in one page of search results, as on the public gem host.
pub(super) const SEARCH_PAGE_MAX: usize = 30;

/// Most gems of one repository that a search finds.
pub(super) const SEARCH_HITS_MAX: usize = 1000;
