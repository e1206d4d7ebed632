//! The listing of a small npm package that the server has already: how many a second, and how many answers that it has
//! not changed.

use super::Bench;
use super::contender::{self, Contender};
use crate::load::Template;
use crate::peer::homeregion::Refused;
use crate::peer::nginx::{self, NGINX};
use crate::peer::npm::{Endpoint, VERDACCIO};
use crate::peer::verdaccio::registry;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::{self, Answer};

/// Connections of every contender but verdaccio, which one core serves.
const CONNECTIONS: usize = 64;
/// Connections that suit verdaccio best: more of them only queue.
const CONNECTIONS_OF_NODE: usize = 8;
/// What is asked for.
const NAME: &str = "fixture-1";
/// How npm asks when it installs.
const ACCEPT: &str = "Accept: application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*\r\n";

/// Whether the client has the listing already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Whole,
    IfChanged,
}

/// Both kinds of request.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, 3, 0)?;
    [Asked::Whole, Asked::IfChanged].into_iter().map(|asked| measure(bench, &source, asked)).collect()
}

fn measure(bench: &Bench, source: &Process, asked: Asked) -> Result<Measure, String> {
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    let mut body = Vec::new();
    for name in [OURS, VERDACCIO] {
        match contender(bench, name, source, asked) {
            Ok((contender, answer)) => {
                if name == OURS {
                    body = answer.body;
                }
                contenders.push(contender);
            }
            Err(refused) => missing.push(Figure::missing(name, refused.to_string())),
        }
    }
    match ceiling(bench, &body, asked) {
        Ok(contender) => contenders.push(contender),
        Err(reason) => missing.push(Figure::missing(NGINX, reason)),
    }
    missing.extend(contender::rounds(bench, contenders)?);
    let (what, aims) = match asked {
        Asked::Whole => {
            ("warm listing of a small package", vec![Aim::Reach(20_000.0), Aim::Times(NGINX, 0.4)])
        }
        Asked::IfChanged => ("the same, not modified", vec![Aim::Reach(20_000.0)]),
    };
    Ok(Measure {
        name: format!("{what}, {CONNECTIONS} connections"),
        unit: "requests/s",
        better: Better::More,
        aims,
        figures: missing,
    })
}

fn contender(
    bench: &Bench,
    name: &'static str,
    source: &Process,
    asked: Asked,
) -> Result<(Contender, Answer), Refused> {
    let endpoint = Endpoint::fresh(bench, name, source)?;
    let token = endpoint.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
    let headers = format!("{ACCEPT}{}", token.unwrap_or_default());
    let path = format!("{}{NAME}", endpoint.path());
    let Some(server) = endpoint.server else { return Err("no server".to_owned().into()) };
    let connections = if name == VERDACCIO { CONNECTIONS_OF_NODE } else { CONNECTIONS };
    loaded(server, name, &path, &headers, connections, asked)
}

/// nginx with the bytes that the product answers.
fn ceiling(bench: &Bench, body: &[u8], asked: Asked) -> Result<Contender, String> {
    if body.is_empty() {
        return Err("nothing to serve".to_owned());
    }
    let server = nginx::start(&bench.tools, &bench.homeregion.scratch, "nginx", &[(NAME, body)])?;
    let loaded = loaded(server, NGINX, &format!("/{NAME}"), ACCEPT, CONNECTIONS, asked);
    loaded.map(|(contender, _)| contender).map_err(|refused| refused.to_string())
}

/// Asks twice, so that the listing is warm, and makes the request of the load.
fn loaded(
    server: Process,
    name: &'static str,
    path: &str,
    headers: &str,
    connections: usize,
    asked: Asked,
) -> Result<(Contender, Answer), Refused> {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}", server.address);
    let mut answer = None;
    for _ in 0..2 {
        let request = format!("{head}Connection: close\r\n\r\n");
        let got = wire::ask(server.address, request.as_bytes()).ok_or_else(|| "no answer".to_owned())?;
        if got.status != 200 {
            return Err(format!("{path} answers {}: {}", got.status, got.text()).into());
        }
        answer = Some(got);
    }
    let answer = answer.ok_or_else(|| "no answer".to_owned())?;
    let condition = match (asked, answer.header("etag")) {
        (Asked::Whole, _) => String::new(),
        (Asked::IfChanged, Some(tag)) => format!("If-None-Match: {tag}\r\n"),
        (Asked::IfChanged, None) => return Err("the answer has no ETag".to_owned().into()),
    };
    let template = Template::new(&format!("{head}{condition}"), "");
    Ok((Contender { server, template, connections, figure: Figure::of(name) }, answer))
}
