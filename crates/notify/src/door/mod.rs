//! Values that come from a broker of MQTT: topics become aliases, payloads become values, and both go the way of
//! BatchPutAssetPropertyValue.

mod alias;
mod gather;
mod payload;
mod subscriber;

pub use alias::Subscription;
pub use subscriber::Subscriber;
