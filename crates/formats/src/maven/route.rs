//! What a path of a Maven repository names: the part of the URL after the repository, still percent-encoded.

use super::checksum::Algorithm;
use super::name::{PackageName, is_segment};
use super::snapshot::{Build, is_snapshot};

/// The name of the documents that list versions, builds and plugins.
pub const METADATA: &str = "maven-metadata.xml";
/// Most segments of a path: a group has at most 255 characters.
const SEGMENTS_MAX: usize = 140;

/// What is asked for: a thing, or a checksum of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The thing.
    pub target: Target,
    /// The kind of checksum, if one is asked for.
    pub checksum: Option<Algorithm>,
}

/// A thing in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `{group}/{artifact}/{version}/{file}`
    File(FilePath),
    /// `{group}/{artifact}/maven-metadata.xml`: the versions of a package. The same path lists the plugins of the group
    /// that has the artifact as its last part; only the document tells.
    Metadata(PackageName),
    /// `{group}/{artifact}/{version}-SNAPSHOT/maven-metadata.xml`: the builds of a snapshot.
    SnapshotMetadata(PackageName, String),
    /// A path that names none of these: a folder, or a file outside every version.
    Elsewhere,
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FilePath {
    /// The package.
    pub package: PackageName,
    /// The version's folder: `1.0`, `1.0-SNAPSHOT`.
    pub folder: String,
    /// The name of the file.
    pub file: String,
    /// The build that a file in a snapshot's folder belongs to.
    pub build: Option<Build>,
}

/// A path that no repository has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPath;

impl FilePath {
    /// The version that the file belongs to: that of the build, or the folder's.
    pub fn version(&self) -> String {
        self.build.as_ref().map_or_else(|| self.folder.clone(), Build::to_string)
    }

    /// Whether it lies in the folder of a snapshot without saying of which build.
    pub fn is_without_build(&self) -> bool {
        is_snapshot(&self.folder) && self.build.is_none()
    }

    /// Whether it is the POM of its version.
    pub fn is_pom(&self) -> bool {
        self.file == format!("{}-{}.pom", self.package.artifact(), self.version())
    }

    /// Another file of the same version: its name ends with this instead.
    #[must_use]
    pub fn sibling(&self, suffix: &str) -> Self {
        Self { file: format!("{}-{}{suffix}", self.package.artifact(), self.version()), ..self.clone() }
    }

    /// The path below the repository, percent-encoded.
    pub fn encoded(&self) -> String {
        format!("{}/{}/{}", encoded_folder(&self.package), encoded(&self.folder), encoded(&self.file))
    }
}

impl Route {
    /// Reads a path. Empty segments at its start say nothing; each segment is decoded once.
    pub fn parse(path: &str) -> Result<Self, BadPath> {
        let mut segments = Vec::new();
        for segment in path.trim_start_matches('/').split('/') {
            if segments.len() == SEGMENTS_MAX {
                return Err(BadPath);
            }
            segments.push(decode(segment)?);
        }
        let Some((file, folders)) = segments.split_last() else { return Err(BadPath) };
        let (file, checksum) = match Algorithm::split(file) {
            Some((file, algorithm)) => (file, Some(algorithm)),
            None => (file.as_str(), None),
        };
        if folders.iter().any(|folder| !is_segment(folder)) || !file.is_empty() && !is_segment(file) {
            return Err(BadPath);
        }
        if file.is_empty() || Algorithm::split(file).is_some() {
            return Ok(Self { target: Target::Elsewhere, checksum: None });
        }
        Ok(Self { target: target(folders, file)?, checksum })
    }
}

fn target(folders: &[String], file: &str) -> Result<Target, BadPath> {
    if file == METADATA {
        return match folders {
            [group @ .., artifact, version] if is_snapshot(version) && !group.is_empty() => {
                Ok(Target::SnapshotMetadata(package(group, artifact)?, version.clone()))
            }
            [group @ .., artifact] if !group.is_empty() => Ok(Target::Metadata(package(group, artifact)?)),
            _ => Ok(Target::Elsewhere),
        };
    }
    let [group @ .., artifact, folder] = folders else { return Ok(Target::Elsewhere) };
    if group.is_empty() {
        return Ok(Target::Elsewhere);
    }
    let package = package(group, artifact)?;
    let build = Build::of_file(artifact, folder, file).map(|(build, _)| build);
    Ok(Target::File(FilePath { package, folder: folder.clone(), file: file.to_owned(), build }))
}

