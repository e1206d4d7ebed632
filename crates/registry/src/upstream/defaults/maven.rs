//! The public Maven repositories that AWS's five names stand for.

use super::{Candidate, Clients};
use crate::upstream::credentials::Credentials;
use crate::upstream::name::Connection;
use reqwest::Url;

/// Where each repository is, as its operator documents it.
const PUBLIC: [(&str, &str); 5] = [
    ("public:maven-central", "https://repo.maven.apache.org/maven2/"),
    ("public:maven-googleandroid", "https://dl.google.com/dl/android/maven2/"),
    ("public:maven-gradleplugins", "https://plugins.gradle.org/m2/"),
    ("public:maven-commonsware", "https://repo.commonsware.com/"),
    ("public:maven-clojars", "https://repo.clojars.org/"),
];

/// What Maven says about one connection.
pub(super) struct Maven {
    connection: Connection,
}

impl Maven {
    pub(super) fn of(connection: Connection) -> Self {
        Self { connection }
    }
}

impl Clients for Maven {
    fn registries(&self) -> Vec<Candidate> {
        Vec::new()
    }

    fn credentials(&self, _registry: &Url) -> Option<Credentials> {
        None
    }

    fn public(&self) -> Option<String> {
        let found = PUBLIC.iter().find(|(name, _)| *name == self.connection.name);
        found.map(|(_, url)| (*url).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::name::{CONNECTIONS, Format};

    #[test]
    fn every_maven_name_leads_somewhere() {
        for connection in CONNECTIONS.into_iter().filter(|connection| connection.format == Format::Maven) {
            let url = Maven::of(connection).public().unwrap();
            assert!(Url::parse(&url).is_ok() && url.ends_with('/'), "{url}");
        }
    }
}
