//! What a repository keeps of a version beside its gems: for each gem its line in the index and its specification.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::info::Line;
use super::spec::Gemspec;

/// What is kept of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its gems by the names of their files.
    #[serde(default)]
    pub gems: BTreeMap<String, Kept>,
    /// What may change beside the content.
    #[serde(default)]
    pub flags: Flags,
}

/// What is kept of a gem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its line in the index, as its registry writes it or as we do.
    pub line: String,
    /// What it says of itself.
    pub spec: Gemspec,
}

/// What may change beside the content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// When gems were published, in RFC 3339, by file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub since: BTreeMap<String, String>,
    /// The files of gems that were yanked while others of the version stay.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub yanked: BTreeSet<String>,
}

impl Record {
    /// The record of a version with one gem.
    pub fn of(spec: &Gemspec, line: &Line, since: Option<String>) -> Self {
        let file = spec.gem().file();
        let kept = Kept { line: line.text().to_owned(), spec: spec.clone() };
        let since = since.map(|since| (file.clone(), since)).into_iter().collect();
        let flags = Flags { since, yanked: BTreeSet::new() };
        Self { gems: BTreeMap::from([(file, kept)]), flags }
    }

    /// Reads what [`Record::write`] wrote; what is nothing of the kind holds no gems.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Writes it down.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Takes over the gems that it has not.
    pub fn add(&mut self, other: &Record) {
        for (file, kept) in &other.gems {
            self.gems.entry(file.clone()).or_insert_with(|| kept.clone());
        }
        for (file, since) in &other.flags.since {
            self.flags.since.entry(file.clone()).or_insert_with(|| since.clone());
        }
    }

    /// The gems that are not yanked.
    pub fn shown(&self) -> impl Iterator<Item = (&String, &Kept)> {
        self.gems.iter().filter(|(file, _)| !self.flags.yanked.contains(*file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_grows() {
        let spec = |platform: &str| Gemspec {
            name: "kit".into(),
            version: "1.0".into(),
            platform: platform.into(),
            ..Gemspec::default()
        };
        let of = |platform: &str| {
            Record::of(&spec(platform), &Line::of(&spec(platform), "ab"), Some("then".into()))
        };
        let mut record = of("ruby");
        record.add(&of("java"));
        record.add(&of("java"));
        assert_eq!(Record::read(&record.write()), record);
        record.flags.yanked.insert("kit-1.0-java.gem".into());
        let shown: Vec<&String> = record.shown().map(|(file, _)| file).collect();
        assert_eq!(shown, ["kit-1.0.gem"]);
        assert_eq!((Record::read("{"), Record::read("").gems.len()), (Record::default(), 0));
    }
}
