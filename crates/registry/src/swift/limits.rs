//! How much a Swift client may ask before it is refused.

/// The largest source archive: the service's limit on an asset.
pub(super) const ARCHIVE_BYTES_MAX: u64 = codeartifact::limits::ASSET_BYTES_MAX as u64;

/// The largest publish request: an archive as base64, and what comes with it.
pub(super) const BODY_BYTES_MAX: u64 = ARCHIVE_BYTES_MAX / 3 * 4 + (8 << 20);

/// The largest signature: it has to fit a header of an answer.
pub(super) const SIGNATURE_BYTES_MAX: usize = 24 << 10;

/// The longest metadata as it may be written: every byte as three characters, and as many line ends.
pub(super) const METADATA_WRITTEN_BYTES_MAX: usize = 4 * formats::swift::metadata::METADATA_BYTES_MAX;

/// Most publish requests that are read at once; others wait for their turn.
pub(super) const PUBLISHES_MAX: usize = 32;

/// Memory for lists of releases.
pub(super) const LISTINGS_BYTES_MAX: usize = 16 << 20;

/// Most repositories whose addresses of sources are remembered.
pub(super) const INDEXES_MAX: usize = 100;

/// Most addresses of its source that the list of a package's releases links to.
pub(super) const LINKS_MAX: usize = 8;
