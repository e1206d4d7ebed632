//! Minimum release age: versions from public registries that are too young to be trusted are not shown and not handed
//! out, until the world had time to look at them.
//!
//! A package group sets it with a tag (`homeregion:minimum-release-age` = `72h`), its subgroups inherit it. It concerns
//! versions that came from outside the domain and those that connections offer; what the domain publishes itself has
//! no age. The age counts from when the public index says the version was uploaded, else from when somebody of this
//! domain first saw it listed. What a registry offers is filtered by the package endpoints with [`ReleaseAge::admits`];
//! what repositories hold, by `resolution`.

mod setting;
pub(crate) mod table;

pub(crate) use setting::check;
pub use setting::{AGE_KEY, EXEMPT_KEY, Minimum};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use formats::pypi::record::Record;
use model::Timestamp;
use store::{Error, Tx};

use crate::domain::DomainKey;
use crate::name::{Coordinates, PackageFormat};
use crate::package_group::Control;
use crate::package_version::{OriginType, StoredVersion};

/// What the groups of a domain demand of the versions of one package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The pattern of the group that sets the age.
    pub group: String,
    /// How old a version must be.
    pub minimum: Minimum,
    /// The versions that need no age.
    pub exempt: BTreeSet<String>,
}

/// The rule of one package at one moment, with what is known of the ages of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseAge {
    package: String,
    rule: Arc<Rule>,
    now: Timestamp,
    /// When versions were first listed, by the keys of their names.
    seen: BTreeMap<String, Timestamp>,
}

/// A version that is not handed out yet; prints as the sentence for whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooYoung {
    /// The package as people name it.
    pub package: String,
    /// The version.
    pub version: String,
    /// The pattern of the group that sets the age.
    pub group: String,
    /// How old it must be.
    pub minimum: Minimum,
    /// When it will be; `None` if the setting cannot be read.
    pub matures_at: Option<Timestamp>,
}

/// Reads how old the versions of a package must be now; `None` if any age will do.
///
/// Once it answered something, versions that are listed without a time are to be remembered with [`sight`].
pub fn of(tx: &mut Tx, domain: &DomainKey, package: &Coordinates) -> Result<Option<ReleaseAge>, Error> {
    let control = Control::of(tx, domain, package)?;
    match rule(&control) {
        Some(rule) => ReleaseAge::read(tx, domain, package, rule).map(Some),
        None => Ok(None),
    }
}

/// Says why a version that a repository holds is not handed out now; `None` if it is.
pub fn refusal(
    tx: &mut Tx,
    domain: &DomainKey,
    package: &Coordinates,
    version: &StoredVersion,
) -> Result<Option<TooYoung>, Error> {
    if version.origin.kind != OriginType::External {
        return Ok(None);
    }
    Ok(of(tx, domain, package)?.and_then(|age| age.refusal_of_stored(version)))
}

/// Says why one file of a version that a repository holds is not handed out now, be the version as old as it may: indexes
/// of Python projects take further files into old versions. `None` if it is, or if nothing is known of its age.
pub fn refusal_of_file(
    tx: &mut Tx,
    domain: &DomainKey,
    package: &Coordinates,
    version: &StoredVersion,
    file: &str,
) -> Result<Option<TooYoung>, Error> {
    if version.origin.kind != OriginType::External || package.format != PackageFormat::Pypi {
        return Ok(None);
    }
    let Some(age) = of(tx, domain, package)? else { return Ok(None) };
    let record = Record::read(&version.manifest);
    let uploaded_at = record.files.get(file).and_then(|kept| kept.upload_time.as_deref());
    let uploaded_at = uploaded_at.and_then(Timestamp::from_rfc3339);
    Ok(uploaded_at.and_then(|time| age.refusal(&version.version, Some(time))))
}

/// Gives the rule that a package's groups set: the age of the nearest group that sets one, the exempt versions of the
/// most specific group only.
pub(crate) fn rule(control: &Control) -> Option<Arc<Rule>> {
    let (group, minimum) = control.inherited(|group| group.release_age.as_deref().map(Minimum::stored))?;
    if minimum.is_nothing() {
        return None;
    }
    let exempt = control.own().and_then(|group| group.release_age_exempt.as_deref());
    let exempt = exempt.map(setting::exempt).unwrap_or_default();
    Some(Arc::new(Rule { group: group.to_string(), minimum, exempt }))
}

/// Remembers that versions were listed without a time, unless they were before.
pub fn sight(
    tx: &mut Tx,
    domain: &DomainKey,
    package: &Coordinates,
    versions: &[String],
) -> Result<(), Error> {
    for version in versions {
        table::put(tx, domain, package, version)?;
    }
    Ok(())
}

impl ReleaseAge {
    /// Reads what is known of the ages of a package's versions.
    pub(crate) fn read(
        tx: &mut Tx,
        domain: &DomainKey,
        package: &Coordinates,
        rule: Arc<Rule>,
    ) -> Result<ReleaseAge, Error> {
        let seen = table::all(tx, domain, package)?;
        Ok(ReleaseAge { package: package.display_name(), rule, now: tx.now(), seen })
    }

    /// Tells whether a version that a registry lists may be shown and fetched; `upstream_time` is when the registry
    /// says it was uploaded, if it says.
    pub fn admits(&self, version: &str, upstream_time: Option<Timestamp>) -> bool {
        self.refusal(version, upstream_time).is_none()
    }

