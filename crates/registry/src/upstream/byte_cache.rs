//! A cache that is bounded by what its entries weigh: the least recently used go first.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Entries by key, each with a weight in bytes.
#[derive(Debug)]
pub struct ByteCache<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by when they were last used.
    order: BTreeMap<u64, K>,
    uses: u64,
    bytes: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Eq + Hash + Clone, V> ByteCache<K, V> {
    /// Makes an empty cache for so many bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), uses: 0, bytes: 0, bytes_max }
    }

    /// Looks an entry up and marks it as used.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        let entry = self.entries.get_mut(key)?;
        self.uses += 1;
        let key = self.order.remove(&entry.used)?;
        entry.used = self.uses;
        self.order.insert(self.uses, key);
        Some(&mut entry.value)
    }

    /// Keeps an entry, in place of one with the same key; drops others until it fits. One that never fits is not kept.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.bytes_max {
            return;
        }
        while self.bytes + bytes > self.bytes_max {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.bytes -= entry.bytes;
            }
        }
        self.uses += 1;
        self.bytes += bytes;
        self.order.insert(self.uses, key.clone());
        self.entries.insert(key, Entry { value, bytes, used: self.uses });
    }

    /// Drops an entry.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.used);
        self.bytes -= entry.bytes;
        Some(entry.value)
    }

    /// Drops all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
        self.bytes = 0;
    }

    /// The weight of all entries.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_entries_make_room() {
        let mut cache = ByteCache::new(10);
        cache.put("a", 1, 4);
        cache.put("b", 2, 4);
        assert_eq!(cache.get(&"a").copied(), Some(1));
        cache.put("c", 3, 4);
        assert_eq!((cache.get(&"b").copied(), cache.bytes(), cache.len()), (None, 8, 2));
        assert_eq!((cache.get(&"a").copied(), cache.get(&"c").copied()), (Some(1), Some(3)));
    }

    #[test]
    fn an_entry_replaces_its_predecessor_and_its_weight() {
        let mut cache = ByteCache::new(10);
        cache.put("a", 1, 8);
        cache.put("a", 2, 3);
        assert_eq!((cache.get(&"a").copied(), cache.bytes()), (Some(2), 3));
        assert_eq!(cache.remove(&"a"), Some(2));
        assert!(cache.is_empty() && cache.bytes() == 0 && cache.order.is_empty());
    }

    #[test]
    fn what_never_fits_is_not_kept_and_drops_nothing_else() {
        let mut cache = ByteCache::new(10);
        cache.put("a", 1, 10);
        cache.put("b", 2, 11);
        assert_eq!((cache.get(&"a").copied(), cache.get(&"b").copied()), (Some(1), None));
        cache.put("a", 3, 11);
        assert!(cache.is_empty());
    }
}
