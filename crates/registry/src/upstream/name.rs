//! The external connections that AWS knows: ten names, each of one format.

/// A package format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// npm
    Npm,
    /// pypi
    Pypi,
    /// maven
    Maven,
    /// nuget
    Nuget,
    /// generic
    Generic,
    /// ruby
    Ruby,
    /// swift
    Swift,
    /// cargo
    Cargo,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 8] = [
        Self::Npm,
        Self::Pypi,
        Self::Maven,
        Self::Nuget,
        Self::Generic,
        Self::Ruby,
        Self::Swift,
        Self::Cargo,
    ];

    /// The format in AWS's spelling, which is also its place in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Maven => "maven",
            Self::Nuget => "nuget",
            Self::Generic => "generic",
            Self::Ruby => "ruby",
            Self::Swift => "swift",
            Self::Cargo => "cargo",
        }
    }

    /// Reads AWS's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

/// A name that every installation knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// AWS's name.
    pub name: &'static str,
    /// The format of the repository behind it.
    pub format: Format,
}

/// AWS's ten names, as the API reference of AssociateExternalConnection lists them.
pub const CONNECTIONS: [Connection; 10] = [
    Connection { name: "public:npmjs", format: Format::Npm },
    Connection { name: "public:pypi", format: Format::Pypi },
    Connection { name: "public:maven-central", format: Format::Maven },
    Connection { name: "public:maven-googleandroid", format: Format::Maven },
    Connection { name: "public:maven-gradleplugins", format: Format::Maven },
    Connection { name: "public:maven-commonsware", format: Format::Maven },
    Connection { name: "public:maven-clojars", format: Format::Maven },
    Connection { name: "public:nuget-org", format: Format::Nuget },
    Connection { name: "public:ruby-gems-org", format: Format::Ruby },
    Connection { name: "public:crates-io", format: Format::Cargo },
];

impl Connection {
    /// Finds one of AWS's names.
    pub fn find(name: &str) -> Option<Self> {
        CONNECTIONS.into_iter().find(|connection| connection.name == name)
    }

    /// The name without `public:`, as configuration may also spell it.
    pub fn short(self) -> &'static str {
        self.name.strip_prefix("public:").unwrap_or(self.name)
    }

    /// The environment variable that says where this is, `HOMEREGION_UPSTREAM_NPMJS` for `public:npmjs`.
    pub fn variable(self) -> String {
        format!("HOMEREGION_UPSTREAM_{}", self.short().to_ascii_uppercase().replace('-', "_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_format_and_a_variable() {
        let npm = Connection::find("public:npmjs").unwrap();
        assert_eq!(
            (npm.format, npm.short(), npm.variable().as_str()),
            (Format::Npm, "npmjs", "HOMEREGION_UPSTREAM_NPMJS")
        );
        let central = Connection::find("public:maven-central").unwrap();
        assert_eq!(central.variable(), "HOMEREGION_UPSTREAM_MAVEN_CENTRAL");
        assert_eq!(Connection::find("public:elsewhere"), None);
        assert_eq!(Format::parse("pypi"), Some(Format::Pypi));
        assert_eq!(Format::parse("npmjs"), None);
    }
}
