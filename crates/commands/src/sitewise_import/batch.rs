//! Rows that go in one request: up to ten entries of up to ten values.

use serde_json::{Value, json};

use super::Refused;
use super::columns::{Row, Target};
use super::record::Record;

const ENTRIES_MAX: usize = 10;
const VALUES_MAX: usize = 10;

/// Rows of one request, in the order of the file.
#[derive(Default)]
pub struct Batch {
    entries: Vec<Entry>,
}

struct Entry {
    target: Target,
    rows: Vec<(Row, Record)>,
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.iter().map(|entry| entry.rows.len()).sum()
    }

    /// Says whether a row fits in.
    pub fn has_room(&self, row: &Row) -> bool {
        self.entries.len() < ENTRIES_MAX || self.place(row).is_some()
    }

    /// The last entry of a row's target, if it has room.
    fn place(&self, row: &Row) -> Option<usize> {
        let last = self.entries.iter().rposition(|entry| entry.target == row.target)?;
        (self.entries[last].rows.len() < VALUES_MAX).then_some(last)
    }

    pub fn add(&mut self, row: Row, record: Record) {
        match self.place(&row) {
            Some(place) => self.entries[place].rows.push((row, record)),
            None => self.entries.push(Entry { target: row.target.clone(), rows: vec![(row, record)] }),
        }
    }

    /// The request.
    pub fn input(&self) -> Value {
        let entries: Vec<Value> =
            self.entries.iter().enumerate().map(|(number, entry)| entry.input(number)).collect();
        json!({ "entries": entries, "enablePartialEntryProcessing": true })
    }

    /// Takes the rows apart, each in a batch of its own.
    pub fn single(self) -> impl Iterator<Item = Self> {
        self.entries.into_iter().flat_map(|entry| {
            let Entry { target, rows } = entry;
            rows.into_iter()
                .map(move |row| Self { entries: vec![Entry { target: target.clone(), rows: vec![row] }] })
        })
    }

    /// Says that all rows are refused.
    pub fn refused_all(&self, code: &str, message: &str) -> Vec<Refused> {
        let rows = self.entries.iter().flat_map(|entry| &entry.rows);
        let refused = |(_, record): &(Row, Record)| Refused {
            line: record.line,
            code: code.to_owned(),
            message: message.to_owned(),
            raw: record.raw.clone(),
        };
        rows.map(refused).collect()
    }

    /// Finds the rows that an answer refuses, in the order of the file.
    pub fn refused(&self, answer: &Value) -> Vec<Refused> {
        let mut refused = Vec::new();
        for error in answer["errorEntries"].as_array().into_iter().flatten() {
            let number = error["entryId"].as_str().and_then(|id| id.parse::<usize>().ok());
            let Some(entry) = number.and_then(|number| self.entries.get(number)) else { continue };
            for error in error["errors"].as_array().into_iter().flatten() {
                let word = |member: &str| error[member].as_str().unwrap_or("(nothing said)").to_owned();
                let timestamps = error["timestamps"].as_array().filter(|timestamps| !timestamps.is_empty());
                let meant = |row: &Row| timestamps.is_none_or(|all| all.iter().any(|one| row.is_at(one)));
                for (_, record) in entry.rows.iter().filter(|(row, _)| meant(row)) {
                    refused.push(Refused {
                        line: record.line,
                        code: word("errorCode"),
                        message: word("errorMessage"),
                        raw: record.raw.clone(),
                    });
                }
            }
        }
        refused.sort_by_key(|refused| refused.line);
        refused.dedup_by_key(|refused| refused.line);
        refused
    }
}

impl Row {
    fn is_at(&self, timestamp: &Value) -> bool {
        timestamp["timeInSeconds"].as_i64() == Some(self.seconds)
            && timestamp["offsetInNanos"].as_i64().unwrap_or_default() == self.nanos
    }
}

impl Entry {
    fn input(&self, number: usize) -> Value {
        let value = |(row, _): &(Row, Record)| {
            json!({
                "timestamp": { "timeInSeconds": row.seconds, "offsetInNanos": row.nanos },
                "quality": row.quality,
                "value": row.value,
            })
        };
        let values: Vec<Value> = self.rows.iter().map(value).collect();
        match &self.target {
            Target::Alias(alias) => {
                json!({ "entryId": number.to_string(), "propertyAlias": alias, "propertyValues": values })
            }
            Target::Property(asset, property) => json!({
                "entryId": number.to_string(), "assetId": asset, "propertyId": property, "propertyValues": values,
            }),
        }
    }
}
