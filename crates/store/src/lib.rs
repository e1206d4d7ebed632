//! Durable state: metadata transactions, blobs, clock.
