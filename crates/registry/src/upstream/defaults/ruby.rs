//! Where RubyGems and Bundler on this machine find their gems, and the public gem host.

use super::{Candidate, Clients};
use crate::upstream::credentials::Credentials;
use crate::upstream::machine::Machine;
use reqwest::Url;
use std::path::PathBuf;

/// The public gem host.
const PUBLIC: &str = "https://rubygems.org/";
/// How Bundler calls a setting that stands in for the public gem host.
const MIRROR: &str = "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/";

/// What RubyGems and Bundler say.
pub(super) struct Ruby<'a> {
    machine: &'a dyn Machine,
}

impl<'a> Ruby<'a> {
    pub(super) fn on(machine: &'a dyn Machine) -> Self {
        Self { machine }
    }
}

impl Clients for Ruby<'_> {
    /// Reads Bundler's mirror of the public gem host, then the first of RubyGems' sources.
    fn registries(&self) -> Vec<Candidate> {
        let home = |path: &str| self.machine.home().map(|home| home.join(path));
        let bundler = self.machine.variable("BUNDLE_USER_CONFIG").map(PathBuf::from);
        let files = [
            (bundler.or_else(|| home(".bundle/config")), mirror as fn(&str) -> Option<String>),
            (home(".gemrc"), source),
        ];
        let mut found = Vec::new();
        for (path, read) in files {
            let Some(path) = path else { continue };
            let url = self.machine.read(&path).and_then(|text| read(&text));
            found.extend(url.map(|url| Candidate { url, from: path.display().to_string() }));
        }
        found
    }

    fn credentials(&self, _registry: &Url) -> Option<Credentials> {
        None
    }

    fn public(&self) -> Option<String> {
        Some(PUBLIC.to_owned())
    }
}

fn unquoted(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    (text.starts_with("https://") || text.starts_with("http://")).then(|| text.to_owned())
}

/// What Bundler's configuration names instead of the public gem host.
fn mirror(text: &str) -> Option<String> {
    let value = |line: &str| line.trim().strip_prefix(MIRROR)?.strip_prefix(':').and_then(unquoted);
    text.lines().find_map(value)
}

/// The first of the sources in RubyGems' configuration, unless that is the public gem host.
fn source(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !matches!(line.trim(), ":sources:" | "sources:"));
    lines.next()?;
    let source = lines.find_map(|line| line.trim().strip_prefix("- ").map(unquoted))??;
    (source.trim_end_matches('/') != PUBLIC.trim_end_matches('/')).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_for_the_public_host_is_found() {
        let config =
            "---\nBUNDLE_PATH: \"vendor\"\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: \"http://near.example/\"\n";
        assert_eq!(mirror(config).as_deref(), Some("http://near.example/"));
        assert_eq!(mirror("---\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: nowhere\n"), None);
        let sources = "---\n:backtrace: true\n:sources:\n- https://gems.example/\n- https://other.example/\n";
        assert_eq!(source(sources).as_deref(), Some("https://gems.example/"));
        for none in [
            "",
            ":sources:\n",
            ":sources:\n- https://rubygems.org/\n",
            "- http://x/\n",
            ":sources: http://x\n",
        ] {
            assert_eq!(source(none), None, "{none}");
        }
    }
}
