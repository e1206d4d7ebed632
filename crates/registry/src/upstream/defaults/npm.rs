//! npm's configuration on a machine: registry, credentials, extra certificates.

use super::{Candidate, Clients};
use crate::upstream::credentials::Credentials;
use crate::upstream::machine::Machine;
use deno_npmrc::{NPM_DEFAULT_REGISTRY, NpmRc, NpmRegistryUrl};
use reqwest::Url;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// npm's configuration on a machine.
pub(super) struct Npm {
    registries: Vec<Candidate>,
    files: Vec<NpmRc>,
}

/// Lets the parser of `.npmrc` expand variables.
struct Variables<'a>(&'a dyn Machine);

impl sys_traits::BaseEnvVar for Variables<'_> {
    fn base_env_var_os(&self, key: &OsStr) -> Option<OsString> {
        self.0.variable(key.to_str()?).map(OsString::from)
    }
}

impl Npm {
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
}

impl Clients for Npm {
    fn registries(&self) -> Vec<Candidate> {
        self.registries.clone()
    }

    fn credentials(&self, registry: &Url) -> Option<Credentials> {
        self.files.iter().find_map(|file| {
            // As if npm had been told of this registry: its credentials are found by the URL.
            let asked = NpmRegistryUrl { url: registry.clone(), from_env: true };
            Credentials::of_npm(&file.as_resolved(&asked).ok()?.default_config.config)
        })
    }

    fn public(&self) -> Option<String> {
        Some(NPM_DEFAULT_REGISTRY.to_owned())
    }
}

/// The files of certificates that npm is told to trust.
pub(super) fn certificate_files(machine: &dyn Machine) -> Vec<String> {
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
    files.retain(|file| !file.is_empty());
    files
}

/// npm reads its variables in either case.
fn npm_variable(machine: &dyn Machine, key: &str) -> Option<(String, String)> {
    let lower = format!("npm_config_{key}");
    let upper = lower.to_ascii_uppercase();
    [lower, upper].into_iter().find_map(|name| machine.variable(&name).map(|value| (name, value)))
}

/// The user's `.npmrc` and the global one.
fn npmrc_paths(machine: &dyn Machine) -> Vec<PathBuf> {
    let user = npm_variable(machine, "userconfig").map(|(_, path)| PathBuf::from(path));
    let user = user.or_else(|| machine.home().map(|home| home.join(".npmrc")));
    let global = npm_variable(machine, "globalconfig").map(|(_, path)| PathBuf::from(path));
    let prefix = || npm_variable(machine, "prefix").map(|(_, path)| PathBuf::from(path).join("etc/npmrc"));
    let global = global.or_else(prefix).map_or_else(
        || vec![PathBuf::from("/usr/local/etc/npmrc"), PathBuf::from("/etc/npmrc")],
        |path| vec![path],
    );
    user.into_iter().chain(global).collect()
}
