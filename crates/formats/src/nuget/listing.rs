//! The versions of a package as clients see them: those of several repositories and registries, put together.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::entry::Entry;
use super::version::Version;

/// One version that clients may have.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The version.
    pub version: Version,
    /// What is known of it.
    pub entry: Arc<Entry>,
    /// Whether searches and updates show it; if not, who names it gets it all the same.
    pub is_listed: bool,
    /// When it was published (RFC 3339).
    pub published: Option<String>,
    /// Why it should not be used any more, in the words of its registry.
    pub deprecation: Option<Arc<Value>>,
    /// What is known against it, likewise.
    pub vulnerabilities: Option<Arc<Value>>,
    /// Where its registry keeps the package.
    pub content: Option<String>,
    /// Where its registry keeps its entry of the catalog.
    pub catalog: Option<String>,
}

/// What one repository or registry has of a package.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The versions that it shows.
    pub versions: Vec<Listed>,
    /// The versions that it has and does not show, normalised: they are hidden further up, too.
    pub hidden: Vec<String>,
}

/// Puts the versions of all sources together, nearest first; the nearest source of a version stands for it. The result is
/// ordered, the oldest version first.
pub fn merge(sources: impl IntoIterator<Item = Source>) -> Vec<Listed> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for source in sources {
        let mut of_source = source.hidden;
        for listed in source.versions {
            let version = listed.version.normalised();
            if !seen.contains(&version) && !of_source.contains(&version) {
                seen.insert(version);
                all.push(listed);
            }
        }
        seen.extend(of_source.drain(..));
    }
    all.sort_by(|a, b| a.version.cmp(&b.version));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(version: &str, id: &str) -> Listed {
        Listed {
            version: Version::parse(version).unwrap(),
            entry: Arc::new(Entry { id: id.into(), version: version.into(), ..Entry::default() }),
            is_listed: true,
            published: None,
            deprecation: None,
            vulnerabilities: None,
            content: None,
            catalog: None,
        }
    }

    #[test]
    fn the_nearest_source_of_a_version_stands_for_it() {
        let near = Source { versions: vec![listed("2.0", "near")], hidden: vec!["1.0.0".into()] };
        let far = Source {
            versions: vec![
                listed("10.0", "far"),
                listed("1.0.0.0", "far"),
                listed("2.0.0+x", "far"),
                listed("1.0-a", "far"),
            ],
            hidden: vec![],
        };
        let merged = merge([near, far]);
        let shown: Vec<_> =
            merged.iter().map(|one| (one.version.normalised(), one.entry.id.as_str())).collect();
        let expected = [("1.0.0-a", "far"), ("2.0.0", "near"), ("10.0.0", "far")];
        assert_eq!(shown, expected.map(|(version, id)| (version.to_owned(), id)));
    }
}
