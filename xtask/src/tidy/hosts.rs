//! The hosts of the public package registries are written nowhere in the repository.
//!
//! Their names come from the clients that are installed here, so that they do not stand in this file either.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Finding;

/// The names that no file may hold.
pub struct Hosts {
    names: BTreeSet<String>,
}

impl Hosts {
    /// Asks the clients of this machine; who is not installed is named in `notes`.
    pub fn ask(notes: &mut Vec<String>) -> Self {
        let mut names = BTreeSet::new();
        for (client, found) in [("npm", npm()), ("pip", pip()), ("cargo", cargo()), ("apt", apt())] {
            let found: Vec<String> = found.into_iter().filter(|name| is_public_name(name)).collect();
            if found.is_empty() {
                notes.push(format!(
                    "{client} does not tell its registry host here, so that name is not looked for"
                ));
            }
            names.extend(found);
        }
        Self { names }
    }

    /// Checks one text file; the lock file of cargo names its registry in every entry by design.
    pub fn check(&self, path: &str, text: &str, findings: &mut Vec<Finding>) {
        if path == "Cargo.lock" {
            return;
        }
        for (number, line) in text.lines().enumerate() {
            let line = line.to_ascii_lowercase();
            if self.names.iter().any(|name| line.contains(name.as_str())) {
                findings.push(Finding::new(
                    path,
                    number + 1,
                    "the host of a public package registry stands here",
                ));
            }
        }
    }
}

/// Whether a name is one of the public internet, unlike a proxy on this machine.
fn is_public_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !last.is_empty() && last.chars().all(|c| c.is_ascii_lowercase())
}

/// What a command prints, or nothing.
fn output(command: &mut Command) -> String {
    command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The host of a URL, without port and credentials.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split('/').next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host.trim().to_ascii_lowercase())
}

fn npm() -> Vec<String> {
    host(output(Command::new("npm").args(["config", "get", "registry"])).trim()).into_iter().collect()
}

fn pip() -> Vec<String> {
    let program =
        "from pip._internal.models.index import PyPI; print(PyPI.netloc); print(PyPI.file_storage_domain)";
    output(Command::new("python3").args(["-c", program])).lines().map(str::to_ascii_lowercase).collect()
}

/// Cargo keeps one folder for each index, named after its host and a hash.
fn cargo() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let Some(home) = home else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(home.join("registry/index")) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter_map(|name| Some(name.rsplit_once('-')?.0.to_owned())).collect()
}

fn apt() -> Vec<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    let lists = std::fs::read_dir("/etc/apt/sources.list.d");
    files.extend(lists.into_iter().flatten().flatten().map(|entry| entry.path()));
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let lines = text.lines().filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"));
        found.extend(lines.flat_map(str::split_whitespace).filter_map(host));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_name_is_found_whatever_its_case() {
        let hosts = Hosts { names: BTreeSet::from(["registry.example.org".to_owned()]) };
        let mut findings = Vec::new();
        hosts.check("a.md", "x\nsee https://Registry.Example.org/a\n", &mut findings);
        hosts.check("Cargo.lock", "registry.example.org", &mut findings);
        assert_eq!(findings, [Finding::new("a.md", 2, "the host of a public package registry stands here")]);
    }

    #[test]
    fn the_host_of_a_url_stands_alone() {
        assert_eq!(host("https://user:secret@Example.org:8080/a"), Some("example.org".to_owned()));
        assert_eq!(host("not a url"), None);
        assert!(!is_public_name("127.0.0.1"));
        assert!(!is_public_name("localhost"));
    }
}
