//! How much a package client may ask of the endpoints before it is refused.

use std::time::Duration;

/// How long a client may pause inside a body: the gateway's limit for calls of the API.
pub const BODY_PAUSE_MAX: Duration = Duration::from_secs(20);

/// How long one upload may take in all: the largest package at one megabyte a second, and as much again.
pub const UPLOAD_DURATION_MAX: Duration = Duration::from_secs(3600);

/// Largest npm package: AWS's quota, "npm request at most 2 GB", taken as what the tarball may have.
pub const NPM_TARBALL_BYTES_MAX: u64 = 2 << 30;

/// Most JSON around a tarball: `npm deprecate` sends the whole listing back, and the largest public one has some 40 MB.
pub const NPM_DOCUMENT_BYTES_MAX: usize = 64 << 20;

/// Largest publish request whose tarball has at most so many bytes: that as base64, the JSON around it.
pub fn npm_body_bytes_max(tarball_bytes_max: u64) -> u64 {
    tarball_bytes_max.div_ceil(3) * 4 + NPM_DOCUMENT_BYTES_MAX as u64
}

/// Most of an upload of a Python project's file besides that: the fields around it with what separates them.
pub const PYPI_FIELDS_BYTES_MAX: u64 = 8 * (1 << 20);

/// Most publish requests that are read at once, each with up to a document in memory; others wait for their turn.
pub const PUBLISHES_MAX: usize = 32;

/// Longest body of a request that sets a dist-tag: a version in quotes.
pub const TAG_BODY_BYTES_MAX: usize = 4096;

/// Most that is read and thrown away of a body whose request is refused: beyond it the connection breaks.
pub const DRAIN_BYTES_MAX: usize = 16 << 20;

/// Longest time that this takes.
pub const DRAIN_DURATION_MAX: Duration = Duration::from_secs(5);

/// The same for a package that NuGet sends before it is asked for its token: half a gigabyte takes 4 s at 1 Gbit/s.
pub const PACKAGE_DRAIN_BYTES_MAX: u64 = 1 << 30;

/// Longest time that this takes.
pub const PACKAGE_DRAIN_DURATION_MAX: Duration = Duration::from_secs(600);

/// Memory for listings that were put together: some hundred of the size of an average one.
pub const LISTINGS_BYTES_MAX: usize = 64 << 20;

/// Listings up to this size are compressed while the client waits (1 ms); larger ones are sent as they are until they
/// have been compressed in the background.
pub const PACKED_INLINE_BYTES_MAX: usize = 128 << 10;

/// Listings below this size are not worth compressing: they fit one packet.
pub const PACKED_BYTES_MIN: usize = 1400;

/// Most packages in one page of search results; the public registry's limit.
pub const SEARCH_PAGE_MAX: usize = 250;

/// Most packages of one repository that a search finds: the public registry pages no further than 5 000, clients show
/// the first 20.
pub const SEARCH_HITS_MAX: usize = 1000;

/// Most that a client may send to have its packages audited, packed or not: the largest lockfiles have some megabytes.
pub const AUDIT_BODY_BYTES_MAX: usize = 16 << 20;

/// How long sending it may take: whoever is slower would keep the few places from others.
pub const AUDIT_BODY_DURATION_MAX: Duration = Duration::from_secs(60);

/// Most that a registry may answer to it.
pub const AUDIT_ANSWER_BYTES_MAX: usize = 32 << 20;

/// Most audits at once, each with its body as a tree in memory; others wait for their turn.
pub const AUDITS_MAX: usize = 4;
