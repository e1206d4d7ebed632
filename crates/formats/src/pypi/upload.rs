//! An upload's form: which file of which version it brings, and what it promises about the bytes.

use std::fmt;

use super::file::{FileName, Kind};
use super::metadata::CoreMetadata;
use super::name::{NameError, ProjectName};
use super::page::Digests;
use super::version::Version;

/// How much text the fields of a form may have in all; the longest is the description.
pub const FIELDS_BYTES_MAX: usize = 4 << 20;

/// What a form says of the file it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The project.
    pub project: ProjectName,
    /// The project's name as the publisher spells it.
    pub spelled_project: String,
    /// The version, normalised.
    pub version: String,
    /// The version as the publisher spells it.
    pub spelled_version: String,
    /// The name of the file.
    pub file: String,
    /// What the file is.
    pub kind: Kind,
    /// What the bytes have to be.
    pub digests: Digests,
    /// BLAKE2b of 256 bits, likewise.
    pub blake2_256: Option<String>,
    /// Which versions of Python the file is for.
    pub requires_python: Option<String>,
    /// The metadata as the form has it.
    pub metadata: CoreMetadata,
}

/// The rule that a form breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadError {
    /// `:action` is not `file_upload`.
    Action(String),
    /// `protocol_version` is not 1.
    Protocol(String),
    /// A field is missing.
    Missing(&'static str),
    /// `name` is no project's name.
    Name(NameError),
    /// `version` is not by PEP 440.
    Version(String),
    /// The file's name is not one of this project, or of a kind that is not taken.
    File(String),
    /// The file's name says another version.
    FileVersion(String, String),
    /// `filetype` does not fit the file's name.
    FileType(String, String),
    /// A digest is not hexadecimal of the right length.
    Digest(&'static str),
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(action) => write!(f, "field :action has to be file_upload, not '{action}'"),
            Self::Protocol(version) => write!(f, "field protocol_version has to be 1, not '{version}'"),
            Self::Missing(field) => write!(f, "field {field} is missing"),
            Self::Name(error) => write!(f, "field name: {error}"),
            Self::Version(version) => write!(f, "field version: '{version}' is no version by PEP 440"),
            Self::File(file) => write!(
                f,
                "the file name '{file}' has to be {{name}}-{{version}}….whl, .tar.gz or .zip with the project of field \
                 name"
            ),
            Self::FileVersion(file, version) => {
                write!(f, "the file name '{file}' is of another version than field version, '{version}'")
            }
            Self::FileType(file, kind) => {
                write!(f, "field filetype '{kind}' does not fit the file name '{file}'")
            }
            Self::Digest(field) => write!(f, "field {field} is no hexadecimal digest of its length"),
        }
    }
}

impl std::error::Error for UploadError {}

impl UploadError {
    /// Whether fields that are still to come may mend it.
    pub fn is_of_missing(&self) -> bool {
        match self {
            Self::Action(action) => action.is_empty(),
            Self::Missing(_) => true,
            _ => false,
        }
    }
}

impl Upload {
    /// Reads the fields of a form and the name of the file in its field `content`.
    ///
    /// Errors in this order: the action, the protocol, name, version, the file's name and type, digests.
    pub fn read(fields: &[(String, String)], file: &str) -> Result<Self, UploadError> {
        let get = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        let quoted = |text: &str| text.chars().take(100).collect::<String>();
        match get(":action") {
            Some("file_upload") => {}
            other => return Err(UploadError::Action(quoted(other.unwrap_or_default()))),
        }
        if let Some(version) = get("protocol_version").filter(|version| *version != "1") {
            return Err(UploadError::Protocol(quoted(version)));
        }
        let spelled_project =
            get("name").filter(|name| !name.is_empty()).ok_or(UploadError::Missing("name"))?;
        let project = ProjectName::parse(spelled_project).map_err(UploadError::Name)?;
        let spelled_version =
            get("version").filter(|version| !version.is_empty()).ok_or(UploadError::Missing("version"))?;
        let version =
            Version::parse(spelled_version).ok_or_else(|| UploadError::Version(quoted(spelled_version)))?;
        let named = FileName::parse(&project, file).filter(|named| named.is_publishable(file));
        let named = named.ok_or_else(|| UploadError::File(quoted(file)))?;
        if Version::parse(&named.version).as_ref() != Some(&version) {
            return Err(UploadError::FileVersion(quoted(file), quoted(spelled_version)));
        }
        let kind = get("filetype").ok_or(UploadError::Missing("filetype"))?;
        let fits = match named.kind {
            Kind::Wheel => kind == "bdist_wheel",
            Kind::Source => kind == "sdist",
            Kind::Egg => false,
        };
        if !fits {
            return Err(UploadError::FileType(quoted(file), quoted(kind)));
        }
        let (digests, blake2_256) = promised(get)?;
        Ok(Self {
            project,
            spelled_project: spelled_project.to_owned(),
            version: version.to_string(),
            spelled_version: spelled_version.to_owned(),
            file: file.to_owned(),
            kind: named.kind,
            digests,
            blake2_256,
            requires_python: get("requires_python").filter(|text| !text.is_empty()).map(str::to_owned),
            metadata: CoreMetadata::of_form(
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            ),
        })
    }
}

