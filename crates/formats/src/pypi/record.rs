//! What is kept of a version beside its files: its metadata, and what the index says of each file. Stored as JSON, the
//! manifest of its row; what may change beside the content stands under `flags`, which no revision depends on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::page::{File, Sidecar};
use super::rendering::Shown;

/// The record of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The core metadata in JSON's form (PEP 566), without the description.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// The files by name.
    #[serde(default)]
    pub files: BTreeMap<String, Kept>,
    /// What may change.
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    pub flags: Flags,
}

/// What is kept of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its SHA-256.
    pub sha256: String,
    /// Its length.
    pub size: u64,
    /// Which versions of Python it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// When it was uploaded to where it was published first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<String>,
    /// The SHA-256 of the metadata in it, if that can be had without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_sha256: Option<String>,
}

/// What may change of a version without another revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Why files were yanked (may be empty), by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub yanked: BTreeMap<String, String>,
}

impl Flags {
    fn is_empty(&self) -> bool {
        self.yanked.is_empty()
    }
}

impl Record {
    /// Reads the manifest of a row; what cannot be read says nothing.
    pub fn read(manifest: &str) -> Self {
        serde_json::from_str(manifest).unwrap_or_default()
    }

    /// Writes the manifest of a row.
    pub fn write(&self) -> String {
        // Strings, numbers and maps by string: nothing in it cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Takes over what is known of files that are not here yet, and their metadata where there is none here.
    pub fn add(&mut self, other: &Record) {
        for (name, kept) in &other.files {
            if !self.files.contains_key(name) {
                self.files.insert(name.clone(), kept.clone());
                if let Some(reason) = other.flags.yanked.get(name) {
                    self.flags.yanked.insert(name.clone(), reason.clone());
                }
            }
        }
        if self.metadata.is_empty() {
            self.metadata.clone_from(&other.metadata);
        }
    }

    /// Takes over what the index says now of yanked files; files that it does not list stay as they are.
    pub fn take_over<'a>(&mut self, listed: impl Iterator<Item = &'a File>) {
        for file in listed.filter(|file| self.files.contains_key(&file.name)) {
            // As rows keep it.
            match file.yanked.as_ref().map(|reason| reason.replace('\0', "")) {
                Some(reason) => self.flags.yanked.insert(file.name.clone(), reason),
                None => self.flags.yanked.remove(&file.name),
            };
        }
    }

    /// Why the version was yanked, if all of its files were.
    pub fn yanked(&self) -> Option<String> {
        let mut reasons = self.files.keys().map(|name| self.flags.yanked.get(name));
        let first = reasons.next()??;
        reasons.all(|reason| reason.is_some()).then(|| first.clone())
    }

    /// Its files as a page shows them.
    pub fn shown<'a>(&'a self, version: &'a str) -> impl Iterator<Item = Shown> + 'a {
        self.files.iter().map(move |(name, kept)| Shown {
            name: name.clone(),
            version: version.to_owned(),
            digest: ("sha256", kept.sha256.clone()),
            requires_python: kept.requires_python.clone(),
            size: Some(kept.size),
            upload_time: kept.upload_time.clone(),
            yanked: self.flags.yanked.get(name).cloned(),
            sidecar: kept.metadata_sha256.clone().map_or(Sidecar::None, Sidecar::Sha256),
        })
    }
}

/// A file of another index as our page shows it. Its metadata can be had without it whenever it is a wheel: where the
/// other index does not offer that, it is read out of the wheel.
pub fn offered(file: &File) -> Shown {
    let digests = &file.digests;
    let all = [
        ("sha256", &digests.sha256),
        ("sha512", &digests.sha512),
        ("sha1", &digests.sha1),
        ("md5", &digests.md5),
    ];
    let digest = all.into_iter().find_map(|(name, value)| Some((name, value.clone()?))).unwrap_or_default();
    let is_wheel = file.name.strip_suffix(".whl").is_some();
    let sidecar =
        if file.sidecar == Sidecar::None && is_wheel { Sidecar::Unproven } else { file.sidecar.clone() };
    Shown {
        name: file.name.clone(),
        version: file.version.clone(),
        digest,
        requires_python: file.requires_python.clone(),
        size: file.size,
        upload_time: file.upload_time.clone(),
        yanked: file.yanked.clone(),
        sidecar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(digit: char) -> Kept {
        Kept { sha256: digit.to_string().repeat(64), size: 1, ..Kept::default() }
    }

    fn file(name: &str, yanked: Option<&str>) -> File {
        File { name: name.into(), yanked: yanked.map(str::to_owned), ..File::default() }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut record = Record::default();
        record.metadata.insert("name".into(), "a".into());
        record.files.insert("a-1.tar.gz".into(), kept('1'));
        let plain = record.write();
        assert!(!plain.contains("flags"), "{plain}");
        record.take_over([file("a-1.tar.gz", Some("bad")), file("other", Some("x"))].iter());
        assert_eq!(Record::read(&record.write()), record);
        assert_eq!(record.shown("1").next().unwrap().yanked.as_deref(), Some("bad"));
        record.take_over([file("a-1.tar.gz", None)].iter());
        assert_eq!(record.write(), plain);
        assert_eq!(Record::read("no record"), Record::default());
    }

    #[test]
    fn what_is_there_stays_when_more_comes() {
        let (mut one, mut two) = (Record::default(), Record::default());
        one.files.insert("a".into(), kept('1'));
        two.files.insert("a".into(), kept('2'));
        two.files.insert("b".into(), kept('3'));
        two.flags.yanked.insert("b".into(), String::new());
        two.metadata.insert("name".into(), "x".into());
        one.add(&two);
        assert_eq!((one.files["a"].clone(), one.files["b"].clone()), (kept('1'), kept('3')));
        assert_eq!(one.metadata["name"], "x");
        assert_eq!((one.flags.yanked.len(), one.yanked()), (1, None));
        one.flags.yanked.insert("a".into(), "both".into());
        assert_eq!(one.yanked().as_deref(), Some("both"));
        assert_eq!(Record::default().yanked(), None);
    }

    #[test]
    fn wheels_of_other_indexes_always_have_metadata() {
        let mut wheel = file("a-1-py3-none-any.whl", None);
        wheel.digests.set("md5", &"a".repeat(32));
        assert_eq!(offered(&wheel).sidecar, Sidecar::Unproven);
        assert_eq!(offered(&wheel).digest, ("md5", "a".repeat(32)));
        wheel.sidecar = Sidecar::Sha256("b".repeat(64));
        assert_eq!(offered(&wheel).sidecar, wheel.sidecar);
        assert_eq!(offered(&file("a-1.tar.gz", None)).sidecar, Sidecar::None);
    }
}
