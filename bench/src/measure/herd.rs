//! A hundred clients that want the same tarball at the same moment, which the server does not have: how long until the
//! last one has it, and how often the registry behind it is asked.

use std::sync::Barrier;
use std::time::Instant;

use super::Bench;
use crate::peer::homeregion::Refused;
use crate::peer::npm::{Endpoint, VERDACCIO};
use crate::peer::verdaccio::registry;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire;

/// Clients of the herd.
const CLIENTS: usize = 100;

/// The time of the herd, and the requests that it causes.
#[allow(clippy::unnecessary_wraps)] // as every measure
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let mut times = [OURS, VERDACCIO].map(Figure::of);
    let mut asked = times.clone();
    for _ in 0..bench.effort.repetitions {
        for (time, asked) in times.iter_mut().zip(&mut asked) {
            if time.missing.is_some() {
                continue;
            }
            match herd(bench, time.contender) {
                Ok((milliseconds, requests)) => {
                    time.samples.push(milliseconds);
                    asked.samples.push(requests);
                }
                Err(refused) => {
                    time.missing = Some(refused.to_string());
                    asked.missing = Some(refused.to_string());
                }
            }
        }
    }
    let measure = |name: String, unit, aims, figures: [Figure; 2]| Measure {
        name,
        unit,
        better: Better::Less,
        aims,
        figures: figures.to_vec(),
    };
    Ok(vec![
        measure(format!("{CLIENTS} clients of one cold listing and tarball"), "ms", Vec::new(), times),
        measure("requests that they cause".to_owned(), "requests", vec![Aim::Reach(2.0)], asked),
    ])
}

/// Lets the herd loose: the listing first, then the tarball, both cold. Answers milliseconds and upstream requests.
fn herd(bench: &Bench, contender: &'static str) -> Result<(f64, f64), Refused> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, 3, 0)?;
    let endpoint = Endpoint::fresh(bench, contender, &source)?;
    let Some(server) = &endpoint.server else { return Err("no server".to_owned().into()) };
    let token = endpoint.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
    let request = |rest: &str| {
        let path = endpoint.path();
        let (address, token) = (server.address, token.as_deref().unwrap_or_default());
        format!("GET {path}{rest} HTTP/1.1\r\nHost: {address}\r\n{token}Connection: close\r\n\r\n")
    };
    let requests = [request("fixture-1"), request("fixture-1/-/fixture-1-1.0.0.tgz")];
    let before = requests_at(&source)?;
    let barrier = Barrier::new(CLIENTS + 1);
    let took = std::thread::scope(|scope| -> Result<f64, Refused> {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    requests.iter().all(|request| {
                        let answer = wire::ask(server.address, request.as_bytes());
                        answer.is_some_and(|answer| answer.status == 200 && !answer.body.is_empty())
                    })
                })
            })
            .collect();
        barrier.wait();
        let begun = Instant::now();
        let served = clients.into_iter().map(|client| client.join().unwrap_or(false));
        let served = served.filter(|served| *served).count();
        let took = begun.elapsed().as_secs_f64() * 1e3;
        if served < CLIENTS {
            return Err(format!("{} of {CLIENTS} clients got nothing", CLIENTS - served).into());
        }
        Ok(took)
    })?;
    // Asking for the count is not counted.
    Ok((took, requests_at(&source)? - before))
}

/// How many requests the made-up registry has answered.
fn requests_at(source: &Process) -> Result<f64, Refused> {
    let request =
        format!("GET /-/requests HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", source.address);
    let answer = wire::ask(source.address, request.as_bytes()).ok_or_else(|| "no answer".to_owned())?;
    answer.text().trim().parse().map_err(|_| Refused::Failed("the registry does not count".to_owned()))
}
