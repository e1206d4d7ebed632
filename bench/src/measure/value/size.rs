//! What a point takes on the disk once it is sealed: values and timestamps apart.
//!
//! Walks at regular times cost values alone, constants at jittered times cost timestamps alone.

use series::SeriesKey;

use super::points::{SERIES, Times, Values, Walks, now_s};
use super::wire::{Shape, Wire};
use super::{engine, forget, send, start};
use crate::measure::Bench;
use crate::peer::victoria::{self, VICTORIA};
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Rounds of writing that make up the points, as many as measures of writing have.
const ROUNDS: usize = 5;

/// A day before now the points begin.
const BEGIN_BEFORE_S: i64 = 24 * 3600;

/// Every kind of points once: the same points take the same bytes each time.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let of_victoria = |times: f64| vec![Aim::Times(VICTORIA, times)];
    let kinds = [
        ("walk, regular times", Values::Walk, Times::Regular, vec![Aim::Reach(1.4)]),
        ("walk, times ±3 ms", Values::Walk, Times::Jittered, of_victoria(1.0)),
        ("constant, regular times", Values::Constant, Times::Regular, Vec::new()),
        ("constant, times ±3 ms", Values::Constant, Times::Jittered, Vec::new()),
    ];
    let mut measures = Vec::new();
    for (name, values, times, aims) in kinds {
        let walks = Walks::new(SERIES, now_s() - BEGIN_BEFORE_S, times, values);
        let figures = vec![
            ours(bench, walks.clone())?,
            theirs(bench, walks).unwrap_or_else(|reason| Figure::missing(VICTORIA, reason)),
        ];
        let points = SERIES * bench.effort.points * ROUNDS;
        let name = format!("a point sealed, {name}, {points} points of {SERIES} series");
        measures.push(Measure { name, unit: "bytes", better: Better::Less, aims, figures });
    }
    Ok(measures)
}

fn ours(bench: &Bench, mut walks: Walks) -> Result<Figure, String> {
    const DATA: &str = "sealed";
    bench.homeregion.forget(DATA)?;
    let engine = engine::alone(&bench.homeregion.data(DATA))?;
    let mut seconds = 0.0;
    for _ in 0..bench.effort.points * ROUNDS / 10 {
        let sweep: Vec<_> = (1..).map(SeriesKey).zip(walks.take(10)).collect();
        let begun = std::time::Instant::now();
        engine::write(&engine, &sweep)?;
        seconds += begun.elapsed().as_secs_f64();
    }
    engine::seal(&engine)?;
    let (points, bytes, segments) = engine::sealed(&engine);
    let mut figure = Figure::of(OURS);
    figure.samples.push(ratio(bytes, points));
    figure.add("segments", ratio(segments as u64, 1));
    figure.add("points/s into the engine alone, durable", ratio(points, 1) / seconds);
    drop(engine);
    bench.homeregion.forget(DATA)?;
    Ok(figure)
}

fn theirs(bench: &Bench, mut walks: Walks) -> Result<Figure, String> {
    const DATA: &str = "sealed";
    let wire = Wire::VictoriaJson;
    let server = start(bench, wire, DATA)?;
    let mut points = 0_u64;
    while points < (SERIES * bench.effort.points * ROUNDS) as u64 {
        let sweep = walks.take(100.min(bench.effort.points));
        points += sweep.iter().map(|samples| samples.len() as u64).sum::<u64>();
        send(&server, wire, Shape { series: 100, values: 100 }, 0, &sweep)?;
    }
    victoria::merge(&server)?;
    let mut figure = Figure::of(VICTORIA);
    figure.samples.push(ratio(victoria::bytes(&server)?, points));
    drop(server);
    forget(bench, wire, DATA)?;
    Ok(figure)
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn ratio(one: u64, other: u64) -> f64 {
    one as f64 / other as f64
}
