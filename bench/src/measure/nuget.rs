//! NuGet: the documents that every restore begins with, a package of a megabyte, and pushing.

use testkit::nuget_registry::{form, nupkg};

use super::Bench;
use super::asset::noise;
use super::push::push;
use super::warm;
use crate::peer::homeregion::repository;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Packages of the measured push.
const PACKAGES: usize = 200;
/// Clients that push at the same time.
const CLIENTS: usize = 16;
/// What the product is meant to reach.
const RATE_MIN: f64 = 300.0;
/// The product's data folder.
const DATA: &str = "nuget";

/// Push, service index, flat container and package.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let said = |refused: crate::peer::homeregion::Refused| refused.to_string();
    let mut rate = Figure::of(OURS);
    let mut kept = None;
    for _ in 0..bench.effort.repetitions {
        bench.homeregion.forget(DATA)?;
        let server = bench.homeregion.start(DATA, &[])?;
        let (path, token) = repository(&server, "nuget").map_err(said)?;
        let put = |package: &[u8]| {
            let (media_type, body) = form(package);
            let head = format!(
                "PUT {path}v3/package/ HTTP/1.1\r\nHost: {}\r\n{token}Content-Type: {media_type}\r\n\
                 Content-Length: {}\r\n\r\n",
                server.address,
                body.len()
            );
            [head.as_bytes(), &body].concat()
        };
        let small =
            |number: usize| put(&nupkg(&format!("Bench.Kit{number}"), "1.0.0", &"x".repeat(8000)).bytes);
        let took = push(&server, CLIENTS, PACKAGES, small).map_err(said)?;
        #[allow(clippy::cast_precision_loss)] // two hundred
        rate.samples.push(PACKAGES as f64 / took);
        let content: String = noise(1).iter().map(|byte| char::from(b' ' + byte % 90)).collect();
        let large = nupkg("Bench.Large", "1.0.0", &content);
        push(&server, 1, 1, |_| put(&large.bytes)).map_err(said)?;
        kept = Some((server, path, token));
    }
    let (server, path, token) = kept.ok_or("nothing was pushed")?;
    let flat = format!("{path}v3/flatcontainer/bench.kit1/index.json");
    let package = format!("{path}v3/flatcontainer/bench.large/1.0.0/bench.large.1.0.0.nupkg");
    let (index, server) =
        warm::document(bench, "warm NuGet service index", server, &format!("{path}v3/index.json"), &token)?;
    let (versions, server) =
        warm::document(bench, "warm NuGet versions of a package", server, &flat, &token)?;
    let (mut bytes, _) = warm::document(bench, "NuGet package of 0.9 MB", server, &package, &token)?;
    bytes.aims.clear();
    let pushed = Measure {
        name: format!("push of {PACKAGES} NuGet packages (durable), {CLIENTS} clients"),
        unit: "packages/s",
        better: Better::More,
        aims: vec![Aim::Reach(RATE_MIN)],
        figures: vec![rate],
    };
    Ok(vec![index, versions, bytes, pushed])
}
