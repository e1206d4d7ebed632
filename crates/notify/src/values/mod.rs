//! Values of notified properties, from the log of values to whoever wants to be told: brokers of MQTT, and followers
//! over HTTP.
//!
//! The journal follows the log and writes what is to be told into pages of rows, with a number for each message. Every
//! sink goes through the pages at its own pace and keeps how far it came. Nobody who writes values waits for any of it.

mod journal;
mod message;
mod publisher;
mod stream;
pub(crate) mod table;

pub use journal::{Journal, Kept};
pub use message::Message;
pub use publisher::Publisher;
pub use stream::{PATH, ValueStreams};
