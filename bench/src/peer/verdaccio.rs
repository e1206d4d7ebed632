//! verdaccio, and the made-up npm registry that stands for the public one.

use std::path::Path;
use std::process::Command;

use super::homeregion::remove;
use crate::process::{self, Process};
use crate::wire;
use crate::wire::Connection;

/// Starts the made-up registry: that many packages, of which one has a listing of that many bytes.
pub fn registry(program: &Path, scratch: &Path, packages: usize, large: usize) -> Result<Process, String> {
    let mut command = Command::new(program);
    command.args(["--packages", &packages.to_string(), "--large", &large.to_string()]);
    Process::announcing(&mut command, &scratch.join("registry.log"))
}

/// Starts verdaccio on an empty storage, in front of the registry at `uplink`.
pub fn start(script: &Path, scratch: &Path, uplink: &str) -> Result<Process, String> {
    let home = scratch.join("verdaccio");
    remove(&home)?;
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let config = home.join("config.yaml");
    let text = format!(
        "storage: ./storage\nauth: {{ htpasswd: {{ file: ./htpasswd }} }}\n\
         uplinks: {{ up: {{ url: \"{uplink}\", maxage: 60m }} }}\n\
         packages: {{ '**': {{ access: $all, publish: $authenticated, proxy: up }} }}\n\
         log: {{ type: stdout, format: pretty, level: error }}\n"
    );
    std::fs::write(&config, text).map_err(|error| format!("{}: {error}", config.display()))?;
    let address = process::free_port()?;
    let mut command = Command::new("node");
    command.arg(script).arg("--config").arg(&config).args(["--listen", &address.to_string()]);
    command.current_dir(&home).env("HOME", &home);
    Process::silent(&mut command, address, &scratch.join("verdaccio.log"), |address| {
        let request = format!("GET /-/ping HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 200)
    })
}

/// Makes a user, who may publish; answers the token.
pub fn user(server: &Process) -> Result<String, String> {
    let body = r#"{"_id":"org.couchdb.user:bench","name":"bench","password":"a long password","type":"user","roles":[],"date":"2026-11-21T00:00:00.000Z"}"#;
    let request = format!(
        "PUT /-/user/org.couchdb.user:bench HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let answer = connection.send(request.as_bytes()).map_err(|error| error.to_string())?;
    let made: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    made["token"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("verdaccio makes no user: {}", answer.text()))
}
