//! Rates of requests that the operator allows: a bucket of tokens for each class of requests and each asker.
//!
//! Nothing is limited unless a rate is set. A bucket holds what may come in one second, and fills evenly.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

/// A class of requests that has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// The name in the configuration file.
    pub name: &'static str,
    /// AWS's rate for it, in requests a second; for documentation.
    pub aws: u32,
    of: Of,
}

/// What falls into a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Reads,
    Writes,
    Operation(&'static str),
    Token,
    Address,
}

/// The classes that AWS documents for CodeArtifact.
pub const CLASSES: [Class; 11] = [
    Class { name: "read", aws: 800, of: Of::Reads },
    Class { name: "write", aws: 100, of: Of::Writes },
    operation("copy_package_versions", 5, "CopyPackageVersions"),
    operation("publish_package_version", 10, "PublishPackageVersion"),
    operation("get_authorization_token", 40, "GetAuthorizationToken"),
    operation("get_package_version_asset", 50, "GetPackageVersionAsset"),
    operation("list_packages", 200, "ListPackages"),
    operation("list_package_versions", 200, "ListPackageVersions"),
    operation("list_package_version_assets", 200, "ListPackageVersionAssets"),
    Class { name: "token", aws: 1200, of: Of::Token },
    Class { name: "address", aws: 600, of: Of::Address },
];

/// Most buckets that are remembered; full ones are forgotten first.
const BUCKETS_MAX: usize = 10_000;

const fn operation(name: &'static str, aws: u32, operation: &'static str) -> Class {
    Class { name, aws, of: Of::Operation(operation) }
}

/// What one request counts against.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// An operation of the API.
    Operation {
        /// Its name.
        name: &'a str,
        /// Whether it changes something.
        writes: bool,
        /// The account that calls it.
        account: &'a str,
    },
    /// A request at a package endpoint with a token.
    Endpoint {
        /// What tells the token from others.
        token: &'a str,
        /// Whether it changes something.
        writes: bool,
        /// The account of its bearer.
        account: &'a str,
    },
    /// A request at a package endpoint without one, from this address.
    Anonymous(&'a str),
}

/// The rates that are set, and what was asked lately; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    set: Arc<Vec<(Class, f64)>>,
    buckets: Arc<Mutex<HashMap<(&'static str, String), Bucket>>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl Rates {
    /// Takes the rates by the names of their classes; names that are none are left out.
    pub fn new(rates: &BTreeMap<String, f64>) -> Self {
        let set = CLASSES.into_iter().filter_map(|class| Some((class, *rates.get(class.name)?))).collect();
        Self { set: Arc::new(set), buckets: Arc::default() }
    }

    /// Lets a request in, or says after how many seconds it may come again.
    pub fn admit(&self, asked: Asked<'_>, now: Timestamp) -> Result<(), u64> {
        if self.set.is_empty() {
            return Ok(());
        }
        let counted: Vec<(&Class, f64, &str)> = self
            .set
            .iter()
            .filter_map(|(class, rate)| asked.subject(class).map(|subject| (class, *rate, subject)))
            .collect();
        let now_ms = now.millis();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > BUCKETS_MAX {
            buckets.retain(|(class, _), bucket| {
                let rate =
                    self.set.iter().find(|(known, _)| known.name == *class).map_or(1.0, |(_, rate)| *rate);
                bucket.filled(rate, now_ms).tokens < burst(rate)
            });
        }
        let mut taken = Vec::with_capacity(counted.len());
        for (class, rate, subject) in counted {
            let key = (class.name, subject.to_owned());
            let full = Bucket { tokens: burst(rate), at_ms: now_ms };
            let bucket = buckets.get(&key).map_or(full, |bucket| bucket.filled(rate, now_ms));
            if bucket.tokens < 1.0 {
                let seconds = ((1.0 - bucket.tokens) / rate).ceil().clamp(1.0, 3600.0);
                return Err(Duration::from_secs_f64(seconds).as_secs());
            }
            taken.push((key, Bucket { tokens: bucket.tokens - 1.0, ..bucket }));
        }
        buckets.extend(taken);
        Ok(())
    }
}

