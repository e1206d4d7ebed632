//! The names of packages: formats, coordinates, and the order of their versions.
//!
//! Rules on one value only. Whether a package exists is the repository's business.

use std::cmp::Ordering;
use std::fmt;

use formats::pypi::version as pypi;

/// A package format, by the name the API gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageFormat {
    /// JavaScript packages.
    Npm,
    /// Python distributions.
    Pypi,
    /// Java artifacts.
    Maven,
    /// .NET packages.
    Nuget,
    /// Files without a package manager.
    Generic,
    /// Ruby gems.
    Ruby,
    /// Swift packages.
    Swift,
    /// Rust crates.
    Cargo,
}

impl PackageFormat {
    /// All formats, in the order of the API model.
    pub const ALL: [PackageFormat; 8] = [
        PackageFormat::Npm,
        PackageFormat::Pypi,
        PackageFormat::Maven,
        PackageFormat::Nuget,
        PackageFormat::Generic,
        PackageFormat::Ruby,
        PackageFormat::Swift,
        PackageFormat::Cargo,
    ];

    /// Gives the name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            PackageFormat::Npm => "npm",
            PackageFormat::Pypi => "pypi",
            PackageFormat::Maven => "maven",
            PackageFormat::Nuget => "nuget",
            PackageFormat::Generic => "generic",
            PackageFormat::Ruby => "ruby",
            PackageFormat::Swift => "swift",
            PackageFormat::Cargo => "cargo",
        }
    }

    /// Reads the name on the wire.
    pub fn parse(text: &str) -> Option<PackageFormat> {
        PackageFormat::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// Tells whether packages of this format must have a namespace.
    pub fn needs_namespace(self) -> bool {
        self.namespace_rule() == NamespaceRule::Required
    }

    /// Tells whether packages of this format may have a namespace.
    pub fn takes_namespace(self) -> bool {
        self.namespace_rule() != NamespaceRule::None
    }

    fn namespace_rule(self) -> NamespaceRule {
        match self {
            PackageFormat::Maven | PackageFormat::Generic | PackageFormat::Swift => NamespaceRule::Required,
            PackageFormat::Npm => NamespaceRule::Optional,
            PackageFormat::Pypi | PackageFormat::Nuget | PackageFormat::Ruby | PackageFormat::Cargo => {
                NamespaceRule::None
            }
        }
    }
}

impl fmt::Display for PackageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NamespaceRule {
    Required,
    Optional,
    None,
}

/// Which package is meant, independent of the repository that holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coordinates {
    /// The package format.
    pub format: PackageFormat,
    /// The namespace without `@`, empty where the package has none.
    pub namespace: String,
    /// The name in the spelling the service stores.
    pub name: String,
}

impl Coordinates {
    /// Takes the three members of a request apart from their format's spelling rules.
    ///
    /// A leading `@` of an npm scope is tolerated; nuget ids and swift scopes and names become lower-case.
    /// The error is the sentence for the caller: an unknown format, or a namespace where none belongs, or none
    /// where one is needed.
    pub fn new(format: &str, namespace: Option<&str>, name: &str) -> Result<Coordinates, String> {
        let format =
            PackageFormat::parse(format).ok_or_else(|| format!("Unknown package format: {format}"))?;
        let namespace = namespace_of(format, namespace)?;
        let (namespace, name) = match format {
            PackageFormat::Nuget => (namespace, name.to_lowercase()),
            PackageFormat::Swift => (namespace.to_lowercase(), name.to_lowercase()),
            _ => (namespace, name.to_owned()),
        };
        Ok(Coordinates { format, namespace, name })
    }

    /// Names an npm package by its scope (without `@`, empty for none) and bare name.
    pub fn npm(scope: &str, name: &str) -> Coordinates {
        Coordinates { format: PackageFormat::Npm, namespace: scope.to_owned(), name: name.to_owned() }
    }

    /// Gives the namespace as the API shows it: absent where empty.
    pub fn namespace(&self) -> Option<String> {
        (!self.namespace.is_empty()).then(|| self.namespace.clone())
    }

    /// Gives the name people use: `@scope/name`, `group:artifact`, or the bare name.
    pub fn display_name(&self) -> String {
        match self.format {
            PackageFormat::Npm if !self.namespace.is_empty() => format!("@{}/{}", self.namespace, self.name),
            PackageFormat::Swift => format!("{}.{}", self.namespace, self.name),
            _ => self.name.clone(),
        }
    }
}

impl fmt::Display for Coordinates {
    /// Prints the package path of package groups: `/npm/scope/name`, `/pypi//requests`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}/{}", self.format, self.namespace, self.name)
    }
}

/// Applies the rule of namespace presence that every operation with a format shares.
pub(crate) fn namespace_of(format: PackageFormat, namespace: Option<&str>) -> Result<String, String> {
    let namespace = namespace.unwrap_or_default();
    let namespace = match format {
        PackageFormat::Npm => namespace.strip_prefix('@').unwrap_or(namespace),
        _ => namespace,
    };
    match (format.namespace_rule(), namespace.is_empty()) {
        (NamespaceRule::Required, true) => Err(format!("Packages of format {format} need a namespace")),
        (NamespaceRule::None, false) => {
            Err(format!("Packages of format {format} have no namespace, but '{namespace}' was given"))
        }
        _ => Ok(namespace.to_owned()),
    }
}

