//! Times the way of a large npm listing, from the registry's document to the text that is sent.
//!
//! `cargo run --release -p formats --example large_listing [document.json]`; without a file, 8 MB are made up.

use formats::npm::accept::Form;
use formats::npm::listing::{Listing, Stored};
use formats::npm::merge::{Merged, Source};
use formats::npm::name::PackageName;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let document = std::env::args().nth(1).map_or_else(made_up, |path| {
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    });
    let named: serde_json::Value = serde_json::from_str(&document).expect("the document is JSON");
    let name =
        PackageName::parse(named["name"].as_str().expect("the document has a name")).expect("a valid name");
    println!("{name}: {} bytes", document.len());
    let listing =
        timed("read the document", || Listing::read(&name, &document).expect("the document is a listing"));
    println!(
        "  {} versions, {} left out, {} bytes kept",
        listing.entries().len(),
        listing.left_out(),
        listing.bytes()
    );
    let retained: Vec<(String, String)> = listing
        .entries()
        .iter()
        .step_by(100)
        .filter_map(|entry| {
            let version = entry.version.as_str();
            Some((version.to_owned(), listing.manifest(version, "")?))
        })
        .collect();
    let local = timed("list the retained versions", || {
        let rows = retained.iter().map(|(version, manifest)| Stored { version, manifest, time: None });
        Listing::of_stored(&name, rows, BTreeMap::new(), None)
    });
    let source = |listing| Source { listing: Arc::new(listing), hidden: HashSet::new() };
    let sources = [source(local), source(listing)];
    let merged = timed("merge two repositories", || Merged::new(&name, &sources));
    for form in [Form::Full, Form::Abbreviated] {
        let rendering = Arc::new(timed(&format!("render {form:?}"), || merged.render(form)));
        let base = "http://127.0.0.1:4566/npm/d/shop-000000000000/web/";
        println!("  {} bytes, etag {}", rendering.len(base), rendering.etag(base));
        timed("send it in chunks", || {
            rendering.clone().chunks(base).map(|chunk| std::hint::black_box(chunk).len()).sum::<usize>()
        });
        timed("send it as a whole", || std::hint::black_box(rendering.to_vec(base)).len());
    }
}

/// Runs five times, prints the best.
fn timed<T>(what: &str, mut run: impl FnMut() -> T) -> T {
    let mut best = f64::MAX;
    let mut result = None;
    for _ in 0..5 {
        let start = Instant::now();
        result = Some(run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{:28} {:8.2} ms", what, best * 1000.0);
    result.expect("it ran")
}

fn made_up() -> String {
    let mut text = r#"{"name":"large","dist-tags":{"latest":"1.4799.0"},"versions":{"#.to_owned();
    for version in 0..4800 {
        let comma = if version == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}"1.{version}.0":{{"name":"large","version":"1.{version}.0","description":"{}","dependencies":{{"#,
            "d".repeat(300)
        );
        for dependency in 0..20 {
            let comma = if dependency == 0 { "" } else { "," };
            let _ = write!(text, r#"{comma}"dependency-number-{dependency}":"^{dependency}.{version}.0""#);
        }
        let _ = write!(
            text,
            r#"}},"scripts":{{"test":"node --test","build":"tsc"}},"dist":{{"integrity":"sha512-{}","shasum":"{}","tarball":"http://127.0.0.1:9/large/-/large-1.{version}.0.tgz","fileCount":10,"unpackedSize":12345,"signatures":[{{"keyid":"SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA","sig":"{}"}}]}},"maintainers":[{{"name":"someone","email":"someone@example.com"}}],"_npmUser":{{"name":"someone","email":"someone@example.com"}}}}"#,
            "A".repeat(86) + "==",
            "0".repeat(40),
            "M".repeat(96),
        );
    }
    text.push_str(
        "},\"time\":{\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2024-01-01T00:00:00.000Z\"",
    );
    for version in 0..4800 {
        let _ = write!(text, r#","1.{version}.0":"2022-01-01T00:00:00.000Z""#);
    }
    text.push_str("},\"readme\":\"# large\"}");
    text
}
