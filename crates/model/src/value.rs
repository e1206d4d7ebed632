//! Value types of the API that Rust has no ready type for: bytes in base64 and free JSON.

/// Bytes that travel as base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Blob(pub Vec<u8>);

/// JSON that the model leaves open.
pub type Document = serde_json::Value;
