//! Values of time series, beside VictoriaMetrics and InfluxDB on the same points.

mod engine;
pub mod lag;
pub mod latest;
pub mod many;
mod points;
pub mod put;
pub mod size;
mod wire;
pub mod year;

use crate::load::{Outcome, Prepared};
use crate::peer::{influx, victoria};
use crate::process::Process;
use crate::report::OURS;
use points::Sample;
use wire::{Shape, Wire};

use super::Bench;

/// The contenders where what is stored is measured, and how each takes points.
const ALL: [(&str, Wire); 3] =
    [(OURS, Wire::SiteWise), (victoria::VICTORIA, Wire::VictoriaJson), (influx::INFLUX, Wire::InfluxLines)];

/// Starts a contender with nothing in it.
fn start(bench: &Bench, wire: Wire, data: &str) -> Result<Process, String> {
    let scratch = &bench.homeregion.scratch;
    match wire {
        Wire::SiteWise => {
            bench.homeregion.forget(data)?;
            bench.homeregion.start(data, &[])
        }
        Wire::InfluxLines => influx::start(&bench.tools, scratch, &format!("{data}-influx")),
        Wire::VictoriaLines | Wire::VictoriaJson => {
            victoria::start(&bench.tools, scratch, &format!("{data}-victoria"))
        }
    }
}

/// Starts a contender with what it had when it was stopped.
fn again(bench: &Bench, wire: Wire, data: &str) -> Result<Process, String> {
    let scratch = &bench.homeregion.scratch;
    match wire {
        Wire::SiteWise => bench.homeregion.start(data, &[]),
        Wire::InfluxLines => influx::again(&bench.tools, scratch, &format!("{data}-influx")),
        Wire::VictoriaLines | Wire::VictoriaJson => {
            victoria::again(&bench.tools, scratch, &format!("{data}-victoria"))
        }
    }
}

/// Removes what a contender has stored: some of it is large.
fn forget(bench: &Bench, wire: Wire, data: &str) -> Result<(), String> {
    let name = match wire {
        Wire::SiteWise => data.to_owned(),
        Wire::InfluxLines => format!("{data}-influx"),
        Wire::VictoriaLines | Wire::VictoriaJson => format!("{data}-victoria"),
    };
    crate::peer::homeregion::remove(&bench.homeregion.scratch.join(name))
}

/// Sends points of series whose first one has that number.
fn send(
    server: &Process,
    wire: Wire,
    shape: Shape,
    first: usize,
    sweep: &[Vec<Sample>],
) -> Result<Outcome, String> {
    let mut requests = Vec::new();
    wire.requests(server.address, shape, first, sweep, &mut requests);
    let connections = if wire == Wire::SiteWise { 32 } else { 4 };
    Prepared { requests, connections, expected: wire.expected() }.send(server)
}

/// A request that only asks.
fn get(server: &Process, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).into_bytes()
}
