//! Public and other registries that external connections name: where they are, and how to read from them.
//!
//! `Resolver` turns a connection's name into an address, `Fetcher` talks to it, `Pages` keeps what it said for as long as
//! that may be kept, `Downloads` brings files in. A file a format says what is asked for and what of it is believed.

mod byte_cache;
mod cargo;
mod credentials;
mod defaults;
mod download;
mod downloads;
mod error;
mod excerpt;
mod fetcher;
mod file;
mod flights;
mod freshness;
mod machine;
mod maven;
mod name;
mod npm;
mod nuget;
mod pages;
mod pypi;
mod resolver;
mod ruby;
mod server_address;
mod tls;
mod via;

pub use byte_cache::ByteCache;
pub use cargo::CargoUpstream;
pub use credentials::{Credentials, Secret};
pub use downloads::{Download, Downloads, Proof, admitted};
pub use error::FetchError;
pub use fetcher::{Document, Fetched, Fetcher, FetcherOptions, Validators};
pub use file::FileHosts;
pub use flights::{FlightError, Flights};
pub use freshness::{Answer, Freshness, Next, Outcome, Policy};
pub use machine::{Machine, ThisMachine};
pub use maven::{MavenUpstream, Offered};
pub use name::{CONNECTIONS, Connection, Format};
pub use npm::NpmUpstream;
pub use nuget::{NugetUpstream, Registered, hash_of};
pub use pages::{Page, Pages};
pub use pypi::PypiUpstream;
pub use resolver::{Custom, Reason, Remembered, Resolver, Settings, Unresolved, Upstream};
pub use ruby::RubyUpstream;
pub use server_address::ServerAddress;
pub use tls::plain_client;
pub use via::{Identity, ViaChain};
