//! Remembers where targets lead, until something is written that may change it.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::route::{Route, Target};
use crate::place::Place;

/// Locks over what is remembered.
const SHARDS: usize = 32;

/// Targets that are remembered under one lock at most, so that a flood of aliases does not fill the memory; all
/// together two million.
const REMEMBERED_MAX: usize = 65_536;

/// Operations after which a target may lead elsewhere; all others leave every stream where it was.
const LEAD_ELSEWHERE: &[&str] = &[
    "AssociateTimeSeriesToAssetProperty",
    "CreateAssetModelCompositeModel",
    "DeleteAsset",
    "DeleteAssetModel",
    "DeleteAssetModelCompositeModel",
    "DeleteAssetModelInterfaceRelationship",
    "DeleteTimeSeries",
    "DisassociateTimeSeriesFromAssetProperty",
    "PutAssetModelInterfaceRelationship",
    "PutStorageConfiguration",
    "UpdateAssetModel",
    "UpdateAssetModelCompositeModel",
    "UpdateAssetProperty",
];

/// Says whether an operation may lead targets elsewhere.
pub fn leads_elsewhere(operation: &str) -> bool {
    LEAD_ELSEWHERE.binary_search(&operation).is_ok()
}

/// How often something was written that may have led targets elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(u64);

/// What is remembered of one target.
#[derive(Clone, Copy)]
struct Remembered {
    age: Age,
    route: Route,
}

/// Targets by the hash of everything that names them: their place and themselves.
type Shard = HashMap<Key, Remembered>;

/// What names a target: its place, in one text with it, and how it names the stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Alias(Box<str>),
    /// Account and Region hashed, asset and property as numbers: a property takes 40 bytes, not 130.
    Property(u64, u128, u128),
}

/// Remembers where targets lead.
pub struct Directory {
    age: AtomicU64,
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            age: AtomicU64::new(0),
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
        }
    }
}

impl Directory {
    /// Answers the age of what is looked up from now on; it is taken before the rows are read.
    pub fn age(&self) -> Age {
        Age(self.age.load(Ordering::Acquire))
    }

    /// Forgets everything.
    pub fn look_again(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
    }

    /// Answers where a target leads, if it is remembered.
    pub fn get(&self, place: Place<'_>, target: &Target<'_>) -> Option<Route> {
        let key = self.key(place, target)?;
        let shard = self.shard(&key).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(&key).filter(|remembered| remembered.age == self.age()).map(|remembered| remembered.route)
    }

    /// Remembers where a target led at an age.
    pub fn put(&self, place: Place<'_>, target: &Target<'_>, route: Route, age: Age) {
        let Some(key) = self.key(place, target) else { return };
        let mut shard = self.shard(&key).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= REMEMBERED_MAX && !shard.contains_key(&key) {
            shard.clear();
        }
        shard.insert(key, Remembered { age, route });
    }

    fn key(&self, place: Place<'_>, target: &Target<'_>) -> Option<Key> {
        let Place { account, region } = place;
        match target {
            Target::Alias(alias) => Some(Key::Alias(format!("{account}/{region}/{alias}").into())),
            Target::Property { asset, property } => {
                Some(Key::Property(self.hasher.hash_one((account, region)), uuid(asset)?, uuid(property)?))
            }
        }
    }

    fn shard(&self, key: &Key) -> &RwLock<Shard> {
        let hash = self.hasher.hash_one(key);
        &self.shards[usize::try_from(hash % SHARDS as u64).unwrap_or_default()]
    }
}

/// Reads a UUID as a number; anything else is not remembered.
fn uuid(text: &str) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    let mut number = 0_u128;
    for (i, byte) in text.bytes().enumerate() {
        let digit = match byte {
            b'-' if matches!(i, 8 | 13 | 18 | 23) => continue,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::route::Source;
    use super::*;
    use crate::asset_model::property::DataType;

    const PLACE: Place<'static> = Place { account: "111122223333", region: "eu-west-1" };

    fn route() -> Route {
        Route {
            key: None,
            has_data: false,
            data_type: DataType::Double,
            source: Source::Stream,
            is_going: false,
        }
    }

    #[test]
    fn what_was_looked_up_is_remembered_until_something_is_written() {
        let directory = Directory::default();
        let alias = Target::Alias(Cow::Borrowed("/a/b"));
        let property = Target::Property {
            asset: Cow::Borrowed("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa"),
            property: Cow::Borrowed("a1b2c3d4-5678-90ab-cdef-22222bbbbbbb"),
        };
        for target in [&alias, &property] {
            assert_eq!(directory.get(PLACE, target), None);
            directory.put(PLACE, target, route(), directory.age());
            assert_eq!(directory.get(PLACE, target), Some(route()));
            let elsewhere = Place { region: "us-east-1", ..PLACE };
            assert_eq!(directory.get(elsewhere, target), None);
        }
        let age = directory.age();
        directory.look_again();
        assert_eq!(directory.get(PLACE, &alias), None);
        directory.put(PLACE, &alias, route(), age);
        assert_eq!(
            directory.get(PLACE, &alias),
            None,
            "what was read before the write is not believed after it"
        );
    }

    #[test]
    fn operations_that_lead_elsewhere_are_sorted_and_exist() {
        assert!(LEAD_ELSEWHERE.is_sorted());
        for name in LEAD_ELSEWHERE {
            assert!(model_sitewise::SPECS.iter().any(|spec| spec.name == *name), "{name}");
        }
        assert!(!leads_elsewhere("CreateAsset"));
    }
}
