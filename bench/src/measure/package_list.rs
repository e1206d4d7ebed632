//! A repository with a great many packages: the start of the server, and pages of the list near and far.

use std::time::Instant;

use testkit::npm_registry::tarball;

use super::Bench;
use super::publish::document;
use crate::peer::homeregion::{Refused, ask};
use crate::peer::npm::Endpoint;
use crate::peer::signed::Operation;
use crate::peer::verdaccio::registry;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::Connection;

/// The most that a start may take.
const READY_MS_MAX: f64 = 50.0;
/// Which page is far behind the first.
const DEEP_PAGE: usize = 1000;
/// Packages of a page.
const PAGE: usize = 1000;
/// Requests of one figure.
const REQUESTS: u32 = 50;
/// The folder that `peer::npm` keeps the product's data in.
const DATA: &str = "npm";

/// Start and pages, with few packages and with many.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let many = bench.effort.packages;
    let mut measures = Vec::new();
    for count in [0, 10_000.min(many), many] {
        filled(bench, count).map_err(|refused| refused.to_string())?;
        let mut ready = Figure::of(OURS);
        for _ in 0..bench.effort.rounds {
            let server = bench.homeregion.start(DATA, &[])?;
            ready.samples.push(server.started_in.as_secs_f64() * 1e3);
            server.stop()?;
        }
        measures.push(Measure {
            name: format!("start to Ready, {count} package versions"),
            unit: "ms",
            better: Better::Less,
            aims: vec![Aim::Reach(READY_MS_MAX)],
            figures: vec![ready],
        });
    }
    let server = bench.homeregion.start(DATA, &[])?;
    let deep = DEEP_PAGE.min(many / PAGE / 2);
    let token = token(&server, deep - 1).map_err(|refused| refused.to_string())?;
    for (page, token) in [(1, None), (deep, Some(token))] {
        let mut figure = Figure::of(OURS);
        for _ in 0..bench.effort.rounds {
            let took = milliseconds(&server, token.as_deref()).map_err(|refused| refused.to_string())?;
            figure.samples.push(took);
        }
        measures.push(Measure {
            name: format!("ListPackages, page {page} (of {PAGE}) of {many} packages"),
            unit: "ms",
            better: Better::Less,
            aims: Vec::new(),
            figures: vec![figure],
        });
    }
    Ok(measures)
}

/// Makes a data folder with so many packages: one is published, the others are copies of it.
fn filled(bench: &Bench, count: usize) -> Result<(), Refused> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, 1, 0)?;
    let endpoint = Endpoint::fresh(bench, OURS, &source)?;
    let path = endpoint.path().to_owned();
    let token = endpoint.token.clone().unwrap_or_default();
    let Some(server) = endpoint.server else { return Err("no server".to_owned().into()) };
    if count > 0 {
        let packed = tarball(&[("package.json", br#"{"name":"bench","version":"1.0.0"}"#)]);
        let body = document("bench", &packed);
        let request = format!(
            "PUT {path}bench HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
            server.address,
            body.len()
        );
        let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
        let answer = connection.send(request.as_bytes()).map_err(|error| error.to_string())?;
        if !(200..300).contains(&answer.status) {
            return Err(format!("publishing answers {}: {}", answer.status, answer.text()).into());
        }
    }
    server.stop()?;
    if count > 0 {
        let loaded = testkit::bulk::packages(&bench.homeregion.data(DATA), count);
        loaded.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn list(token: Option<&str>) -> Operation {
    let token = token.map_or_else(String::new, |token| format!("&next-token={}", encoded(token)));
    let path = format!("/v1/packages?domain=shop&repository=store&max-results={PAGE}{token}");
    Operation::rest("codeartifact", "POST", &path, "")
}

/// A token in a query: what stands for itself there, and the rest as escapes.
fn encoded(token: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    token
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Walks so many pages and answers the token of the next one.
fn token(server: &Process, pages: usize) -> Result<String, Refused> {
    let mut token = None;
    for _ in 0..pages {
        let page = ask(server, &list(token.as_deref()))?;
        let next = page["nextToken"].as_str().ok_or_else(|| "the list ended early".to_owned())?;
        token = Some(next.to_owned());
    }
    token.ok_or_else(|| "there is one page only".to_owned().into())
}

/// Milliseconds of one page, its connection included.
fn milliseconds(server: &Process, token: Option<&str>) -> Result<f64, Refused> {
    let page = list(token);
    let begun = Instant::now();
    for _ in 0..REQUESTS {
        let answer = ask(server, &page)?;
        let length = answer["packages"].as_array().map_or(0, Vec::len);
        if length != PAGE {
            return Err(format!("a page has {length} packages instead of {PAGE}").into());
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3 / f64::from(REQUESTS))
}
