//! A project's page of the simple index, as another index gives it: its files, with what the page says of each.

use std::fmt;

use super::file::FileName;
use super::html;
use super::json;
use super::name::ProjectName;

/// How many files of a page are read; the largest public project has some 30,000.
pub const FILES_MAX: usize = 200_000;
/// The longest value of `requires-python` and of a reason to yank.
const TEXT_BYTES_MAX: usize = 4096;

/// A project's page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its files in the order of the page.
    pub files: Vec<File>,
    /// How many files were left out: they are no distributions of the project, or nothing proves their bytes.
    pub left_out: usize,
}

/// One file of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its version, normalised where PEP 440 admits it.
    pub version: String,
    /// Where it is, perhaps relative to the page.
    pub url: String,
    /// What proves its bytes; never empty.
    pub digests: Digests,
    /// Which versions of Python it is for.
    pub requires_python: Option<String>,
    /// Its length.
    pub size: Option<u64>,
    /// When it was uploaded, as the page writes it.
    pub upload_time: Option<String>,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
    /// Whether its metadata can be had without it.
    pub sidecar: Sidecar,
}

/// Digests in lower-case hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Option<String>,
    /// SHA-512.
    pub sha512: Option<String>,
    /// SHA-1.
    pub sha1: Option<String>,
    /// MD5.
    pub md5: Option<String>,
}

/// Whether `{file}.metadata` exists beside a file (PEP 658, PEP 714).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sidecar {
    /// It does not.
    #[default]
    None,
    /// It does, with an unknown content.
    Unproven,
    /// It does, with this SHA-256.
    Sha256(String),
}

/// Why a document is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// It is no JSON of the simple API; says why.
    Json(String),
    /// It names a version of the API that is not understood (PEP 629).
    Version(String),
    /// It has more than [`FILES_MAX`] files.
    TooMany,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(why) => write!(f, "the page is no JSON of the simple index: {why}"),
            Self::Version(version) => write!(f, "the page is of version {version} of the simple index"),
            Self::TooMany => write!(f, "the page has more than {FILES_MAX} files"),
        }
    }
}

impl std::error::Error for PageError {}

impl Page {
    /// Reads a project's page in the form that its Content-Type names: JSON, else HTML.
    pub fn read(project: &ProjectName, content_type: &str, text: &str) -> Result<Self, PageError> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.ends_with("json") { json::read(project, text) } else { html::read(project, text) }
    }

    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    /// How many bytes the page holds in memory, about.
    pub fn bytes(&self) -> usize {
        let texts = |file: &File| {
            let digests = &file.digests;
            let optional =
                [&file.requires_python, &file.upload_time, &file.yanked, &digests.sha256, &digests.sha512];
            file.name.len() + file.url.len() + optional.into_iter().flatten().map(String::len).sum::<usize>()
        };
        self.files.iter().map(|file| texts(file) + size_of::<File>()).sum()
    }

    /// Adds a file if it is a distribution of the project whose bytes can be proven.
    pub(super) fn add(&mut self, project: &ProjectName, mut file: File) -> Result<(), PageError> {
        if self.files.len() >= FILES_MAX {
            return Err(PageError::TooMany);
        }
        let named = FileName::parse(project, &file.name);
        let Some(named) = named.filter(|_| !file.digests.is_empty() && !file.url.is_empty()) else {
            self.left_out += 1;
            return Ok(());
        };
        file.version = named.version;
        file.requires_python = file.requires_python.filter(|text| !text.is_empty()).and_then(bounded);
        file.upload_time = file.upload_time.filter(|text| text.len() <= 64);
        file.yanked = file.yanked.map(|text| bounded(text).unwrap_or_default());
        self.files.push(file);
        Ok(())
    }
}

impl Digests {
    /// Takes note of a digest, if it is one of those that are computed here.
    pub fn set(&mut self, algorithm: &str, value: &str) {
        let (place, length) = match algorithm {
            "sha256" => (&mut self.sha256, 64),
            "sha512" => (&mut self.sha512, 128),
            "sha1" => (&mut self.sha1, 40),
            "md5" => (&mut self.md5, 32),
            _ => return,
        };
        if value.len() == length && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            *place = Some(value.to_ascii_lowercase());
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Compares with what was computed; names the first digest that differs.
    pub fn verify(&self, computed: &Digests) -> Result<(), String> {
        let all = [
            ("SHA-512", &self.sha512, &computed.sha512),
            ("SHA-256", &self.sha256, &computed.sha256),
            ("SHA-1", &self.sha1, &computed.sha1),
            ("MD5", &self.md5, &computed.md5),
        ];
        for (algorithm, promised, found) in all {
            if let (Some(promised), Some(found)) = (promised, found)
                && promised != found
            {
                return Err(format!("{algorithm} is {found}, but {promised} was promised"));
            }
        }
        Ok(())
    }
}

impl Sidecar {
    /// Reads `true` or `sha256=…` (HTML).
    pub(super) fn of_attribute(value: &str) -> Self {
        let mut digests = Digests::default();
        if let Some((algorithm, digest)) = value.split_once('=') {
            digests.set(algorithm, digest);
        }
        digests.sha256.map_or(Self::Unproven, Self::Sha256)
    }
}

/// Writes a digest as indexes do, in lower-case hexadecimal.
pub fn hexadecimal(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn bounded(text: String) -> Option<String> {
    (text.len() <= TEXT_BYTES_MAX).then_some(text)
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
