//! A great many series: the memory that they take, and how long a server with all of them takes to start.

use super::points::{Times, Values, Walks, now_s};
use super::wire::{Shape, Wire, alias};
use super::{ALL, again, forget, send, start};
use crate::measure::Bench;
use crate::peer::homeregion::ask;
use crate::peer::signed::Operation;
use crate::report::{Aim, Better, Figure, Measure, OURS};

const DATA: &str = "many";
/// Points of each series.
const POINTS: usize = 10;
/// Series that are written at once.
const AT_ONCE: usize = 20_000;

/// Fills each contender once and starts it again some times.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let (mut memory, mut starts, mut begun) = (Vec::new(), Vec::new(), Vec::new());
    for (name, wire) in ALL {
        match measured(bench, name, wire) {
            Ok([one, two, three]) => {
                memory.push(one);
                starts.push(two);
                begun.push(three);
            }
            Err(reason) => memory.push(Figure::missing(name, reason)),
        }
        forget(bench, wire, DATA)?;
    }
    let series = bench.effort.series;
    let measure = |name: String, unit, better, aims, figures| Measure { name, unit, better, aims, figures };
    let mib = vec![Aim::Reach(1024.0)];
    let seconds = vec![Aim::Reach(5.0)];
    Ok(vec![
        measure(
            format!("{series} series that begin with {POINTS} points each"),
            "series/s",
            Better::More,
            Vec::new(),
            begun,
        ),
        measure(format!("memory with {series} series"), "MiB", Better::Less, mib, memory),
        measure(format!("start to Ready with {series} series"), "s", Better::Less, seconds, starts),
    ])
}

/// Memory, starts, and the speed at which series begin.
fn measured(bench: &Bench, name: &'static str, wire: Wire) -> Result<[Figure; 3], String> {
    let (mut memory, mut starts, mut begun) = (Figure::of(name), Figure::of(name), Figure::of(name));
    let mut server = start(bench, wire, DATA)?;
    let begin_s = now_s() - 3600;
    let mut seconds = 0.0;
    for first in (0..bench.effort.series).step_by(AT_ONCE) {
        let count = AT_ONCE.min(bench.effort.series - first);
        let sweep = Walks::new(count, begin_s, Times::Regular, Values::Walk).take(POINTS);
        let outcome = send(&server, wire, Shape { series: 10, values: POINTS }, first, &sweep)?;
        #[allow(clippy::cast_precision_loss)] // far below 2^52
        let requests = count.div_ceil(10) as f64;
        seconds += requests / outcome.rate;
    }
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    begun.samples.push(bench.effort.series as f64 / seconds);
    memory.samples.push(server.resident_mib()?);
    memory.add("peak MiB", server.peak_mib()?);
    for _ in 0..bench.effort.repetitions {
        server.stop()?;
        server = again(bench, wire, DATA)?;
        starts.samples.push(server.started_in.as_secs_f64());
        starts.add("MiB afterwards", server.resident_mib()?);
    }
    if name == OURS {
        let last = alias(bench.effort.series - 1).replace('/', "%2F");
        let path = format!("/properties/latest?propertyAlias={last}");
        let found = ask(&server, &Operation::rest("iotsitewise", "GET", &path, ""));
        let found = found.map_err(|refused| refused.to_string())?;
        if found["propertyValue"]["value"]["doubleValue"].is_null() {
            return Err(format!("the last series has no value after a restart: {found}"));
        }
    }
    Ok([memory, starts, begun])
}
