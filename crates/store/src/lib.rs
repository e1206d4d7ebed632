//! Durable state: metadata transactions, blobs, the clock, and the outbox.
//!
//! Every other crate keeps its state through [`Store`] (rows) and [`Blobs`] (bytes); nobody else opens a
//! database or writes a file. The SQL of a service lives in that service's `table.rs`.

mod blob;
mod block_on;
mod clock;
mod entropy;
mod error;
mod folder_lock;
mod job;
mod memory;
mod outbox;
#[cfg(debug_assertions)]
pub mod plans;
mod postgres;
mod queue;
mod room;
mod row;
mod schema;
mod sql;
mod sqlite;
mod store;
mod tx;
mod value;

pub use blob::{Blobs, Content, Stage, Staged, Swept};
pub use block_on::block_on;
pub use clock::{Clock, ManualClock};
pub use entropy::{Entropy, Seed};
pub use error::{Error, OpenError};
pub use outbox::Event;
pub use room::Room;
pub use row::Row;
pub use sql::prefix_end;
pub use store::{Database, Options, Store};
pub use tx::Tx;
pub use value::Value;
