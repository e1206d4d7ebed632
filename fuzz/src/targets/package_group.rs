//! The patterns of package groups, and the tags that set a release age.

use codeartifact::arn;
use codeartifact::domain::DomainKey;
use codeartifact::name::Coordinates;
use codeartifact::package_group::{Path, Pattern};
use codeartifact::release_age::Minimum;

pub(super) const WORDS: &[&str] = &[
    "/npm/",
    "/pypi//",
    "/maven/com.any",
    "/*",
    "~",
    "$",
    "*",
    "//",
    "-",
    "Lodash",
    "l0dash",
    "\u{430}",
    "\u{301}",
    "%2a",
    "72h",
    "36500d",
    "\n",
];

/// Lines: two patterns, a namespace, a name, the value of a tag.
pub(super) fn pattern(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (first, second) = (Pattern::parse(line()), Pattern::parse(line()));
    let path = Path::of(&Coordinates::npm(line(), line()));
    let age = Minimum::parse(line());
    crate::note((first.is_ok(), second.is_ok(), age.is_ok()));
    assert!(Pattern::root().strong(&path).is_some(), "every package belongs to a group");
    for pattern in [&first, &second].into_iter().flatten() {
        assert_eq!(Pattern::parse(pattern.as_str()).as_ref(), Ok(pattern), "what is kept reads back");
        let fits = (pattern.strong(&path), pattern.weak(&path));
        assert!(fits.0.is_none() || fits.1.is_some(), "{pattern} fits itself in every spelling");
        assert!(!pattern.covers(pattern) && !pattern.covers(&Pattern::root()), "{pattern} covers too much");
        assert!(pattern.is_root() || Pattern::root().covers(pattern), "{pattern} has no parent");
        let domain =
            DomainKey { account: "111122223333".into(), region: "eu-west-1".into(), name: "shop".into() };
        let named = arn::package_group("aws", &domain, pattern.as_str());
        let read = arn::Resource::PackageGroup(domain, pattern.as_str().to_owned());
        assert_eq!(arn::parse("aws", &named), Some(read), "{named}");
        crate::note((fits.0.is_some(), fits.1.is_some(), pattern.as_str().chars().next_back()));
    }
    if let (Ok(first), Ok(second)) = (&first, &second) {
        let (over, under) = (first.covers(second), second.covers(first));
        assert!(!(over && under), "{first} and {second} cover each other");
        assert!(!over || second.strong(&path).is_none() || first.strong(&path).is_some(), "{first} {second}");
        crate::note((over, under));
    }
}
