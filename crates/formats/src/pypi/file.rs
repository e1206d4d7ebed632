//! The names of distribution files: what kind of file it is, and of which version.

use super::name::ProjectName;
use super::version::{self, Version};

/// The longest name of a file that is read: the service's own limit on an asset's name.
pub const FILE_CHARS_MAX: usize = 255;

/// The ends of source distributions; of these only the first two are taken from publishers (PEP 625, PEP 527).
const SOURCE_ENDS: [&str; 7] = [".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.Z", ".tar"];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A built distribution (PEP 427).
    Wheel,
    /// A source distribution.
    Source,
    /// A built distribution of old.
    Egg,
}

/// What the name of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// What it is.
    pub kind: Kind,
    /// Its version, normalised where PEP 440 admits it.
    pub version: String,
}

impl FileName {
    /// Reads the name of a file of a project; `None` when it is no distribution of it, or no safe segment of a path.
    pub fn parse(project: &ProjectName, file: &str) -> Option<Self> {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+!~".contains(&byte);
        if file.len() > FILE_CHARS_MAX || !file.bytes().all(safe) || file.starts_with('.') {
            return None;
        }
        if let Some(stem) = file.strip_suffix(".whl") {
            return wheel(project, stem);
        }
        if let Some(stem) = file.strip_suffix(".egg") {
            let (version, _) = after_name(project, stem)?.split_once("-py")?;
            return Self::of(Kind::Egg, version);
        }
        let stem = SOURCE_ENDS.iter().find_map(|end| file.strip_suffix(end))?;
        Self::of(Kind::Source, after_name(project, stem)?)
    }

    fn of(kind: Kind, version: &str) -> Option<Self> {
        let version = version::normalised(version);
        // It becomes a segment of a path.
        let usable = !version.is_empty() && version != "." && version != "..";
        usable.then_some(Self { kind, version })
    }

    /// Whether publishers may bring a file of this name: wheels, and sources as `.tar.gz` or `.zip`.
    pub fn is_publishable(&self, file: &str) -> bool {
        match self.kind {
            Kind::Wheel => true,
            Kind::Source => SOURCE_ENDS[..2].iter().any(|end| file.ends_with(end)),
            Kind::Egg => false,
        }
    }
}

/// `{name}-{version}[-{build}]-{python}-{abi}-{platform}`
fn wheel(project: &ProjectName, stem: &str) -> Option<FileName> {
    let parts: Vec<&str> = stem.split('-').collect();
    let build = match parts.len() {
        5 => true,
        6 => parts[2].starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    };
    let named = ProjectName::parse(parts[0]).is_ok_and(|name| name == *project);
    if !build || !named || parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    // A hyphen inside a version is written as an underscore.
    FileName::of(Kind::Wheel, &parts[1].replace('_', "-"))
}

/// What follows the project's name and a hyphen; the name may have hyphens of its own.
fn after_name<'a>(project: &ProjectName, stem: &'a str) -> Option<&'a str> {
    let hyphens = stem.match_indices('-').map(|(place, _)| place);
    let mut ends = hyphens.filter(|end| ProjectName::parse(&stem[..*end]).is_ok_and(|name| name == *project));
    // The shortest name after which a version stands; without one, the longest.
    let all: Vec<usize> = ends.by_ref().collect();
    let exact = all.iter().find(|end| Version::parse(&stem[**end + 1..]).is_some());
    exact.or(all.last()).map(|end| &stem[*end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(project: &str, file: &str) -> Option<(Kind, String)> {
        let found = FileName::parse(&ProjectName::parse(project).unwrap(), file)?;
        Some((found.kind, found.version))
    }

    #[test]
    fn names_of_all_kinds_are_read() {
        for (file, kind, version) in [
            ("acme_demo_pkg-1.0-py3-none-any.whl", Kind::Wheel, "1.0"),
            (
                "Acme.Demo_Pkg-1.0+cpu.1-1local-cp311-cp311-manylinux_2_17_x86_64.whl",
                Kind::Wheel,
                "1.0+cpu.1",
            ),
            ("acme_demo_pkg-1.0_1-py2.py3-none-any.whl", Kind::Wheel, "1.0.post1"),
            ("acme_demo_pkg-1.0.tar.gz", Kind::Source, "1.0"),
            ("Acme-Demo.Pkg-1.0-beta1.zip", Kind::Source, "1.0b1"),
            ("acme-demo-pkg-2001-01-01.tar.bz2", Kind::Source, "2001-01-01"),
            ("acme_demo_pkg-1.0-py2.7.egg", Kind::Egg, "1.0"),
        ] {
            assert_eq!(parse("acme-demo-pkg", file), Some((kind, version.to_owned())), "{file}");
        }
    }

    #[test]
    fn other_files_are_no_distributions_of_the_project() {
        for file in [
            "",
            "acme-1.0.tar.gz",
            "acme_demo_pkg-1.0.exe",
            "acme_demo_pkg.tar.gz",
            "acme_demo_pkg-.tar.gz",
            "acme_demo_pkg-...tar.gz",
            "acme_demo_pkg-1.0-py3-none.whl",
            "acme_demo_pkg-1.0-x-py3-none-any.whl",
            "other-1.0-py3-none-any.whl",
            "acme_demo_pkg-1.0-py3-none-.whl",
            "../acme_demo_pkg-1.0.tar.gz",
            "acme_demo_pkg-1.0/x.tar.gz",
            "acme_demo_pkg-1.0 .tar.gz",
            "acme_demo_pkg-1.0\0.tar.gz",
        ] {
            assert_eq!(parse("acme-demo-pkg", file), None, "{file}");
        }
        let long = format!("acme-demo-pkg-1.0{}.tar.gz", "0".repeat(300));
        assert_eq!(parse("acme-demo-pkg", &long), None);
    }

    #[test]
    fn publishers_bring_wheels_and_two_kinds_of_sources() {
        let project = ProjectName::parse("a").unwrap();
        let publishable = |file: &str| FileName::parse(&project, file).unwrap().is_publishable(file);
        assert!(publishable("a-1-py3-none-any.whl") && publishable("a-1.tar.gz") && publishable("a-1.zip"));
        assert!(!publishable("a-1.tar.bz2") && !publishable("a-1-py3.egg") && !publishable("a-1.tgz"));
    }
}
