//! Documents that a server has already, under load: the product, and nginx with the bytes that it answered.

use super::Bench;
use super::contender::{self, Contender};
use crate::load::Template;
use crate::peer::nginx::{self, NGINX};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire;

/// Connections of both.
const CONNECTIONS: usize = 64;

/// Measures one document of a running server; `headers` end in a line break each. The server is handed back.
pub fn document(
    bench: &Bench,
    name: &str,
    server: Process,
    path: &str,
    headers: &str,
) -> Result<(Measure, Process), String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}", server.address);
    let mut body = Vec::new();
    for _ in 0..2 {
        let once = format!("{request}Connection: close\r\n\r\n");
        let answer = wire::ask(server.address, once.as_bytes()).ok_or("no answer")?;
        if answer.status != 200 {
            return Err(format!("{path} answers {}: {}", answer.status, answer.text()));
        }
        body = answer.body;
    }
    let ceiling = nginx::start(&bench.tools, &bench.homeregion.scratch, "nginx", &[("document", &body)])?;
    let of_ceiling = format!("GET /document HTTP/1.1\r\nHost: {}\r\n", ceiling.address);
    let contender = |server: Process, request: &str, name| Contender {
        server,
        template: Template::new(request, ""),
        connections: CONNECTIONS,
        figure: Figure::of(name),
    };
    let contenders = vec![contender(server, &request, OURS), contender(ceiling, &of_ceiling, NGINX)];
    let (figures, mut servers) = contender::rounds_of(bench, contenders)?;
    let measure = Measure {
        name: format!("{name}, {CONNECTIONS} connections"),
        unit: "requests/s",
        better: Better::More,
        aims: vec![Aim::Reach(20_000.0)],
        figures,
    };
    Ok((measure, servers.remove(0)))
}
