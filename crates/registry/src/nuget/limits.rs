//! How much a NuGet client may ask before it is refused.

/// The largest package: the service's limit on an asset.
pub(super) const PACKAGE_BYTES_MAX: u64 = codeartifact::limits::ASSET_BYTES_MAX as u64;

/// The largest push: the package, and what is around it.
pub(super) const BODY_BYTES_MAX: u64 = PACKAGE_BYTES_MAX + (1 << 20);

/// Most pushes that are read at once; others wait for their turn.
pub(super) const PUSHES_MAX: usize = 32;

/// Memory for listings that were put together.
pub(super) const LISTINGS_BYTES_MAX: usize = 64 << 20;

/// Listings with more text in store than this are put together on a thread of their own.
pub(super) const INLINE_BYTES_MAX: usize = 256 << 10;

/// Most documents that are kept of one listing, each with the URLs of one way to this server.
pub(super) const DOCUMENTS_MAX: usize = 12;

/// Most packages in one page of search results, as at the gallery.
pub(super) const SEARCH_PAGE_MAX: usize = 1000;

/// How many packages a page has when the client does not say, as at the gallery.
pub(super) const SEARCH_PAGE_DEFAULT: usize = 20;

/// Most packages of one repository that a search finds.
pub(super) const SEARCH_HITS_MAX: usize = 3000;

/// Most versions in one page of a feed, as at the gallery.
pub(super) const FEED_PAGE_MAX: usize = 100;