/// The package of a folder. A dot inside a segment of the group would spell the same group by another path.
fn package(group: &[String], artifact: &str) -> Result<PackageName, BadPath> {
    if group.iter().any(|segment| segment.contains('.')) {
        return Err(BadPath);
    }
    PackageName::new(&group.join("."), artifact).map_err(|_| BadPath)
}

/// The folder of a package below a repository, percent-encoded.
pub fn encoded_folder(package: &PackageName) -> String {
    let folder = package.folder();
    folder.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// The path of the document that lists the versions of a package.
pub fn metadata_path(package: &PackageName) -> String {
    format!("{}/{METADATA}", encoded_folder(package))
}

fn encoded(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    text
}

fn decode(segment: &str) -> Result<String, BadPath> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = rest.next().and_then(hex).ok_or(BadPath)?;
                let low = rest.next().and_then(hex).ok_or(BadPath)?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| BadPath)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> FilePath {
        match Route::parse(path).unwrap() {
            Route { target: Target::File(file), checksum: None } => file,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn files_belong_to_versions() {
        let jar = file("com/acme/tools/lib/1.0/lib-1.0-sources.jar");
        assert_eq!((jar.package.to_string().as_str(), jar.version().as_str()), ("com.acme.tools:lib", "1.0"));
        assert_eq!((jar.file.as_str(), jar.is_without_build()), ("lib-1.0-sources.jar", false));
        assert_eq!(jar.encoded(), "com/acme/tools/lib/1.0/lib-1.0-sources.jar");
        assert_eq!(jar.sibling(".pom").file, "lib-1.0.pom");
        assert!(jar.sibling(".pom").is_pom() && !jar.is_pom());
        let odd = file("/junit/junit/4%2B1/ivy-4+1.xml");
        assert_eq!((odd.version().as_str(), odd.file.as_str()), ("4+1", "ivy-4+1.xml"));
    }

    #[test]
    fn files_of_snapshots_belong_to_builds() {
        let jar = file("com/acme/lib/1.0-SNAPSHOT/lib-1.0-20210728.194552-1.jar");
        assert_eq!((jar.version().as_str(), jar.folder.as_str()), ("1.0-20210728.194552-1", "1.0-SNAPSHOT"));
        assert_eq!(jar.sibling(".pom").encoded(), "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20210728.194552-1.pom");
        let old = file("com/acme/lib/1.0-SNAPSHOT/lib-1.0-SNAPSHOT.jar");
        assert!(old.is_without_build());
        assert_eq!(old.version(), "1.0-SNAPSHOT");
    }

    #[test]
    fn metadata_and_checksums_are_told_apart() {
        let package = PackageName::new("com.acme", "lib").unwrap();
        let parse = |path| Route::parse(path).unwrap();
        assert_eq!(
            parse("com/acme/lib/maven-metadata.xml"),
            Route { target: Target::Metadata(package.clone()), checksum: None }
        );
        assert_eq!(
            parse("com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml.sha1"),
            Route {
                target: Target::SnapshotMetadata(package, "1.0-SNAPSHOT".to_owned()),
                checksum: Some(Algorithm::Sha1)
            }
        );
        let sum = parse("com/acme/lib/1.0/lib-1.0.jar.asc.sha512");
        assert!(matches!(&sum.target, Target::File(path) if path.file == "lib-1.0.jar.asc"));
        assert_eq!(sum.checksum, Some(Algorithm::Sha512));
    }

    #[test]
    fn other_paths_name_nothing() {
        for path in [
            "",
            "/",
            "com/",
            "com/acme/lib/1.0/",
            "maven-metadata.xml",
            "a/maven-metadata.xml",
            "a/1/f.jar",
            "a/b/c.jar",
            "a/b/1/x.sha1.sha1",
            ".index/x",
        ] {
            let found = Route::parse(path).map(|route| route.target);
            assert!(matches!(found, Ok(Target::Elsewhere)), "{path}: {found:?}");
        }
        for path in [
            "a//b/1/f.jar",
            "a/../b/1/f.jar",
            "a/b/%2e%2e/f.jar",
            "a/b/1/%2e%2e%2ff",
            "a.b/c/1/f.jar",
            "a/b/1/f%00.jar",
            "a/b/1/f%2.jar",
            "a/b/1/f%ff.jar",
            "a/b/1/f .jar",
            "a/b/1/..",
        ] {
            assert_eq!(Route::parse(path), Err(BadPath), "{path}");
        }
    }
}
