//! What every operation is called with, and the table that calls it.
//!
//! Services (floor 3) write operations as plain functions over a transaction; this crate decodes their input,
//! runs them in one transaction, replays idempotency tokens and encodes their answer. It knows neither HTTP nor
//! any one service.

mod call;
mod dialect;
mod error;
pub mod idempotency;
pub mod link;
mod operations;
pub mod page;
pub mod range;
pub mod rate;
mod reply;

pub use call::{Call, Denied, Installation, Source, UniqueAssetNames};
pub use dialect::{Dialect, Fault};
pub use error::Error;
pub use operations::{
    Access, Admit, AfterWrite, Operate, OperateLive, OperateLiveAs, OperateRaw, Pending, Table, Trouble,
    UNKNOWN_SHA256,
};
pub use reply::{Body, Problem, Reply};

/// The tables that this crate keeps in the store.
pub static ROOM: store::Room =
    store::Room { name: "service", migrations: idempotency::MIGRATIONS, blob_references: &[] };