    /// Says why a version is not shown and not fetched; `None` if it is.
    pub fn refusal(&self, version: &str, upstream_time: Option<Timestamp>) -> Option<TooYoung> {
        if self.rule.exempt.contains(version) {
            return None;
        }
        let since = upstream_time.or_else(|| self.seen_at(version));
        // What nobody saw before is seen now for the first time.
        let matures_at =
            self.rule.minimum.millis().map(|millis| since.unwrap_or(self.now).plus_millis(millis));
        if matures_at.is_some_and(|at| at <= self.now) {
            return None;
        }
        Some(TooYoung {
            package: self.package.clone(),
            version: version.to_owned(),
            group: self.rule.group.clone(),
            minimum: self.rule.minimum,
            matures_at,
        })
    }

    /// Says when a version that is not admitted now will be; `None` if it is admitted, or if nothing ever is.
    ///
    /// What was put together of a listing is right until the first of these moments.
    pub fn matures_at(&self, version: &str, upstream_time: Option<Timestamp>) -> Option<Timestamp> {
        self.refusal(version, upstream_time)?.matures_at
    }

    /// Picks the versions, of those that are listed without a time, that were never seen: they go to [`sight`].
    pub fn unseen<'a>(&self, versions: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        versions.into_iter().filter(|version| self.seen_at(version).is_none()).map(str::to_owned).collect()
    }

    /// Says why a version that a repository holds is not handed out under a rule; `None` if it is.
    pub(crate) fn refusal_of(
        tx: &mut Tx,
        domain: &DomainKey,
        package: &Coordinates,
        rule: Arc<Rule>,
        version: &StoredVersion,
    ) -> Result<Option<TooYoung>, Error> {
        if version.origin.kind != OriginType::External {
            return Ok(None);
        }
        Ok(ReleaseAge::read(tx, domain, package, rule)?.refusal_of_stored(version))
    }

    /// Says why a version that a repository holds is not handed out; `None` if it is.
    ///
    /// What was published in the domain has no age; a time that is not known is at most that of its arrival.
    pub fn refusal_of_stored(&self, version: &StoredVersion) -> Option<TooYoung> {
        if version.origin.kind != OriginType::External {
            return None;
        }
        let name = &version.version;
        let since =
            version.upstream_published_at.or_else(|| self.seen_at(name)).unwrap_or(version.published_at);
        self.refusal(name, Some(since))
    }

    fn seen_at(&self, version: &str) -> Option<Timestamp> {
        self.seen.get(table::seen_as(version).as_ref()).copied()
    }
}

impl fmt::Display for TooYoung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooYoung { package, version, group, minimum, matures_at } = self;
        match matures_at {
            Some(at) => write!(
                f,
                "version {version} of {package} is younger than the minimum release age of {minimum} that package \
                 group {group} sets; it becomes available at {}",
                at.to_rfc3339()
            ),
            None => write!(
                f,
                "version {version} of {package} is withheld: tag {AGE_KEY} of package group {group} cannot be read"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_millis(days * DAY_MS)
    }

    fn age(minimum: Minimum, exempt: &[&str], seen: &[(&str, i64)]) -> ReleaseAge {
        let exempt = exempt.iter().map(|version| (*version).to_owned()).collect();
        ReleaseAge {
            package: "kit".into(),
            rule: Arc::new(Rule { group: "/npm/*".into(), minimum, exempt }),
            now: at(10),
            seen: seen.iter().map(|(version, day)| ((*version).to_owned(), at(*day))).collect(),
        }
    }

    #[test]
    fn the_time_of_the_index_counts_and_else_the_first_sight() {
        let age = age(Minimum::Hours(72), &[], &[("2.0.0", 7), ("3.0.0", 8)]);
        assert!(age.admits("1.0.0", Some(at(7))));
        assert!(!age.admits("1.0.0", Some(at(8))));
        assert!(age.admits("2.0.0", None));
        assert!(!age.admits("3.0.0", None));
        assert!(!age.admits("2.0.0", Some(at(9))), "the index knows better");
        assert!(!age.admits("4.0.0", None), "what was never seen is new");
        assert!(!age.admits("4.0.0", Some(at(400))), "a time to come is no age");
        assert_eq!(age.matures_at("1.0.0", Some(at(8))), Some(at(11)));
        assert_eq!(age.matures_at("1.0.0", Some(at(7))), None);
        assert_eq!(age.matures_at("4.0.0", None), Some(at(13)));
        assert_eq!(age.unseen(["2.0.0", "4.0.0"]), ["4.0.0"]);
    }

    #[test]
    fn exempt_versions_need_no_age() {
        let age = age(Minimum::Never, &["1.0.1"], &[]);
        assert!(age.admits("1.0.1", Some(at(10))));
        assert!(!age.admits("1.0.0", Some(at(0))));
        assert_eq!(age.matures_at("1.0.0", Some(at(0))), None);
    }

    #[test]
    fn a_refusal_says_why_and_until_when() {
        let age = age(Minimum::Hours(72), &[], &[]);
        assert_eq!(
            age.refusal("1.0.0", Some(at(9))).unwrap().to_string(),
            "version 1.0.0 of kit is younger than the minimum release age of 3 days that package group /npm/* sets; \
             it becomes available at 1970-01-13T00:00:00Z"
        );
    }
}
