//! How much a cargo client may ask before it is refused.

/// The longest metadata of a publish request, its readme included: the public registry takes ten million bytes in all.
pub(super) const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// The largest crate: its length comes as four bytes, which is less than AWS's limit on assets (5 GB).
pub(super) const CRATE_BYTES_MAX: u64 = u32::MAX as u64;

/// Most publish requests that are read at once, each with its metadata in memory; others wait for their turn.
pub(super) const PUBLISHES_MAX: usize = 32;

/// Memory for files of the index that were put together.
pub(super) const INDEXES_BYTES_MAX: usize = 64 << 20;

/// Files of the index with more text in store than this are put together on a thread of their own.
pub(super) const INLINE_BYTES_MAX: usize = 256 << 10;

/// Most crates in one page of search results, as on the public registry.
pub(super) const SEARCH_PAGE_MAX: usize = 100;

/// Most crates of one repository that a search finds.
pub(super) const SEARCH_HITS_MAX: usize = 1000;

/// Crates up to this size are looked through for what their index does not say, when they come from outside.
pub(super) const LOOKED_THROUGH_BYTES_MAX: u64 = 64 << 20;
