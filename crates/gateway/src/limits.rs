//! How much a client may ask of the gateway before it is refused.

use std::time::Duration;

/// Largest request head: AWS refuses heads beyond 16 KiB or so; package clients with long tokens and cookies stay
/// below 32 KiB, and twice that leaves headroom.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Most header fields of one request.
pub const HEADERS_MAX: usize = 128;

/// Largest body of an API call: the largest documented payload is SiteWise's asset model of a few hundred
/// properties (under 1 MiB); AWS front ends stop at 10 MiB.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// From so many characters on, a text is a document that [`BODY_BYTES_MAX`] is too small for: half of it, since the
/// quotes and line ends of a document take two bytes each inside JSON.
pub const DOCUMENT_CHARACTERS_MIN: usize = BODY_BYTES_MAX / 2;

/// Largest body of a call that may carry such a document: SiteWise's capability configurations have up to 10,000,000
/// characters; twice as many bytes, and room for the rest of the request.
pub const DOCUMENT_BODY_BYTES_MAX: usize = 20_000_000 + 64 * 1024;

/// Bytes of bodies that all requests together may hold while they are read and carried out, and of answers until
/// they are taken: a small machine's share, and room for 12 documents, for 25 other bodies of the largest size, or for
/// everybody's usual few kilobytes.
pub const BODIES_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Bytes of one body that are not counted towards [`BODIES_BYTES_MAX`], so that a usual request is never refused:
/// as much as the connection's own read buffer.
pub const BODY_BYTES_FREE: usize = 64 * 1024;

/// How long a client may take for a request's head, and how long an idle connection is kept.
pub const HEAD_DURATION_MAX: Duration = Duration::from_secs(30);

/// How long a client may pause inside a body.
pub const BODY_PAUSE_MAX: Duration = Duration::from_secs(20);

/// How long a client may take for the whole body of an API call.
pub const BODY_DURATION_MAX: Duration = Duration::from_secs(60);

/// How long a client may take for a payload: AWS's largest, of 5 GB, at one megabyte a second, and as much again.
pub const PAYLOAD_DURATION_MAX: Duration = Duration::from_secs(3 * 3600);

/// Most payloads that are on their way at once, each with some 512 KiB of buffers.
pub const PAYLOADS_MAX: usize = 128;

/// Most that is read and thrown away of a payload that is refused, about as much as a network brings in the time below:
/// beyond it the connection breaks, and the client may not see why.
pub const DRAIN_BYTES_MAX: usize = 256 << 20;

/// Longest time that this takes.
pub const DRAIN_DURATION_MAX: Duration = Duration::from_secs(5);

/// How long a client may leave an answer untaken.
pub const ANSWER_PAUSE_MAX: Duration = Duration::from_secs(30);

/// Most connections at once: each costs a task and its buffers, some 30 KiB.
pub const CONNECTIONS_MAX: usize = 4096;

/// How long a stopping server waits for the requests in flight.
pub const SHUTDOWN_DURATION_MAX: Duration = Duration::from_secs(25);

/// How often the files of the server's certificate are looked at.
pub const CERTIFICATE_LOOK_PAUSE: Duration = Duration::from_secs(5);
