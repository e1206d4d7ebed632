//! Tells the world outside what happened: webhooks, and a stream of events over HTTP.
//!
//! Both read the outbox, where events stand in the order of their commits, and neither is ever waited for by whoever
//! writes. What an event says is the services' business; what is not in `EventBridge`'s envelope is put into one.

mod cursor;
mod delivery;
mod envelope;
mod signature;
mod stream;
mod webhook;

pub use cursor::ROOM;
pub use delivery::{Pace, prepare, start};
pub use stream::{PATH, Streams};
pub use webhook::Webhook;
