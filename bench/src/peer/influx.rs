//! InfluxDB 1.6 with its index of series on disk; it answers a write when its log is on the disk.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::homeregion::remove;
use super::tools;
use crate::process::{self, Process};
use crate::wire;

/// The name of the peer.
pub const INFLUX: &str = "InfluxDB 1.6";

/// Starts a server on an empty folder of that name, with a database called bench.
pub fn start(tools: &Path, scratch: &Path, name: &str) -> Result<Process, String> {
    remove(&scratch.join(name))?;
    let server = again(tools, scratch, name)?;
    let address = server.address;
    let request = format!(
        "POST /query?q=CREATE%20DATABASE%20bench HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    match wire::ask(address, request.as_bytes()) {
        Some(answer) if answer.status == 200 => Ok(server),
        _ => Err(format!("{INFLUX} makes no database")),
    }
}

/// Starts a server on the folder of that name as it is.
pub fn again(tools: &Path, scratch: &Path, name: &str) -> Result<Process, String> {
    let home = scratch.join(name);
    let (address, other) = (process::free_port()?, process::free_port()?);
    let mut command = Command::new(tools::influx(tools)?);
    command.args(["run", "-config", "/dev/null"]).env("HOME", scratch);
    command.env("INFLUXDB_META_DIR", home.join("meta")).env("INFLUXDB_DATA_DIR", home.join("data"));
    command.env("INFLUXDB_DATA_WAL_DIR", home.join("wal"));
    command.env("INFLUXDB_HTTP_BIND_ADDRESS", address.to_string());
    command.env("INFLUXDB_BIND_ADDRESS", other.to_string());
    let settings = [
        ("REPORTING_DISABLED", "true"),
        ("HTTP_LOG_ENABLED", "false"),
        ("HTTP_MAX_ROW_LIMIT", "0"),
        ("MONITOR_STORE_ENABLED", "false"),
        ("DATA_QUERY_LOG_ENABLED", "false"),
        ("DATA_INDEX_VERSION", "tsi1"),
        ("DATA_MAX_SERIES_PER_DATABASE", "0"),
        ("DATA_MAX_VALUES_PER_TAG", "0"),
    ];
    for (name, value) in settings {
        command.env(format!("INFLUXDB_{name}"), value);
    }
    Process::silent(&mut command, address, &scratch.join(format!("{name}.log")), is_up)
}

fn is_up(address: SocketAddr) -> bool {
    let request = format!("GET /ping HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 204)
}
