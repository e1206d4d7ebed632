//! A listing of 8 MB that the server has already: time to the head and to the last byte.

use super::Bench;
use crate::peer::homeregion::Refused;
use crate::peer::npm::{Endpoint, VERDACCIO};
use crate::peer::verdaccio::registry;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::{Answer, Connection};

/// Size of the full document.
const LISTING_BYTES: usize = 8_000_000;
/// The most that the warm document may take.
const WARM_MS_MAX: f64 = 10.0;
/// Warm requests for each figure.
const REQUESTS: usize = 30;

/// How the listing is asked for.
struct Form {
    name: &'static str,
    headers: &'static str,
    aims: &'static [Aim],
}

const FORMS: [Form; 2] = [
    Form { name: "full", headers: "Accept: application/json\r\n", aims: &[Aim::Reach(WARM_MS_MAX)] },
    Form {
        name: "as npm install asks, gzip",
        headers: "Accept: application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*\r\n\
                  Accept-Encoding: gzip\r\n",
        aims: &[],
    },
];

/// The listing in both forms.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let source = registry(&bench.registry, &bench.homeregion.scratch, 1, LISTING_BYTES)?;
    let mut measures: Vec<Measure> = FORMS
        .iter()
        .map(|form| Measure {
            name: format!("warm listing of 8 MB, {}", form.name),
            unit: "ms",
            better: Better::Less,
            aims: form.aims.to_vec(),
            figures: Vec::new(),
        })
        .collect();
    for contender in [OURS, VERDACCIO] {
        let figures = figures(bench, contender, &source).unwrap_or_else(|refused| {
            FORMS.iter().map(|_| Figure::missing(contender, refused.to_string())).collect()
        });
        for (measure, figure) in measures.iter_mut().zip(figures) {
            measure.figures.push(figure);
        }
    }
    Ok(measures)
}

fn figures(bench: &Bench, contender: &'static str, source: &Process) -> Result<Vec<Figure>, Refused> {
    let endpoint = Endpoint::fresh(bench, contender, source)?;
    FORMS.iter().map(|form| figure(bench, &endpoint, form)).collect()
}

fn figure(bench: &Bench, endpoint: &Endpoint, form: &Form) -> Result<Figure, Refused> {
    let Some(server) = &endpoint.server else { return Ok(Figure::missing(endpoint.contender, "no server")) };
    let token = endpoint.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
    let request = format!(
        "GET {}large HTTP/1.1\r\nHost: {}\r\n{}{}\r\n",
        endpoint.path(),
        server.address,
        form.headers,
        token.unwrap_or_default()
    );
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let mut send = || -> Result<Answer, Refused> {
        let answer = connection.send(request.as_bytes()).map_err(|error| error.to_string())?;
        match answer.status {
            200 => Ok(answer),
            501 => Err(Refused::NotThereYet),
            status => Err(Refused::Failed(format!("answers {status}: {}", answer.text()))),
        }
    };
    let mut figure = Figure::of(endpoint.contender);
    figure.add("first request ms", send()?.whole_after.as_secs_f64() * 1e3);
    let cpu = server.cpu()?;
    let requests = if bench.effort.rounds == 1 { 3 } else { REQUESTS };
    for _ in 0..requests {
        let answer = send()?;
        figure.samples.push(answer.whole_after.as_secs_f64() * 1e3);
        figure.add("head after ms", answer.head_after.as_secs_f64() * 1e3);
        #[allow(clippy::cast_precision_loss)] // sizes are far below 2^52
        figure.add("MB", answer.body.len() as f64 / 1e6);
    }
    #[allow(clippy::cast_precision_loss)] // a handful
    figure.add(
        "server CPU ms/request",
        server.cpu()?.saturating_sub(cpu).as_secs_f64() * 1e3 / requests as f64,
    );
    Ok(figure)
}
