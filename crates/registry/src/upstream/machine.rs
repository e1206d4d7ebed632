//! What package clients on this machine are configured to use: npm's registry, its credentials, extra certificates.

use super::credentials::Credentials;
use deno_npmrc::{NpmRc, NpmRegistryUrl};
use reqwest::Url;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The environment and files that configuration is read from.
pub trait Machine: Send + Sync {
    /// An environment variable; an empty one counts as absent.
    fn variable(&self, name: &str) -> Option<String>;
    /// The text of a file, if there is one that can be read.
    fn read(&self, path: &Path) -> Option<String>;
}

/// The machine that the process runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn read(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }
}

/// Where a client would find its registry, and who says so.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The URL as it is written.
    pub(super) url: String,
    /// The variable or file.
    pub(super) from: String,
}

/// npm's configuration on a machine.
pub(super) struct NpmConfiguration {
    /// Where the registry may be, the most specific first.
    pub(super) registries: Vec<Candidate>,
    files: Vec<NpmRc>,
}

/// Lets the parser of `.npmrc` expand variables.
struct Variables<'a>(&'a dyn Machine);

impl sys_traits::BaseEnvVar for Variables<'_> {
    fn base_env_var_os(&self, key: &OsStr) -> Option<OsString> {
        self.0.variable(key.to_str()?).map(OsString::from)
    }
}

impl NpmConfiguration {
    /// Reads variables, then the user's file, then the global one, in npm's order of precedence.
    ///
    /// A project's file is left out: the folder that a server happens to be started in says nothing about upstreams.
    pub(super) fn read(machine: &dyn Machine) -> Self {
        let mut registries = Vec::new();
        if let Some((name, url)) = npm_variable(machine, "registry") {
            registries.push(Candidate { url, from: format!("environment variable {name}") });
        }
        let mut files = Vec::new();
        for path in npmrc_paths(machine) {
            let Some(text) = machine.read(&path) else { continue };
            match NpmRc::parse(&Variables(machine), &text) {
                Ok(file) => {
                    if let Some(url) = &file.registry {
                        registries.push(Candidate { url: url.clone(), from: path.display().to_string() });
                    }
                    files.push(file);
                }
                Err(_) => log::warn!("{} cannot be read as npm configuration, it is skipped", path.display()),
            }
        }
        Self { registries, files }
    }

    /// The credentials that npm would send to a registry.
    pub(super) fn credentials(&self, registry: &Url) -> Option<Credentials> {
        self.files.iter().find_map(|file| {
            // As if npm had been told of this registry: its credentials are found by the URL.
            let asked = NpmRegistryUrl { url: registry.clone(), from_env: true };
            Credentials::of_npm(&file.as_resolved(&asked).ok()?.default_config.config)
        })
    }
}

/// The files of certificates that npm is told to trust beside the system's.
pub(super) fn certificate_files(machine: &dyn Machine) -> Vec<PathBuf> {
    let mut files: Vec<String> = machine.variable("NODE_EXTRA_CA_CERTS").into_iter().collect();
    files.extend(npm_variable(machine, "cafile").map(|(_, path)| path));
    for path in npmrc_paths(machine) {
        // The parser of `.npmrc` leaves this key out.
        let text = machine.read(&path).unwrap_or_default();
        let named = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("cafile")?.trim_start().strip_prefix('='));
        files.extend(named.map(|value| value.trim().trim_matches('"').to_owned()));
    }
    files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

/// npm reads its variables in either case.
fn npm_variable(machine: &dyn Machine, key: &str) -> Option<(String, String)> {
    let lower = format!("npm_config_{key}");
    let upper = lower.to_ascii_uppercase();
    [lower, upper].into_iter().find_map(|name| machine.variable(&name).map(|value| (name, value)))
}

/// The user's `.npmrc` and the global one.
fn npmrc_paths(machine: &dyn Machine) -> Vec<PathBuf> {
    let home = || machine.variable("HOME").or_else(|| machine.variable("USERPROFILE")).map(PathBuf::from);
    let user = npm_variable(machine, "userconfig").map(|(_, path)| PathBuf::from(path));
    let user = user.or_else(|| home().map(|home| home.join(".npmrc")));
    let global = npm_variable(machine, "globalconfig").map(|(_, path)| PathBuf::from(path));
    let prefix = || npm_variable(machine, "prefix").map(|(_, path)| PathBuf::from(path).join("etc/npmrc"));
    let global = global.or_else(prefix).map_or_else(
        || vec![PathBuf::from("/usr/local/etc/npmrc"), PathBuf::from("/etc/npmrc")],
        |path| vec![path],
    );
    user.into_iter().chain(global).collect()
}
