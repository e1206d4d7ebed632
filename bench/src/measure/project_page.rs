//! The page of a PyPI project that the server has already, as pip asks for it.

use super::Bench;
use super::contender::{self, Contender};
use crate::load::Template;
use crate::peer::homeregion::{Refused, ask, call};
use crate::peer::nginx::{self, NGINX};
use crate::peer::pypi::{self, DEVPI, PROJECT, PROXPI};
use crate::peer::signed::Operation;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire;

/// Connections of the product and of nginx.
const CONNECTIONS: usize = 64;
/// Connections that suit the peers best: one interpreter each.
const CONNECTIONS_OF_PYTHON: usize = 8;
/// How pip asks.
const ACCEPT: &str = "Accept: application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, \
                      text/html; q=0.01\r\n";

/// A server with what its page is asked by: the path before the project, and the header that opens it.
type Served = (Process, String, String);

/// The rate of warm pages.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let index = pypi::index(&bench.tools, &bench.homeregion.scratch)?;
    let url = format!("http://{}/simple/", index.address);
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    let mut page = Vec::new();
    for name in [OURS, PROXPI, DEVPI] {
        match served(bench, name, &url).and_then(|served| loaded(served, name)) {
            Ok((contender, body)) => {
                if name == OURS {
                    page = body;
                }
                contenders.push(contender);
            }
            Err(refused) => missing.push(Figure::missing(name, refused.to_string())),
        }
    }
    if page.is_empty() {
        missing.push(Figure::missing(NGINX, "nothing to serve"));
    } else {
        let file = format!("{PROJECT}/index.html");
        let server = nginx::start(&bench.tools, &bench.homeregion.scratch, "nginx", &[(&file, &page)])?;
        let served = (server, "/".to_owned(), String::new());
        contenders.push(loaded(served, NGINX).map_err(|refused| refused.to_string())?.0);
    }
    missing.extend(contender::rounds(bench, contenders)?);
    Ok(vec![Measure {
        name: format!("warm page of a PyPI project of 80 files, {CONNECTIONS} connections"),
        unit: "requests/s",
        better: Better::More,
        aims: vec![Aim::Reach(20_000.0), Aim::Times(NGINX, 0.4)],
        figures: missing,
    }])
}

fn served(bench: &Bench, name: &str, index: &str) -> Result<Served, Refused> {
    let without_token = |(server, path): (Process, String)| (server, path, String::new());
    match name {
        PROXPI => Ok(without_token(pypi::proxpi(&bench.tools, &bench.homeregion.scratch, index)?)),
        DEVPI => Ok(without_token(pypi::devpi(&bench.tools, &bench.homeregion.scratch, index)?)),
        _ => ours(bench, index),
    }
}

/// A repository with an external connection to the public index.
fn ours(bench: &Bench, index: &str) -> Result<Served, Refused> {
    const DATA: &str = "pypi";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[("HOMEREGION_UPSTREAM_PYPI", index)])?;
    let post = |path: &str| Operation::rest("codeartifact", "POST", path, "{}");
    call(&server, &post("/v1/domain?domain=shop"), 0)?;
    call(&server, &post("/v1/repository?domain=shop&repository=store"), 0)?;
    let connect =
        "/v1/repository/external-connection?domain=shop&repository=store&external-connection=public:pypi";
    call(&server, &Operation::rest("codeartifact", "POST", connect, ""), 0)?;
    let answer =
        ask(&server, &Operation::rest("codeartifact", "POST", "/v1/authorization-token?domain=shop", ""))?;
    let token = answer["authorizationToken"].as_str().unwrap_or_default();
    let endpoint = "/v1/repository/endpoint?domain=shop&repository=store&format=pypi";
    let found = ask(&server, &Operation::rest("codeartifact", "GET", endpoint, ""))?;
    let url = found["repositoryEndpoint"].as_str().unwrap_or_default();
    let path = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    let path = format!("/{}/simple/", path.trim_end_matches('/'));
    Ok((server, path, format!("Authorization: Bearer {token}\r\n")))
}

/// Asks twice, so that the page is warm, and makes the request of the load.
fn loaded((server, path, token): Served, name: &'static str) -> Result<(Contender, Vec<u8>), Refused> {
    let head = format!("GET {path}{PROJECT}/ HTTP/1.1\r\nHost: {}\r\n{ACCEPT}{token}", server.address);
    let mut body = Vec::new();
    for _ in 0..2 {
        let request = format!("{head}Connection: close\r\n\r\n");
        let answer = wire::ask(server.address, request.as_bytes()).ok_or_else(|| "no answer".to_owned())?;
        match answer.status {
            200 => body = answer.body,
            501 => return Err(Refused::NotThereYet),
            status => return Err(format!("the page answers {status}: {}", answer.text()).into()),
        }
    }
    let connections = if name == OURS || name == NGINX { CONNECTIONS } else { CONNECTIONS_OF_PYTHON };
    let template = Template::new(&head, "");
    Ok((Contender { server, template, connections, figure: Figure::of(name) }, body))
}