impl Asked<'_> {
    /// Whose bucket of a class the request draws on, if it falls into that class.
    fn subject(&self, class: &Class) -> Option<&str> {
        match (*self, class.of) {
            (Self::Operation { name, account, .. }, Of::Operation(limited)) if name == limited => {
                Some(account)
            }
            (
                Self::Operation { writes, account, .. } | Self::Endpoint { writes, account, .. },
                Of::Reads | Of::Writes,
            ) if writes == (class.of == Of::Writes) => Some(account),
            (Self::Endpoint { token, .. }, Of::Token) => Some(token),
            (Self::Anonymous(address), Of::Address) => Some(address),
            _ => None,
        }
    }
}

impl Bucket {
    /// The bucket after what has flowed in since.
    fn filled(self, rate: f64, now_ms: i64) -> Bucket {
        let passed_ms = u32::try_from((now_ms - self.at_ms).max(0)).unwrap_or(u32::MAX);
        let tokens = (self.tokens + f64::from(passed_ms) / 1000.0 * rate).min(burst(rate));
        Bucket { tokens, at_ms: now_ms.max(self.at_ms) }
    }
}

/// What may come at once: one second's worth (assumed), and never less than one request.
fn burst(rate: f64) -> f64 {
    rate.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(set: &[(&str, f64)]) -> Rates {
        Rates::new(&set.iter().map(|(name, rate)| ((*name).to_owned(), *rate)).collect())
    }

    fn read(account: &str) -> Asked<'_> {
        Asked::Operation { name: "DescribeDomain", writes: false, account }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn nothing_is_limited_unless_a_rate_is_set() {
        let rates = rates(&[]);
        assert!((0..100_000).all(|_| rates.admit(read("1"), at(0)).is_ok()));
    }

    #[test]
    fn a_second_holds_as_many_requests_as_the_rate_says_for_each_account() {
        let rates = rates(&[("read", 3.0)]);
        let admitted =
            |account: &str, ms| (0..10).filter(|_| rates.admit(read(account), at(ms)).is_ok()).count();
        assert_eq!((admitted("1", 0), admitted("1", 0), admitted("2", 0)), (3, 0, 3));
        assert_eq!(admitted("1", 400), 1, "a third of a second lets one more in");
        assert_eq!(admitted("1", 60_000), 3, "and a minute no more than a second");
        assert_eq!(rates.admit(read("1"), at(60_000)), Err(1));
        let write = Asked::Operation { name: "CreateDomain", writes: true, account: "1" };
        assert_eq!(rates.admit(write, at(60_000)), Ok(()));
    }

    #[test]
    fn a_refused_request_costs_nothing_anywhere() {
        let rates = rates(&[("read", 2.0), ("list_packages", 0.1)]);
        let list = Asked::Operation { name: "ListPackages", writes: false, account: "1" };
        assert_eq!(rates.admit(list, at(0)), Ok(()));
        assert_eq!(rates.admit(list, at(0)), Err(10));
        assert_eq!(rates.admit(read("1"), at(0)), Ok(()));
        assert_eq!(rates.admit(read("1"), at(0)), Err(1));
    }

    #[test]
    fn endpoints_count_by_token_and_by_address() {
        let rates = rates(&[("token", 1.0), ("address", 1.0)]);
        let endpoint = |token| Asked::Endpoint { token, writes: false, account: "1" };
        assert_eq!(rates.admit(endpoint("a"), at(0)), Ok(()));
        assert_eq!(rates.admit(endpoint("a"), at(0)), Err(1));
        assert_eq!(rates.admit(endpoint("b"), at(0)), Ok(()));
        assert_eq!(rates.admit(Asked::Anonymous("10.0.0.1"), at(0)), Ok(()));
        assert_eq!(rates.admit(Asked::Anonymous("10.0.0.1"), at(0)), Err(1));
    }

    #[test]
    fn idle_askers_are_forgotten() {
        let rates = rates(&[("address", 1.0)]);
        for number in 0..BUCKETS_MAX + 10 {
            rates.admit(Asked::Anonymous(&number.to_string()), at(0)).unwrap();
        }
        rates.admit(Asked::Anonymous("x"), at(5000)).unwrap();
        assert_eq!(rates.buckets.lock().unwrap().len(), 1);
    }
}
