//! RubyGems: `/versions` of a repository with many gems, what is said of one, and pushing.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Bench;
use super::push::push;
use super::warm;
use crate::peer::homeregion::repository;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Gems of the measured push.
const GEMS: usize = 200;
/// Clients that push at the same time.
const CLIENTS: usize = 16;
/// What the product is meant to reach.
const RATE_MIN: f64 = 300.0;
/// The product's data folder.
const DATA: &str = "gems";

/// Push, `/versions` and `/info`.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let said = |refused: crate::peer::homeregion::Refused| refused.to_string();
    let many = if bench.effort.rounds == 1 { 1000 } else { 10_000 };
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let (path, token) = repository(&server, "ruby").map_err(said)?;
    let upload = |number: usize| {
        let body = gem(&format!("bench-gem-{number}"));
        let head = format!(
            "POST {path}api/v1/gems HTTP/1.1\r\nHost: {}\r\n{token}Content-Type: application/octet-stream\r\n\
             Content-Length: {}\r\n\r\n",
            server.address,
            body.len()
        );
        [head.as_bytes(), &body].concat()
    };
    let mut rate = Figure::of(OURS);
    let mut pushed = 0;
    for _ in 0..bench.effort.repetitions {
        let took = push(&server, CLIENTS, GEMS, |number| upload(pushed + number)).map_err(said)?;
        #[allow(clippy::cast_precision_loss)] // two hundred
        rate.samples.push(GEMS as f64 / took);
        pushed += GEMS;
    }
    push(&server, CLIENTS, many - pushed, |number| upload(pushed + number)).map_err(said)?;
    let name = format!("warm /versions of {many} gems");
    let (mut versions, server) = warm::document(bench, &name, server, &format!("{path}versions"), &token)?;
    // Half a megabyte each.
    versions.aims.clear();
    let (info, _) =
        warm::document(bench, "warm /info of a gem", server, &format!("{path}info/bench-gem-7"), &token)?;
    let push = Measure {
        name: format!("push of {GEMS} gems (durable), {CLIENTS} clients"),
        unit: "gems/s",
        better: Better::More,
        aims: vec![Aim::Reach(RATE_MIN)],
        figures: vec![rate],
    };
    Ok(vec![versions, info, push])
}

/// A gem of some kilobytes, as `gem build` packs it.
fn gem(name: &str) -> Vec<u8> {
    let mut spec = String::from("--- !ruby/object:Gem::Specification\n");
    let _ = write!(
        spec,
        "name: {name}\nversion: !ruby/object:Gem::Version\n  version: 1.0.0\nplatform: ruby\nsummary: one of many\n\
         licenses:\n- MIT\n"
    );
    let data = tar(&[("lib/x.rb", "# x\n".repeat(2000).as_bytes())]);
    tar(&[("metadata.gz", &packed(spec.as_bytes())), ("data.tar.gz", &packed(&data))])
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, content) in entries {
        let mut header = [0; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}
