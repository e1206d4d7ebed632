//! Tells the world outside what happened: webhooks and a stream of events over HTTP, and of the values of notified
//! properties brokers of MQTT and a stream of their own. Brokers are a door for values, too.
//!
//! Events are read from the outbox, where they stand in the order of their commits, and values from a journal that
//! follows their log; whoever writes never waits for either. What an event says is the services' business; what is not in
//! `EventBridge`'s envelope is put into one.

mod cursor;
mod delivery;
pub mod door;
mod envelope;
pub mod mqtt;
mod signature;
mod stream;
pub mod values;
mod webhook;

pub use cursor::ROOM;
pub use delivery::{Pace, prepare, start};
pub use stream::{PATH, Streams};
pub use webhook::Webhook;
