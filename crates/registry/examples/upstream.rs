//! Shows where `public:npmjs` leads on this machine, and fetches a package from there.
//!
//! `cargo run -p registry --example upstream [package] [version]`

use formats::npm::name::PackageName;
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, NpmUpstream, Policy, Remembered, Resolver, Settings, ThisMachine,
    ViaChain,
};
use std::sync::Arc;
use std::time::Instant;
use store::{Blobs, Clock};

struct Forgetful;

impl Remembered for Forgetful {
    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn remember(&self, _: &str, _: &str) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = PackageName::parse(&arguments.next().unwrap_or_else(|| "is-odd".to_owned()))?;
    let resolver = Resolver::new(Settings::default(), Box::new(ThisMachine), Box::new(Forgetful));
    let upstream = resolver.resolve("public:npmjs")?;
    println!("public:npmjs leads to {} because of {}", upstream.url, upstream.reason);
    upstream.skipped.iter().for_each(|skipped| println!("  skipped: {skipped}"));
    let fetcher = Arc::new(Fetcher::new(FetcherOptions::of_machine(&ThisMachine), Identity::new("example")));
    let npm = NpmUpstream::new(fetcher, Policy::default(), Clock::System, 64 << 20);
    for _ in 0..2 {
        let start = Instant::now();
        let found = npm.listing(&upstream, &name, &ViaChain::default()).await?;
        let count = found.map_or(0, |listing| listing.entries().len());
        println!("{name}: {count} versions in {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    }
    let Some(listing) = npm.listing(&upstream, &name, &ViaChain::default()).await? else { return Ok(()) };
    let version = arguments.next().or_else(|| listing.dist_tags().get("latest").cloned()).unwrap_or_default();
    let entry = listing.entry(&version).ok_or("no such version")?;
    let start = Instant::now();
    let staged = npm.tarball(&upstream, entry, &ViaChain::default(), &Blobs::memory()).await?;
    println!("{version}: {} bytes in {:.1} ms, proven", staged.size, start.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}
