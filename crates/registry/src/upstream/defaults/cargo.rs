//! cargo's configuration on a machine: what stands in for the public index, and what opens it.

use super::{Candidate, Clients};
use crate::upstream::credentials::{Credentials, Secret};
use crate::upstream::machine::Machine;
use reqwest::Url;
use std::path::PathBuf;
use toml::{Table, Value};

/// How cargo calls the source that others may stand in for.
const PUBLIC_SOURCE: &str = "crates-io";
/// Sources that stand in for each other are followed this far; cargo refuses circles.
const REPLACEMENTS_MAX: usize = 8;

/// cargo's configuration on a machine.
pub(super) struct Cargo {
    registries: Vec<Candidate>,
    /// The registries that have a name: their index, and the token that is shown there.
    tokens: Vec<(String, String)>,
}

/// One file of configuration.
struct File {
    table: Table,
    from: String,
}

impl Cargo {
    /// Reads the user's configuration and credentials, and the variables for what they name.
    ///
    /// A project's files are left out: the folder that a server happens to be started in says nothing about upstreams.
    pub(super) fn read(machine: &dyn Machine) -> Self {
        let home = machine.variable("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| machine.home().map(|home| home.join(".cargo")));
        let first = |names: [&str; 2]| {
            let mut paths = names.into_iter().filter_map(|name| Some(home.as_ref()?.join(name)));
            paths.find_map(|path| read(machine, path))
        };
        // cargo prefers the older name when both are there.
        let configuration = first(["config", "config.toml"]);
        let credentials = first(["credentials", "credentials.toml"]);
        let registries = configuration.as_ref().and_then(|file| replacement(machine, file));
        let tokens = tokens(machine, configuration.as_ref(), credentials.as_ref());
        Self { registries: registries.into_iter().collect(), tokens }
    }
}

impl Clients for Cargo {
    fn registries(&self) -> Vec<Candidate> {
        self.registries.clone()
    }

    fn credentials(&self, registry: &Url) -> Option<Credentials> {
        let is_it = |index: &str| {
            let index = index.strip_prefix("sparse+").unwrap_or(index).trim_end_matches('/');
            Url::parse(&format!("{index}/")).is_ok_and(|index| index == *registry)
        };
        let (_, token) = self.tokens.iter().find(|(index, _)| is_it(index))?;
        Credentials::header_of("authorization", Secret::Text(token.clone()))
    }

    fn public(&self) -> Option<String> {
        Some(tame_index::CRATES_IO_HTTP_INDEX.to_owned())
    }
}

fn read(machine: &dyn Machine, path: PathBuf) -> Option<File> {
    let text = machine.read(&path)?;
    let from = path.display().to_string();
    let Ok(table) = toml::from_str(&text) else {
        log::warn!("{from} cannot be read as cargo configuration, it is skipped");
        return None;
    };
    Some(File { table, from })
}

/// The text at a path of tables.
fn text<'a>(table: &'a Table, path: [&str; 3]) -> Option<&'a str> {
    let [first, second, third] = path;
    table.get(first)?.get(second)?.get(third).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The index of a registry that has a name: from its variable, else from the file.
fn index(machine: &dyn Machine, table: &Table, name: &str) -> Option<String> {
    let variable = machine.variable(&variable(name, "INDEX"));
    variable.or_else(|| text(table, ["registries", name, "index"]).map(str::to_owned))
}

fn variable(registry: &str, member: &str) -> String {
    format!("CARGO_REGISTRIES_{}_{member}", registry.to_ascii_uppercase().replace(['-', '.'], "_"))
}

/// What stands in for the public index. Folders, and indexes that are read with git, are no upstream for a server.
fn replacement(machine: &dyn Machine, file: &File) -> Option<Candidate> {
    let table = &file.table;
    let mut source = PUBLIC_SOURCE.to_owned();
    for _ in 0..REPLACEMENTS_MAX {
        let Some(next) = text(table, ["source", &source, "replace-with"]) else { break };
        next.clone_into(&mut source);
    }
    let url = match text(table, ["source", &source, "registry"]) {
        Some(url) => Some(url.to_owned()),
        None if source == PUBLIC_SOURCE => None,
        None => index(machine, table, &source),
    };
    let url = url.filter(|url| url.starts_with("sparse+"))?;
    Some(Candidate { url, from: format!("{}, [source.{source}]", file.from) })
}