/// Gives a version in the spelling that its format stores: NuGet's are normalised, all others stay as they are.
pub fn stored_version(format: &str, version: &str) -> String {
    match PackageFormat::parse(format) {
        Some(PackageFormat::Nuget) => formats::nuget::version::normalised(version),
        _ => version.to_owned(),
    }
}

/// Orders two versions of one package, oldest first, as its package manager does; by their text where it takes both for
/// the same.
pub fn order_in(format: PackageFormat, left: &str, right: &str) -> Ordering {
    match format {
        PackageFormat::Maven => formats::maven::version::compare(left, right),
        PackageFormat::Nuget => formats::nuget::version::compare(left, right),
        PackageFormat::Ruby => formats::ruby::version::compare(left, right).then_with(|| left.cmp(right)),
        PackageFormat::Pypi => match (pypi::Version::parse(left), pypi::Version::parse(right)) {
            (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
            (None, None) => version_order(left, right),
            // What is no version comes first.
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
        _ => version_order(left, right),
    }
}

/// Orders two versions of one package, oldest first, by the rules of semantic versioning where both follow them
/// and by runs of digits and letters otherwise.
pub fn version_order(left: &str, right: &str) -> Ordering {
    let (left_core, left_pre) = split_version(left);
    let (right_core, right_pre) = split_version(right);
    runs(left_core, right_core)
        .then_with(|| match (left_pre.is_empty(), right_pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => runs(left_pre, right_pre),
        })
        .then_with(|| left.cmp(right))
}

/// Tells whether a version is a pre-release by the rules of semantic versioning.
pub fn is_prerelease(version: &str) -> bool {
    !split_version(version).1.is_empty()
}

fn split_version(version: &str) -> (&str, &str) {
    let without_build = version.split_once('+').map_or(version, |(before, _)| before);
    without_build.split_once('-').unwrap_or((without_build, ""))
}

/// Compares dot-separated identifiers: numbers by value and before words, words by their bytes, fewer first.
fn runs(left: &str, right: &str) -> Ordering {
    let mut left = left.split('.');
    let mut right = right.split('.');
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => identifier_order(a, b),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

fn identifier_order(left: &str, right: &str) -> Ordering {
    match (is_number(left), is_number(right)) {
        (true, true) => {
            let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.cmp(right),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_nuget_are_stored_normalised_and_others_as_they_are() {
        assert_eq!(stored_version("nuget", "12.0.03.0+x"), "12.0.3");
        assert_eq!(stored_version("npm", "12.0.03.0+x"), "12.0.03.0+x");
        assert_eq!(order_in(PackageFormat::Nuget, "1.0.0.1", "1.0.0"), Ordering::Greater);
    }

    #[test]
    fn the_namespace_rule_of_each_format_holds() {
        for format in PackageFormat::ALL {
            let with = Coordinates::new(format.as_str(), Some("space"), "thing");
            let without = Coordinates::new(format.as_str(), None, "thing");
            let expected = match format {
                PackageFormat::Maven | PackageFormat::Generic | PackageFormat::Swift => (true, false),
                PackageFormat::Npm => (true, true),
                _ => (false, true),
            };
            assert_eq!((with.is_ok(), without.is_ok()), expected, "{format}");
        }
    }

    #[test]
    fn names_are_stored_in_the_spelling_of_their_format() {
        let swift = Coordinates::new("swift", Some("Mona"), "LinkedList").unwrap();
        assert_eq!((swift.namespace.as_str(), swift.name.as_str()), ("mona", "linkedlist"));
        assert_eq!(Coordinates::new("nuget", None, "Newtonsoft.Json").unwrap().name, "newtonsoft.json");
        let npm = Coordinates::new("npm", Some("@Acme"), "JSONStream").unwrap();
        assert_eq!((npm.namespace.as_str(), npm.name.as_str()), ("Acme", "JSONStream"));
        assert_eq!(npm.display_name(), "@Acme/JSONStream");
        assert_eq!(npm.to_string(), "/npm/Acme/JSONStream");
    }

    #[test]
    fn versions_are_ordered_as_their_package_managers_do() {
        let ascending = |format, versions: &[&str]| {
            for pair in versions.windows(2) {
                assert_eq!(order_in(format, pair[0], pair[1]), Ordering::Less, "{pair:?}");
                assert_eq!(order_in(format, pair[1], pair[0]), Ordering::Greater, "{pair:?}");
            }
        };
        ascending(
            PackageFormat::Maven,
            &["1.0-alpha-1", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp", "1.0.1"],
        );
        ascending(PackageFormat::Pypi, &["1.0.dev1", "1.0a1", "1.0", "1.0.post1", "1!0.1"]);
        ascending(PackageFormat::Npm, &["1.0.0-rc.1", "1.0.0", "1.0.1"]);
        ascending(PackageFormat::Ruby, &["1.0.rc1", "1", "1.0", "1.0.1", "1.10"]);
    }

    #[test]
    fn versions_are_ordered_as_semantic_versioning_says() {
        let ordered = [
            "0.9.0",
            "0.10.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "10.0.0",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(version_order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(version_order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert!(is_prerelease("1.0.0-rc.1+build-5"));
        assert!(!is_prerelease("1.0.0+build-5"));
    }
}