/// Reads the digests that a form has; empty ones count as absent.
fn promised<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<(Digests, Option<String>), UploadError> {
    let mut digests = Digests::default();
    for (field, algorithm) in [("sha256_digest", "sha256"), ("md5_digest", "md5")] {
        if let Some(value) = get(field).filter(|value| !value.is_empty()) {
            let before = digests.clone();
            digests.set(algorithm, value);
            if digests == before {
                return Err(UploadError::Digest(field));
            }
        }
    }
    let blake = get("blake2_256_digest").filter(|value| !value.is_empty()).map(str::to_ascii_lowercase);
    if blake
        .as_ref()
        .is_some_and(|value| value.len() != 64 || !value.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(UploadError::Digest("blake2_256_digest"));
    }
    Ok((digests, blake))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[(&str, &str)] = &[
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("metadata_version", "2.4"),
        ("name", "Acme_Demo"),
        ("version", "1.0-beta1"),
        ("filetype", "bdist_wheel"),
        ("requires_python", ">=3.8"),
        ("md5_digest", ""),
        ("sha256_digest", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ];
    const WHEEL: &str = "acme_demo-1.0b1-py3-none-any.whl";

    fn read(change: &[(&str, &str)], file: &str) -> Result<Upload, UploadError> {
        let mut fields: Vec<(String, String)> =
            GOOD.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            if *value != "-" {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        Upload::read(&fields, file)
    }

    #[test]
    fn a_form_names_one_file_of_one_version() {
        let upload = read(&[], WHEEL).unwrap();
        assert_eq!((upload.project.as_str(), upload.spelled_project.as_str()), ("acme-demo", "Acme_Demo"));
        assert_eq!((upload.version.as_str(), upload.spelled_version.as_str()), ("1.0b1", "1.0-beta1"));
        assert_eq!((upload.digests.sha256.unwrap(), upload.digests.md5), ("a".repeat(64), None));
        assert_eq!(upload.metadata.get("requires_python"), Some(">=3.8"));
        let source = read(&[("filetype", "sdist")], "Acme.Demo-1.0b1.tar.gz").unwrap();
        assert_eq!(source.kind, Kind::Source);
    }

    #[test]
    fn every_broken_rule_is_named() {
        for (change, file, sentence) in [
            (&[(":action", "submit")][..], WHEEL, "field :action has to be file_upload, not 'submit'"),
            (&[(":action", "-")], WHEEL, "field :action has to be file_upload, not ''"),
            (&[("protocol_version", "2")], WHEEL, "field protocol_version has to be 1, not '2'"),
            (&[("name", "-")], WHEEL, "field name is missing"),
            (&[("name", "a b")], WHEEL, "field name: a project's name is made of"),
            (&[("version", "")], WHEEL, "field version is missing"),
            (&[("version", "one")], WHEEL, "field version: 'one' is no version by PEP 440"),
            (&[("name", "other")], WHEEL, "the file name 'acme_demo-1.0b1-py3-none-any.whl' has to be"),
            (&[], "../acme_demo-1.0b1.tar.gz", "the file name '../acme_demo-1.0b1.tar.gz' has to be"),
            (&[], "acme_demo-1.0b1.tar.bz2", "the file name 'acme_demo-1.0b1.tar.bz2' has to be"),
            (
                &[("version", "1.0")],
                WHEEL,
                "the file name 'acme_demo-1.0b1-py3-none-any.whl' is of another version",
            ),
            (&[("filetype", "sdist")], WHEEL, "field filetype 'sdist' does not fit"),
            (&[("filetype", "-")], WHEEL, "field filetype is missing"),
            (&[("sha256_digest", "abc")], WHEEL, "field sha256_digest is no hexadecimal digest"),
            (&[("md5_digest", "zz")], WHEEL, "field md5_digest is no hexadecimal digest"),
            (&[("blake2_256_digest", "00")], WHEEL, "field blake2_256_digest is no hexadecimal digest"),
        ] {
            let error = read(change, file).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
    }
}
