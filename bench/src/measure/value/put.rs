//! Values come in over HTTP, a hundred in a request or one, from clients that wait for each answer.

use super::points::{SERIES, Times, Values, Walks, now_s};
use super::wire::{Shape, Wire};
use crate::load::Prepared;
use crate::measure::Bench;
use crate::peer::{influx, victoria};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// A day before now the points begin: well inside the seven days that are taken.
const BEGIN_BEFORE_S: i64 = 24 * 3600;

/// VictoriaMetrics by lines.
const LINES: &str = "VictoriaMetrics, lines (not durable)";
/// VictoriaMetrics by JSON.
const JSON: &str = "VictoriaMetrics, JSON (not durable)";
/// InfluxDB by lines.
const INFLUX: &str = "InfluxDB 1.6 (durable)";

/// What is sent.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    shape: Shape,
    times: Times,
    /// Requests of one round are so many of a round's points: one in a hundred where a request has one point.
    values: usize,
    connections: usize,
    aim: f64,
}

/// A server that takes points.
struct Contender {
    server: Process,
    wire: Wire,
    connections: usize,
    walks: Walks,
    figure: Figure,
}

/// A hundred points in a request: ten of each of ten series.
pub fn hundred(bench: &Bench) -> Result<Vec<Measure>, String> {
    let shape = Shape { series: 10, values: 10 };
    let subject = |name, times| Subject {
        name,
        shape,
        times,
        values: bench.effort.points,
        connections: 32,
        aim: 1_000_000.0,
    };
    let regular = subject("values in, 100 a request, regular times", Times::Regular);
    let jittered = subject("values in, 100 a request, times ±3 ms", Times::Jittered);
    [regular, jittered].into_iter().map(|subject| measure(bench, subject)).collect()
}

/// One point in a request.
pub fn one(bench: &Bench) -> Result<Vec<Measure>, String> {
    let shape = Shape { series: 1, values: 1 };
    let values = (bench.effort.points / 20).max(1);
    let subject = Subject {
        name: "values in, 1 a request",
        shape,
        times: Times::Regular,
        values,
        connections: 64,
        aim: 30_000.0,
    };
    Ok(vec![measure(bench, subject)?])
}

fn measure(bench: &Bench, subject: Subject) -> Result<Measure, String> {
    let mut contenders = vec![ours(bench, subject)?];
    let mut figures = Vec::new();
    for (name, wire) in
        [(LINES, Wire::VictoriaLines), (JSON, Wire::VictoriaJson), (INFLUX, Wire::InfluxLines)]
    {
        match theirs(bench, subject, name, wire) {
            Ok(contender) => contenders.push(contender),
            Err(reason) => figures.push(Figure::missing(name, reason)),
        }
    }
    for contender in &mut contenders {
        // The first points of each series: names are made, and what is compared comes after them.
        let shape = Shape { series: 10, values: 10 };
        contender.send(shape, 10)?;
    }
    for _ in 0..bench.effort.rounds {
        for contender in &mut contenders {
            contender.round(subject)?;
        }
    }
    figures.extend(contenders.into_iter().map(|contender| contender.figure));
    Ok(Measure {
        name: format!("{} (durable), {} connections", subject.name, subject.connections),
        unit: "points/s",
        better: Better::More,
        aims: vec![Aim::Reach(subject.aim)],
        figures,
    })
}

fn ours(bench: &Bench, subject: Subject) -> Result<Contender, String> {
    const DATA: &str = "values";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    Ok(Contender::new(server, Wire::SiteWise, subject, OURS))
}

fn theirs(bench: &Bench, subject: Subject, name: &'static str, wire: Wire) -> Result<Contender, String> {
    let scratch = &bench.homeregion.scratch;
    let server = match wire {
        Wire::InfluxLines => influx::start(&bench.tools, scratch, "influx")?,
        Wire::VictoriaJson => victoria::start(&bench.tools, scratch, "victoria-json")?,
        _ => victoria::start(&bench.tools, scratch, "victoria-lines")?,
    };
    Ok(Contender::new(server, wire, subject, name))
}

impl Contender {
    fn new(server: Process, wire: Wire, subject: Subject, name: &'static str) -> Self {
        // Few connections suit the peers best: more of them only wait.
        let connections =
            if wire == Wire::SiteWise || subject.shape.values == 1 { subject.connections } else { 8 };
        let walks = Walks::new(SERIES, now_s() - BEGIN_BEFORE_S, subject.times, Values::Walk);
        Self { server, wire, connections, walks, figure: Figure::of(name) }
    }

    fn round(&mut self, subject: Subject) -> Result<(), String> {
        let points = subject.shape.series * subject.shape.values;
        let (outcome, bytes) = self.send(subject.shape, subject.values)?;
        #[allow(clippy::cast_precision_loss)] // few
        let points = points as f64;
        self.figure.samples.push(outcome.rate * points);
        self.figure.add("p50 ms", outcome.p50_ms);
        self.figure.add("p99 ms", outcome.p99_ms);
        self.figure.add("server CPU µs/point", outcome.cpu_us / points);
        self.figure.add("wire bytes/point", bytes / points);
        self.figure.add("server MiB", self.server.resident_mib()?);
        Ok(())
    }

    /// Sends so many points more of every series; answers how it went, and how long a request was.
    fn send(&mut self, shape: Shape, values: usize) -> Result<(crate::load::Outcome, f64), String> {
        let mut requests = Vec::new();
        let mut left = values;
        while left > 0 {
            let count = left.min(shape.values);
            let sweep = self.walks.take(count);
            self.wire.requests(self.server.address, shape, 0, &sweep, &mut requests);
            left -= count;
        }
        #[allow(clippy::cast_precision_loss)] // far below 2^52
        let bytes = requests.iter().map(Vec::len).sum::<usize>() as f64 / requests.len().max(1) as f64;
        let (connections, expected) = (self.connections, self.wire.expected());
        let outcome = Prepared { requests, connections, expected }.send(&self.server)?;
        Ok((outcome, bytes))
    }
}
