//! Publishing small npm packages, a new name each, over connections that wait for their answer: the product answers when
//! the package is on the disk.

use serde_json::json;
use testkit::npm_registry::{Tarball, tarball};

use super::Bench;
use super::push::push;
use crate::peer::homeregion::Refused;
use crate::peer::npm::{Endpoint, VERDACCIO};
use crate::peer::verdaccio::{self, registry};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Packages of one round.
const PACKAGES: usize = 1000;
/// Clients that publish at the same time.
const CLIENTS: usize = 16;
/// What the product is meant to reach.
const RATE_MIN: f64 = 300.0;

/// The rate of publishing, durable.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, 3, 0)?;
    let mut figures = [OURS, VERDACCIO].map(Figure::of);
    for _ in 0..bench.effort.repetitions {
        for figure in &mut figures {
            if figure.missing.is_none()
                && let Err(refused) = round(bench, &source, figure)
            {
                figure.missing = Some(refused.to_string());
            }
        }
    }
    Ok(vec![Measure {
        name: format!("publish of {PACKAGES} npm packages (durable), {CLIENTS} clients"),
        unit: "packages/s",
        better: Better::More,
        aims: vec![Aim::Reach(RATE_MIN)],
        figures: figures.to_vec(),
    }])
}

fn round(bench: &Bench, source: &Process, figure: &mut Figure) -> Result<(), Refused> {
    let endpoint = Endpoint::fresh(bench, figure.contender, source)?;
    let Some(server) = &endpoint.server else { return Err("no server".to_owned().into()) };
    let token = match &endpoint.token {
        Some(token) => token.clone(),
        None => verdaccio::user(server)?,
    };
    let count = if bench.effort.rounds == 1 { PACKAGES / 10 } else { PACKAGES };
    let packed =
        tarball(&[("package.json", br#"{"name":"bench","version":"1.0.0"}"#), ("index.js", &[b'x'; 8000])]);
    let cpu = server.cpu()?;
    let path = endpoint.path();
    let took = push(server, CLIENTS, count, |number| {
        let name = format!("bench-{number}");
        let body = document(&name, &packed);
        let head = format!(
            "PUT {path}{name} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            server.address,
            body.len()
        );
        [head.as_bytes(), body.as_bytes()].concat()
    })?;
    #[allow(clippy::cast_precision_loss)] // a thousand
    let count = count as f64;
    figure.samples.push(count / took);
    figure.add("server CPU ms/package", server.cpu()?.saturating_sub(cpu).as_secs_f64() * 1e3 / count);
    Ok(())
}

/// What `npm publish` sends.
pub(super) fn document(name: &str, packed: &Tarball) -> String {
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(&packed.bytes);
    json!({
        "_id": name, "name": name, "description": "one of many", "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": {
            "name": name, "version": "1.0.0", "_id": format!("{name}@1.0.0"), "description": "one of many",
            "dist": {"integrity": packed.integrity, "shasum": packed.shasum, "tarball": format!("http://x/{name}.tgz")},
        }},
        "access": null,
        "_attachments": {format!("{name}-1.0.0.tgz"): {
            "content_type": "application/octet-stream", "data": data, "length": packed.bytes.len(),
        }},
    })
    .to_string()
}
