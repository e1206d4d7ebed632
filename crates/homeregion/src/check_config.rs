//! `homeregion check-config`: whether a configuration file can be used, and what it would do.

use std::net::{Ipv4Addr, SocketAddr};

use registry::upstream::Format;

use crate::arguments::CheckConfig;
use crate::configuration::Configuration;
use crate::packages;

/// Formats of which nothing is fetched from elsewhere: neither has a public registry, nor AWS a connection for them.
const WITHOUT_REGISTRIES: [Format; 2] = [Format::Generic, Format::Swift];

/// Reads the file, and prints what may surprise; one that cannot be used is an error.
pub fn run(arguments: &CheckConfig) -> Result<(), String> {
    let configuration = Configuration::read(Some(&arguments.config))?;
    let mut notes = Vec::new();
    for (name, connection) in &configuration.connections {
        if Format::parse(&connection.format).is_some_and(|format| WITHOUT_REGISTRIES.contains(&format)) {
            notes.push(format!(
                "[connections.{name}] has the format {}, for which nothing is fetched from elsewhere",
                connection.format
            ));
        }
        if connection.url.starts_with("http://")
            && connection.custom().is_some_and(|c| c.credentials.is_some())
        {
            notes.push(format!("[connections.{name}] sends its secret over http, readable on the way"));
        }
    }
    let sinks = configuration.events.webhooks().len();
    let connections = configuration.connections.len();
    let upstreams: Vec<String> = configuration.upstreams.keys().cloned().collect();
    let folder = std::env::temp_dir();
    let resolver =
        packages::resolver(configuration, &folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 4566)), None);
    for name in upstreams {
        let name = if name.starts_with("public:") { name } else { format!("public:{name}") };
        resolver.resolve(&name).map_err(|error| format!("{}: {error}", arguments.config.display()))?;
    }
    for connection in resolver.connections().iter().filter(|name| name.starts_with("custom:")) {
        resolver.resolve(connection).map_err(|error| format!("{}: {error}", arguments.config.display()))?;
    }
    for note in notes {
        say!("note: {note}");
    }
    say!(
        "{} can be used: {} of its own, {}.",
        arguments.config.display(),
        counted(connections, "connection"),
        counted(sinks, "webhook")
    );
    Ok(())
}

/// A number with its noun.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
