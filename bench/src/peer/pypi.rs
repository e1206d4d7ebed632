//! proxpi and devpi, and a folder of pages that stands for the public index.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::homeregion::remove;
use super::{nginx, tools};
use crate::process::{self, Process};
use crate::wire::{self, Connection};

/// A caching proxy in one process.
pub const PROXPI: &str = "proxpi";
/// The index server with mirrors.
pub const DEVPI: &str = "devpi";
/// The project that the public index lists.
pub const PROJECT: &str = "demo";
/// The mirror, of devpi's first user.
const MIRROR: &str = "root/up";
/// Its versions, each with a wheel and a source archive.
const VERSIONS: usize = 40;

/// Starts the stand-in for the public index.
pub fn index(tools: &Path, scratch: &Path) -> Result<Process, String> {
    let zeros = "0".repeat(64);
    let mut links = String::new();
    for minor in 0..VERSIONS {
        for file in [format!("demo-1.{minor}-py3-none-any.whl"), format!("demo-1.{minor}.tar.gz")] {
            let attributes =
                format!("href=\"/files/{file}#sha256={zeros}\" data-requires-python=\"&gt;=3.8\"");
            let _ = writeln!(links, "<a {attributes}>{file}</a><br>");
        }
    }
    let page = format!(
        "<!DOCTYPE html><html><head><meta name=\"pypi:repository-version\" content=\"1.0\"></head><body>\n{links}</body></html>\n"
    );
    let root =
        format!("<!DOCTYPE html><html><body><a href=\"/simple/{PROJECT}/\">{PROJECT}</a></body></html>\n");
    let project = format!("simple/{PROJECT}/index.html");
    let files = [(project.as_str(), page.as_bytes()), ("simple/index.html", root.as_bytes())];
    nginx::start(tools, scratch, "index", &files)
}

/// Starts proxpi in front of an index; answers the path of its project pages.
pub fn proxpi(folder: &Path, scratch: &Path, index: &str) -> Result<(Process, String), String> {
    let home = emptied(scratch, PROXPI)?;
    let address = process::free_port()?;
    let mut command = Command::new(tools::pypi(folder)?.join("gunicorn"));
    command.args(["-w", "1", "--threads", "16", "-b", &address.to_string(), "proxpi.server:app"]);
    command.current_dir(&home).env("PROXPI_CACHE_DIR", home.join("cache")).env("PROXPI_INDEX_URL", index);
    let server = Process::silent(&mut command, address, &home.join("output.log"), |address| {
        let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        wire::ask(address, request.as_bytes()).is_some()
    })?;
    Ok((server, "/index/".to_owned()))
}

/// Starts devpi with a mirror of an index; answers the path of its project pages.
pub fn devpi(folder: &Path, scratch: &Path, index: &str) -> Result<(Process, String), String> {
    let home = emptied(scratch, DEVPI)?;
    let programs = tools::pypi(folder)?;
    let data = home.join("data");
    let output = Command::new(programs.join("devpi-init"))
        .args(["--no-root-pypi", "--root-passwd", "bench", "--serverdir"])
        .arg(&data)
        .output()
        .map_err(|error| format!("devpi-init: {error}"))?;
    if !output.status.success() {
        return Err(format!("devpi-init: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let address = process::free_port()?;
    let mut command = Command::new(programs.join("devpi-server"));
    command.args([
        "--host",
        "127.0.0.1",
        "--port",
        &address.port().to_string(),
        "--threads",
        "16",
        "--serverdir",
    ]);
    command.arg(&data);
    let server = Process::silent(&mut command, address, &home.join("output.log"), |address| {
        let request = format!("GET /+api HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 200)
    })?;
    mirror(&server, index)?;
    Ok((server, format!("/{MIRROR}/+simple/")))
}

/// Gives devpi its mirror.
fn mirror(server: &Process, index: &str) -> Result<(), String> {
    use base64::Engine as _;
    let send = |method: &str, path: &str, auth: &str, body: &str| -> Result<serde_json::Value, String> {
        let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             {auth}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            server.address,
            body.len()
        );
        let answer = connection.send(request.as_bytes()).map_err(|error| error.to_string())?;
        if answer.status >= 300 {
            return Err(format!("devpi answers {}: {}", answer.status, answer.text()));
        }
        serde_json::from_slice(&answer.body).map_err(|error| error.to_string())
    };
    let login = send("POST", "/+login", "", r#"{"user":"root","password":"bench"}"#)?;
    let token = format!("root:{}", login["result"]["password"].as_str().unwrap_or_default());
    let token = base64::engine::general_purpose::STANDARD.encode(token);
    let body = format!(r#"{{"type":"mirror","mirror_url":"{index}","volatile":true}}"#);
    send("PUT", &format!("/{MIRROR}"), &format!("X-Devpi-Auth: {token}\r\n"), &body).map(|_| ())
}

fn emptied(scratch: &Path, name: &str) -> Result<std::path::PathBuf, String> {
    let home = scratch.join(name);
    remove(&home)?;
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    Ok(home)
}
