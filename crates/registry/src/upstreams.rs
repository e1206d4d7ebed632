//! The registries behind external connections, a reader for each format.

use std::sync::Arc;

use store::Clock;

use crate::upstream::{
    CargoUpstream, Downloads, Fetcher, MavenUpstream, NpmUpstream, NugetUpstream, Policy, PypiUpstream,
    RubyUpstream,
};

/// What all formats read registries with.
#[derive(Debug, Clone)]
pub struct Upstreams {
    /// Talks to them.
    pub fetcher: Arc<Fetcher>,
    /// Brings their files in.
    pub downloads: Downloads,
    /// Reads from crate registries.
    pub cargo: CargoUpstream,
    /// Reads from npm registries.
    pub npm: NpmUpstream,
    /// Reads from NuGet registries.
    pub nuget: NugetUpstream,
    /// Reads from Maven repositories.
    pub maven: MavenUpstream,
    /// Reads from PyPI indexes.
    pub pypi: PypiUpstream,
    /// Reads from gem hosts.
    pub ruby: RubyUpstream,
}

impl Upstreams {
    /// Keeps what they say up to `bytes_max` a format in memory.
    pub fn new(fetcher: Fetcher, policy: Policy, clock: &Clock, bytes_max: usize) -> Self {
        let fetcher = Arc::new(fetcher);
        let downloads = Downloads::new(Arc::clone(&fetcher));
        let files = downloads.clone();
        Self {
            downloads,
            cargo: CargoUpstream::new(Arc::clone(&fetcher), policy, clock, bytes_max),
            nuget: NugetUpstream::new(&fetcher, files.clone(), policy, clock, bytes_max),
            maven: MavenUpstream::new(Arc::clone(&fetcher), files, policy, clock.clone(), bytes_max),
            npm: NpmUpstream::new(Arc::clone(&fetcher), policy, clock.clone(), bytes_max),
            pypi: PypiUpstream::new(Arc::clone(&fetcher), policy, clock.clone(), bytes_max),
            ruby: RubyUpstream::new(Arc::clone(&fetcher), policy, clock, bytes_max),
            fetcher,
        }
    }
}
