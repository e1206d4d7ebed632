//! Files that are only handed out: a megabyte many times, half a gigabyte once, and what the server occupies meanwhile.

use std::io::Write as _;
use std::time::Instant;

use super::Bench;
use super::contender::{self, Contender};
use crate::load::Template;
use crate::peer::homeregion::{Refused, repository};
use crate::peer::nginx::{self, NGINX};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::Connection;

/// Connections that fetch a megabyte each.
const CONNECTIONS: usize = 16;
/// The product's data folder.
const DATA: &str = "asset";
/// The most that the memory may grow while the large file is sent.
const GROWTH_MIB_MAX: f64 = 64.0;

/// Both sizes.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let large_mb = if bench.effort.rounds == 1 { 50 } else { 500 };
    Ok([many(bench)?, large(bench, large_mb)].into_iter().flatten().collect())
}

/// A megabyte over several connections.
fn many(bench: &Bench) -> Result<Vec<Measure>, String> {
    let bytes = noise(1);
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    for name in [OURS, NGINX] {
        match stored(bench, name, &bytes) {
            Ok((server, path, token)) => {
                let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{token}", server.address);
                let template = Template::new(&head, "");
                contenders.push(Contender {
                    server,
                    template,
                    connections: CONNECTIONS,
                    figure: Figure::of(name),
                });
            }
            Err(refused) => missing.push(Figure::missing(name, refused.to_string())),
        }
    }
    missing.extend(contender::rounds(bench, contenders)?);
    Ok(vec![Measure {
        name: format!("asset of 1 MB, {CONNECTIONS} connections"),
        unit: "MB/s",
        better: Better::More,
        aims: Vec::new(),
        figures: missing,
    }])
}

/// One large file: upload and download, and the growth of the memory.
fn large(bench: &Bench, megabytes: usize) -> Vec<Measure> {
    let bytes = noise(megabytes);
    let mut time = [OURS, NGINX].map(Figure::of);
    let mut growth = Figure::of(OURS);
    for figure in &mut time {
        if let Err(refused) = download(bench, &bytes, figure, &mut growth) {
            figure.missing = Some(refused.to_string());
        }
    }
    vec![
        Measure {
            name: format!("asset of {megabytes} MB, one download"),
            unit: "ms",
            better: Better::Less,
            aims: Vec::new(),
            figures: time.to_vec(),
        },
        Measure {
            name: format!("memory that grows while {megabytes} MB go in and out"),
            unit: "MiB",
            better: Better::Less,
            aims: vec![Aim::Reach(GROWTH_MIB_MAX)],
            figures: vec![growth],
        },
    ]
}

fn download(bench: &Bench, bytes: &[u8], time: &mut Figure, growth: &mut Figure) -> Result<(), Refused> {
    let contender = time.contender;
    let (server, path, token) = stored(bench, contender, bytes)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{token}\r\n", server.address);
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    for _ in 0..bench.effort.repetitions {
        let begun = Instant::now();
        let length = connection.discard(request.as_bytes()).map_err(|error| error.to_string())?;
        if length != bytes.len() as u64 {
            return Err(format!("{length} bytes came instead of {}", bytes.len()).into());
        }
        time.samples.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    if contender == OURS {
        // The server has done nothing before but start; its peak holds the upload and the downloads.
        let peak = server.peak_mib()?;
        drop(server);
        growth.samples.push((peak - idle_mib(bench)?).max(0.0));
    }
    Ok(())
}

/// What a fresh server occupies at most, before any file.
fn idle_mib(bench: &Bench) -> Result<f64, Refused> {
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    repository(&server, "generic")?;
    Ok(server.peak_mib()?)
}

/// Starts a contender that has the file; answers its path there and the header that opens it.
fn stored(
    bench: &Bench,
    contender: &'static str,
    bytes: &[u8],
) -> Result<(Process, String, String), Refused> {
    const NAME: &str = "file.bin";
    if contender == NGINX {
        let server = nginx::start(&bench.tools, &bench.homeregion.scratch, "nginx", &[(NAME, bytes)])?;
        return Ok((server, format!("/{NAME}"), String::new()));
    }
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let (path, token) = repository(&server, "generic")?;
    let path = format!("{path}acme/tool/1.0.0/{NAME}");
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\n{token}Content-Length: {}\r\n\r\n",
        server.address,
        bytes.len()
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(bytes);
    let answer = connection.send(&request).map_err(|error| error.to_string())?;
    match answer.status {
        200..=299 => Ok((server, path, token)),
        501 => Err(Refused::NotThereYet),
        status => Err(format!("PUT answers {status}: {}", answer.text()).into()),
    }
}

/// Megabytes that do not compress.
pub(super) fn noise(megabytes: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(megabytes * 1_000_000 + 8);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while bytes.len() < megabytes * 1_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.write_all(&state.to_le_bytes()).expect("writing to memory does not fail");
    }
    bytes
}
