//! Sockets, protocols and dispatch: from a connection to an operation of the table, and back.
//!
//! The gateway knows HTTP and AWS's two protocols; it knows no service. Package endpoints are mounted on it by the
//! binary.

mod answer;
mod authenticate;
mod dispatch;
mod file;
mod forwarded;
mod intake;
pub mod limits;
mod own;
mod patience;
mod protocol;
mod route;
mod server;
mod sigv4;
mod tls;
mod upload;

pub use answer::{Described, ResponseBody, empty, full, stream};
pub use dispatch::{Answer, Gateway, Mount, PackageEndpoint, Prelude, Settings};
pub use file::Files;
pub use forwarded::Network;
pub use intake::{Chunked, Malformed};
pub use server::{Shutdown, converse, serve};
pub use tls::Tls;
pub use upload::{AcceptUpload, Refused, Uploads};
