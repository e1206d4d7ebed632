//! From the start of the process until it says that it is ready.

use super::Bench;
use super::operation::describe;
use crate::peer::homeregion::Refused;
use crate::peer::{moto, tools};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Starts for each figure: they are short, and the first is often the slowest.
const STARTS: usize = 10;
/// The most that a start may take.
const READY_MS_MAX: f64 = 50.0;

/// First start, start on an empty store, start on a large one.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let starts = if bench.effort.rounds == 1 { 2 } else { STARTS };
    let mut first = Figure::of(OURS);
    let mut empty = Figure::of(OURS);
    for _ in 0..starts {
        bench.homeregion.forget("start")?;
        first.samples.push(started(bench, "start")?);
        empty.samples.push(started(bench, "start")?);
    }
    let mut figures = vec![empty];
    match moto_figure(bench, starts) {
        Ok(figure) => figures.push(figure),
        Err(reason) => figures.push(Figure::missing("moto_server", reason)),
    }
    let large = large(bench, starts).unwrap_or_else(|refused| Figure::missing(OURS, refused.to_string()));
    let measure = |name: String, figures| Measure {
        name,
        unit: "ms",
        better: Better::Less,
        aims: vec![Aim::Reach(READY_MS_MAX)],
        figures,
    };
    Ok(vec![
        measure("start to Ready, new data folder".to_owned(), vec![first]),
        measure("start to Ready, empty store".to_owned(), figures),
        measure(format!("start to Ready, {} assets", bench.effort.assets), vec![large]),
    ])
}

/// Starts the server once and answers the milliseconds until it was ready.
fn started(bench: &Bench, data: &str) -> Result<f64, String> {
    let server = bench.homeregion.start(data, &[])?;
    let started_in = milliseconds(&server);
    server.stop()?;
    Ok(started_in)
}

fn milliseconds(server: &Process) -> f64 {
    server.started_in.as_secs_f64() * 1e3
}

fn moto_figure(bench: &Bench, starts: usize) -> Result<Figure, String> {
    let mut figure = Figure::of("moto_server");
    let program = tools::moto(&bench.tools)?;
    for _ in 0..starts {
        figure.samples.push(milliseconds(&moto::start(&program, &bench.homeregion.scratch)?));
    }
    Ok(figure)
}

/// A store whose assets were not made through the API: one was, and the others are copies of it.
fn large(bench: &Bench, starts: usize) -> Result<Figure, Refused> {
    const DATA: &str = "large";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    describe(&server)?;
    server.stop()?;
    let loaded = testkit::bulk::assets(&bench.homeregion.data(DATA), bench.effort.assets);
    loaded.map_err(|error| Refused::Failed(error.to_string()))?;
    let mut figure = Figure::of(OURS);
    for _ in 0..starts {
        figure.samples.push(started(bench, DATA)?);
    }
    Ok(figure)
}
