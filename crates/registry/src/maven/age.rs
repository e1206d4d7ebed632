//! Minimum release age: versions that a registry has and that are too young are neither listed nor fetched.
//!
//! Metadata do not say when each version was published; the registry's POM of the version does, by when it was changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::release_age::{self, ReleaseAge};
use formats::maven::name::PackageName;
use formats::maven::route::FilePath;
use formats::maven::version;
use futures_util::StreamExt as _;
use model::Timestamp;

use super::coordinates;
use crate::asset;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use crate::upstream::{Offered, Upstream};

/// Of how many versions the registry is asked when they were published, the highest first; of others it counts when they
/// were seen first.
const ASKED_MAX: usize = 256;
/// How many of these questions are under way at once.
const ASKING_MAX: usize = 16;

/// Reads what the domain's groups demand of the ages of a package.
pub(super) async fn of(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
) -> Result<Option<ReleaseAge>, Refusal> {
    let (domain, wanted) = (visit.repository.domain.clone(), coordinates(package));
    let read = move |tx: &mut store::Tx| release_age::of(tx, &domain, &wanted);
    Ok(shared.parts.store.read(read).await?)
}

/// Refuses a file of a version that is too young, wherever an age is demanded.
pub(super) async fn admit(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    upstream: &Arc<Upstream>,
) -> Result<(), Refusal> {
    if of(shared, visit, &path.package).await?.is_none() {
        return Ok(());
    }
    let pom = path.sibling(".pom").encoded();
    let time = shared.parts.upstreams.maven.published_at(upstream, &pom, &visit.via).await?;
    asset::admit(shared, visit, &coordinates(&path.package), &path.version(), time).await
}

/// Leaves the versions that are too young out of what a registry lists.
pub(super) async fn admitted(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
    upstream: &Arc<Upstream>,
    offered: Arc<Offered>,
) -> Result<Arc<Offered>, Refusal> {
    let Some(age) = of(shared, visit, package).await? else { return Ok(offered) };
    // No version is younger than the document that lists it.
    let listed_at = offered.0.last_updated.as_deref().and_then(time);
    if listed_at.is_some() && offered.0.versions.iter().all(|version| age.admits(version, listed_at)) {
        return Ok(offered);
    }
    let times = times(shared, visit, package, upstream, &offered.0.versions).await?;
    let timeless = offered.0.versions.iter().filter(|version| !times.contains_key(*version));
    let unseen = age.unseen(timeless.map(String::as_str));
    if !unseen.is_empty() {
        let (domain, wanted) = (visit.repository.domain.clone(), coordinates(package));
        let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &wanted, &unseen);
        shared.parts.store.write(sight).await?;
    }
    let mut left = offered.0.clone();
    left.versions.retain(|version| age.admits(version, times.get(version).copied()));
    let is_left = |version: &String| left.versions.contains(version);
    left.latest = left.latest.take().filter(is_left);
    left.release = left.release.take().filter(is_left);
    Ok(Arc::new(Offered(left)))
}

/// Asks when versions were published.
async fn times(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
    upstream: &Arc<Upstream>,
    versions: &[String],
) -> Result<BTreeMap<String, Timestamp>, Refusal> {
    let mut wanted = versions.to_vec();
    version::sort(&mut wanted);
    let highest = wanted.into_iter().rev().take(ASKED_MAX).map(|version| {
        let file = format!("{}-{version}.pom", package.artifact());
        FilePath { package: package.clone(), folder: version, file, build: None }
    });
    let asking = highest.map(|pom| async move {
        let maven = &shared.parts.upstreams.maven;
        let time = maven.published_at(upstream, &pom.encoded(), &visit.via).await;
        (pom.folder, time)
    });
    let mut asking = futures_util::stream::iter(asking).buffer_unordered(ASKING_MAX);
    let mut times = BTreeMap::new();
    while let Some((version, time)) = asking.next().await {
        if let Some(time) = time? {
            times.insert(version, time);
        }
    }
    Ok(times)
}

/// Reads a time as metadata spell it: `20210728194552`.
fn time(text: &str) -> Option<Timestamp> {
    let part =
        |range: std::ops::Range<usize>| text.get(range).filter(|_| text.len() == 14 && text.is_ascii());
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..10)?, part(10..12)?, part(12..14)?);
    Timestamp::from_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_metadata_are_read() {
        assert_eq!(time("20200913122640"), Some(Timestamp::from_millis(1_600_000_000_000)));
        for text in [
            "",
            "2020091312264",
            "202009131226400",
            "20201313122640",
            "2020-913122640",
            "2020091312264\u{e9}",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
