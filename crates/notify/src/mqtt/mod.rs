//! MQTT 3.1.1 and 5, as far as a client needs it that publishes and subscribes with quality 1.
//!
//! The client is this crate's own because the acknowledgement of each message has to move a cursor in the store, and
//! what is sent again after a failure has to come from there, in order.

mod broker;
mod connection;
mod filter;
pub(crate) mod packet;

pub use broker::Broker;
pub(crate) use connection::Connection;
pub use filter::Filter;
pub use packet::Version;
