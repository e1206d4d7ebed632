//! VictoriaMetrics: a store of metrics, everything at its defaults but for the limits that a year of seconds meets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::homeregion::remove;
use super::tools;
use crate::process::{self, Process};
use crate::wire;

/// The name of the peer.
pub const VICTORIA: &str = "VictoriaMetrics";

/// Starts a server on an empty folder of that name.
pub fn start(tools: &Path, scratch: &Path, name: &str) -> Result<Process, String> {
    remove(&folder(scratch, name))?;
    again(tools, scratch, name)
}

/// Starts a server on the folder of that name as it is.
pub fn again(tools: &Path, scratch: &Path, name: &str) -> Result<Process, String> {
    let address = process::free_port()?;
    let mut command = Command::new(tools::victoria(tools)?);
    command.arg(format!("-httpListenAddr={address}"));
    command.arg(format!("-storageDataPath={}", folder(scratch, name).display()));
    command.args([
        "-retentionPeriod=5y",
        "-search.maxSamplesPerSeries=100000000",
        "-search.latencyOffset=0s",
    ]);
    Process::silent(&mut command, address, &scratch.join(format!("{name}.log")), is_up)
}

/// Where its data are.
pub fn folder(scratch: &Path, name: &str) -> PathBuf {
    scratch.join(name)
}

/// Makes what was written visible to queries.
pub fn flush(server: &Process) -> Result<(), String> {
    get(server, "/internal/force_flush").map(drop)
}

/// Has everything merged into as few parts as there will be, and waits for it.
pub fn merge(server: &Process) -> Result<(), String> {
    flush(server)?;
    get(server, "/internal/force_merge")?;
    loop {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let metrics = get(server, "/metrics")?;
        let busy = String::from_utf8_lossy(&metrics);
        let active =
            |line: &&str| line.starts_with("vm_active_merges{") || line.starts_with("vm_active_force_merges");
        if busy.lines().filter(active).all(|line| line.ends_with(" 0")) {
            return Ok(());
        }
    }
}

/// Answers how many bytes its points take on the disk; its index of names is not in them.
pub fn bytes(server: &Process) -> Result<u64, String> {
    let metrics = get(server, "/metrics")?;
    let metrics = String::from_utf8_lossy(&metrics);
    let of_points = |line: &&str| line.starts_with("vm_data_size_bytes{type=\"storage/");
    let sizes =
        metrics.lines().filter(of_points).filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
    Ok(sizes.sum())
}

fn get(server: &Process, path: &str) -> Result<Vec<u8>, String> {
    let address = server.address;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let answer =
        wire::ask(address, request.as_bytes()).ok_or_else(|| format!("{VICTORIA} does not answer {path}"))?;
    if answer.status < 300 { Ok(answer.body) } else { Err(format!("{path} answers {}", answer.text())) }
}

fn is_up(address: SocketAddr) -> bool {
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 200)
}
