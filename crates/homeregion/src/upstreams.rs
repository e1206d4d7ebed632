//! `homeregion upstreams`: where each external connection leads, and why.

use std::net::{Ipv4Addr, SocketAddr};

use crate::arguments::Upstreams;
use crate::configuration::Configuration;
use crate::{environment, packages};

/// Prints one line for each connection, and below it what was passed over.
pub fn run(arguments: &Upstreams) -> Result<(), String> {
    let configuration = Configuration::read(arguments.config.as_deref())?;
    let folder = arguments.home.folder()?;
    let endpoint = environment::endpoint(&arguments.home, None)?;
    let listen = endpoint.split("://").nth(1).and_then(|authority| authority.parse().ok());
    let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 4566)));
    let resolver = packages::resolver(configuration, &folder, listen, arguments.public_url.as_deref());
    for connection in resolver.connections() {
        match resolver.resolve(&connection) {
            Ok(upstream) => {
                say!("{connection}  {}  ({})", upstream.url, upstream.reason);
                for skipped in &upstream.skipped {
                    say!("    passed over: {skipped}");
                }
            }
            Err(unresolved) => say!("{connection}  -  ({unresolved})"),
        }
    }
    Ok(())
}
