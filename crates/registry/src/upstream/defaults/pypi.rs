//! Where pip and uv on this machine find their packages, and which public index pip knows.

use super::{Candidate, Clients};
use crate::upstream::credentials::Credentials;
use crate::upstream::machine::Machine;
use reqwest::Url;
use std::path::{Path, PathBuf};

/// Asks pip for the index that it is built to use; the argument is the folder that pip lies in, if it has to be named.
const ASK: &str = "import sys; sys.path[:0] = sys.argv[1:]; \
                   from pip._internal.models.index import PyPI; print(PyPI.simple_url)";

/// What pip and uv say.
pub(super) struct Pypi<'a> {
    machine: &'a dyn Machine,
}

impl<'a> Pypi<'a> {
    pub(super) fn on(machine: &'a dyn Machine) -> Self {
        Self { machine }
    }
}

impl Clients for Pypi<'_> {
    /// Reads pip's variable, then uv's, then pip's files in pip's order of precedence.
    fn registries(&self) -> Vec<Candidate> {
        let variable = |name: &str| {
            let url = self.machine.variable(name)?;
            Some(Candidate { url, from: format!("environment variable {name}") })
        };
        let variables = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"];
        let mut found: Vec<Candidate> = variables.into_iter().filter_map(variable).collect();
        for path in files(self.machine) {
            let Some(text) = self.machine.read(&path) else { continue };
            if let Some(url) = index_url(&text) {
                found.push(Candidate { url, from: path.display().to_string() });
            }
        }
        // uv lets an index have a name: `name=https://…`.
        for candidate in &mut found {
            if let Some((name, url)) = candidate.url.split_once('=')
                && !name.contains(['/', ':'])
            {
                candidate.url = url.to_owned();
            }
        }
        found
    }

    fn credentials(&self, _registry: &Url) -> Option<Credentials> {
        None
    }

    fn public(&self) -> Option<String> {
        let ask = |python: &str, folder: &[&str]| {
            let mut arguments = vec!["-I", "-c", ASK];
            arguments.extend(folder);
            self.machine.output(python, &arguments)
        };
        let pythons = ["python3", "python"];
        let known = pythons.iter().find_map(|python| ask(python, &[]));
        let known = known.or_else(|| {
            // pip may belong to an interpreter of its own.
            let said = self.machine.output("pip", &["--version"])?;
            let folder = pip_folder(&said)?;
            pythons.iter().find_map(|python| ask(python, &[folder]))
        });
        known.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// The folder that pip lies in, from `pip 26.0 from {folder}/pip (python 3.11)`.
fn pip_folder(said: &str) -> Option<&str> {
    let (_, path) = said.split_once(" from ")?;
    let (path, _) = path.rsplit_once(" (python")?;
    path.rsplit_once(['/', '\\']).map(|(folder, _)| folder)
}

/// pip's files, the one that counts most first.
fn files(machine: &dyn Machine) -> Vec<PathBuf> {
    let explicit = machine.variable("PIP_CONFIG_FILE").map(PathBuf::from);
    if explicit.as_deref() == Some(Path::new("/dev/null")) {
        return Vec::new();
    }
    let folder = |name: &str| machine.variable(name).map(PathBuf::from);
    let home = machine.home();
    let below = |path: &str| home.as_ref().map(|home| home.join(path));
    let environment = folder("VIRTUAL_ENV").map(|prefix| prefix.join("pip.conf"));
    // A file that is named stands in for those of the user.
    let user = match explicit {
        Some(_) => Vec::new(),
        None => [
            folder("XDG_CONFIG_HOME").map(|folder| folder.join("pip/pip.conf")),
            below(".config/pip/pip.conf"),
            below("Library/Application Support/pip/pip.conf"),
            folder("APPDATA").map(|folder| folder.join("pip/pip.ini")),
            below(".pip/pip.conf"),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    let shared = machine.variable("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".to_owned());
    let shared = shared.split(':').filter(|folder| !folder.is_empty());
    let shared = shared.map(|folder| Path::new(folder).join("pip/pip.conf"));
    let global = [Some("/etc/pip.conf"), Some("/Library/Application Support/pip/pip.conf")];
    let global = global.into_iter().flatten().map(PathBuf::from);
    explicit.into_iter().chain(environment).chain(user).chain(global).chain(shared).collect()
}

/// The value of `index-url`: of the section of `pip install`, else of `[global]`.
fn index_url(text: &str) -> Option<String> {
    let (mut section, mut global, mut install) = (String::new(), None, None);
    for line in text.lines() {
        // What is indented goes on with the line before.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        if let Some(name) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        if !matches!(key.trim().to_ascii_lowercase().as_str(), "index-url" | "index_url") {
            continue;
        }
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match section.as_str() {
            "global" => global = value,
            "install" => install = value,
            _ => {}
        }
    }
    install.or(global)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Variables and files by name; answers of programs by the program and its last argument.
    #[derive(Default)]
    struct Fake(HashMap<String, String>);

    impl Fake {
        fn with(mut self, name: &str, value: &str) -> Self {
            self.0.insert(name.to_owned(), value.to_owned());
            self
        }

        fn urls(&self) -> Vec<String> {
            Pypi::on(self).registries().into_iter().map(|candidate| candidate.url).collect()
        }
    }

    impl Machine for Fake {
        fn variable(&self, name: &str) -> Option<String> {
            self.0.get(name).cloned()
        }

        fn read(&self, path: &Path) -> Option<String> {
            self.0.get(path.to_str()?).cloned()
        }

        fn output(&self, program: &str, arguments: &[&str]) -> Option<String> {
            let last = arguments.last().filter(|last| **last != ASK);
            self.0.get(&format!("{program} {}", last.unwrap_or(&""))).cloned()
        }
    }

    fn conf(url: &str) -> String {
        format!("[global]\nindex-url = {url}\n")
    }

    #[test]
    fn variables_come_before_files_in_the_order_of_pip() {
        let machine = Fake::default()
            .with("HOME", "/home/me")
            .with("VIRTUAL_ENV", "/venv")
            .with("PIP_INDEX_URL", "https://variable.example/simple")
            .with("UV_DEFAULT_INDEX", "team=https://uv.example/simple")
            .with("/venv/pip.conf", &conf("https://venv.example/simple"))
            .with("/home/me/.config/pip/pip.conf", &conf("https://user.example/simple"))
            .with("/home/me/.pip/pip.conf", &conf("https://old.example/simple"))
            .with("/etc/pip.conf", &conf("https://global.example/simple"))
            .with("/etc/xdg/pip/pip.conf", &conf("https://xdg.example/simple"));
        let hosts = ["variable", "uv", "venv", "user", "old", "global", "xdg"];
        let expected: Vec<String> =
            hosts.iter().map(|host| format!("https://{host}.example/simple")).collect();
        assert_eq!(machine.urls(), expected);
        let named = machine.with("PIP_CONFIG_FILE", "/etc/pip.conf");
        assert_eq!(named.urls()[2], "https://global.example/simple");
        assert!(!named.urls().contains(&"https://user.example/simple".to_owned()));
        let none = named.with("PIP_CONFIG_FILE", "/dev/null");
        assert_eq!(none.urls(), expected[..2]);
    }

    #[test]
    fn the_section_of_install_counts_more() {
        let text = "# index-url = no\n[install]\nindex_url: https://b.example\n[global]\nindex-url=https://a.example\n\
                    \x20 index-url = no\n[search]\nindex-url = https://c.example\n";
        assert_eq!(index_url(text).as_deref(), Some("https://b.example"));
        assert_eq!(index_url("[global]\nindex-url =\n"), None);
        assert_eq!(index_url("index-url = https://a.example"), None);
    }

    #[test]
    fn the_public_index_is_the_one_that_pip_knows() {
        let public = |machine: Fake| Pypi::on(&machine).public();
        let pip = "pip 26.0 from /opt/site packages/pip (python 3.11)\n";
        assert_eq!(public(Fake::default()), None);
        let beside = Fake::default().with("python3 ", "https://index.example/simple\n");
        assert_eq!(public(beside).as_deref(), Some("https://index.example/simple"));
        let apart =
            Fake::default().with("pip --version", pip).with("python /opt/site packages", "https://x.example");
        assert_eq!(public(apart).as_deref(), Some("https://x.example"));
        assert_eq!(public(Fake::default().with("pip --version", "no pip")), None);
    }
}
