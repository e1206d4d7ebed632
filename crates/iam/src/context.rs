//! What a request says about itself: condition keys and their values.

use std::collections::BTreeMap;

/// Condition keys with the values that they have in one request; the names of keys ignore letter case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Starts without any key.
    pub fn new() -> Context {
        Context::default()
    }

    /// Gives a key one value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_lowercase(), vec![value.into()]);
    }

    /// Gives a key any number of values; a key without values is as if it were absent.
    pub fn set_all(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        self.values.insert(key.to_lowercase(), values.into_iter().collect());
    }

    /// Gives the values of a key, whose name is in lower case; none where it is absent.
    pub(crate) fn get(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// Gives the value of a key that has exactly one.
    pub(crate) fn single(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            [value] => Some(value),
            _ => None,
        }
    }
}