/// The tokens of registries by their index, as cargo finds them: variables, credentials, configuration.
fn tokens(
    machine: &dyn Machine,
    configuration: Option<&File>,
    credentials: Option<&File>,
) -> Vec<(String, String)> {
    let Some(configuration) = configuration else { return Vec::new() };
    let named = configuration.table.get("registries").and_then(Value::as_table);
    let mut tokens = Vec::new();
    for name in named.into_iter().flat_map(Table::keys) {
        let Some(index) = index(machine, &configuration.table, name) else { continue };
        let path = ["registries", name.as_str(), "token"];
        let stored = || text(&credentials?.table, path).or_else(|| text(&configuration.table, path));
        let token = machine.variable(&variable(name, "TOKEN")).or_else(|| stored().map(str::to_owned));
        tokens.extend(token.map(|token| (index, token)));
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::Path;

    /// Variables and files by name.
    struct Made(HashMap<&'static str, &'static str>);

    impl Machine for Made {
        fn variable(&self, name: &str) -> Option<String> {
            self.0.get(name).map(|value| (*value).to_owned())
        }

        fn read(&self, path: &Path) -> Option<String> {
            self.0.get(path.to_str()?).map(|text| (*text).to_owned())
        }
    }

    fn found(with: &[(&'static str, &'static str)]) -> Vec<(String, String)> {
        let cargo = Cargo::read(&Made(with.iter().copied().collect()));
        cargo.registries().into_iter().map(|found| (found.url, found.from)).collect()
    }

    const REPLACED: &str = "[source.crates-io]\nreplace-with = 'near'\n[source.near]\nregistry = 'sparse+http://near.example/index/'\n";

    #[test]
    fn what_stands_in_for_the_public_index_is_found() {
        let url = "sparse+http://near.example/index/".to_owned();
        let from = "/c/config.toml, [source.near]".to_owned();
        assert_eq!(found(&[("CARGO_HOME", "/c"), ("/c/config.toml", REPLACED)]), [(url.clone(), from)]);
        assert_eq!(found(&[("HOME", "/h"), ("/h/.cargo/config", REPLACED)])[0].0, url);
        let named = "[source.crates-io]\nreplace-with='a'\n[source.a]\nreplace-with='b'\n[registries.b]\nindex='sparse+http://b.example'\n";
        assert_eq!(
            found(&[("HOME", "/h"), ("/h/.cargo/config.toml", named)])[0].0,
            "sparse+http://b.example"
        );
        let variable = [
            ("HOME", "/h"),
            ("/h/.cargo/config.toml", "[source.crates-io]\nreplace-with='my-b'\n"),
            ("CARGO_REGISTRIES_MY_B_INDEX", "sparse+http://variable.example/"),
        ];
        assert_eq!(found(&variable)[0].0, "sparse+http://variable.example/");
    }

    #[test]
    fn what_is_no_sparse_index_is_passed_over() {
        for text in [
            "",
            "not toml",
            "[source.crates-io]\nreplace-with = 'vendored'\n[source.vendored]\ndirectory = 'vendor'\n",
            "[source.crates-io]\nreplace-with = 'g'\n[source.g]\nregistry = 'https://git.example/index'\n",
            "[source.crates-io]\nreplace-with = 'a'\n[source.a]\nreplace-with = 'crates-io'\n",
            "[source]\ncrates-io = 5\n",
        ] {
            let text: &'static str = text;
            assert_eq!(found(&[("HOME", "/h"), ("/h/.cargo/config.toml", text)]), [], "{text}");
        }
        assert!(Cargo::read(&Made(HashMap::new())).public().is_some());
    }

    #[test]
    fn the_token_of_an_index_is_shown_as_cargo_shows_it() {
        let configuration = "[registries.near]\nindex = 'sparse+http://near.example/index/'\n[registries.far]\nindex = 'sparse+http://far.example/'\n";
        let credentials = "[registries.near]\ntoken = 'Bearer stored'\n";
        let cargo = |token: Option<&'static str>| {
            let mut with = HashMap::from([
                ("HOME", "/h"),
                ("/h/.cargo/config.toml", configuration),
                ("/h/.cargo/credentials.toml", credentials),
            ]);
            with.extend(token.map(|token| ("CARGO_REGISTRIES_NEAR_TOKEN", token)));
            Cargo::read(&Made(with))
        };
        let near = Url::parse("http://near.example/index/").unwrap();
        let value = |cargo: &Cargo, url: &Url| {
            cargo.credentials(url).map(|it| it.header().unwrap().1.to_str().unwrap().to_owned())
        };
        assert_eq!(value(&cargo(None), &near).as_deref(), Some("Bearer stored"));
        assert_eq!(value(&cargo(Some("raw")), &near).as_deref(), Some("raw"));
        assert_eq!(value(&cargo(None), &Url::parse("http://far.example/").unwrap()), None);
    }
}
