//! The latest value of one of ten thousand series: one client that asks for one after the other, and many.

use super::points::{SERIES, Times, Values, Walks, now_s};
use super::wire::{Shape, Wire, alias};
use super::{ALL, get, send, start};
use crate::load::Prepared;
use crate::measure::Bench;
use crate::peer::signed::Operation;
use crate::peer::victoria;
use crate::process::Process;
use crate::random::mixed;
use crate::report::{Aim, Better, Figure, Measure};

/// Clients of the second measure.
const CONNECTIONS: usize = 32;

/// Points of each series, the last one now.
const POINTS: usize = 20;

/// One client, many clients.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let mut servers = Vec::new();
    let mut missing = Vec::new();
    for (name, wire) in ALL {
        match filled(bench, wire) {
            Ok(server) => servers.push((name, wire, server)),
            Err(reason) => missing.push(Figure::missing(name, reason)),
        }
    }
    let mut measures = Vec::new();
    for (connections, aims) in [(1, vec![Aim::Reach(1.0)]), (CONNECTIONS, Vec::new())] {
        let mut figures: Vec<Figure> = servers.iter().map(|(name, ..)| Figure::of(name)).collect();
        for round in 0..bench.effort.rounds {
            for ((_, wire, server), figure) in servers.iter().zip(&mut figures) {
                let requests = questions(server, *wire, round);
                let outcome = Prepared { requests, connections, expected: expected(*wire) }.send(server)?;
                figure.samples.push(outcome.p99_ms);
                figure.add("p50 ms", outcome.p50_ms);
                figure.add("requests/s", outcome.rate);
                figure.add("server CPU µs/request", outcome.cpu_us);
            }
        }
        figures.extend(missing.iter().cloned());
        let noun = if connections == 1 { "client" } else { "clients" };
        let name = format!("latest value of {SERIES} series, {connections} {noun}, 99 of 100");
        measures.push(Measure { name, unit: "ms", better: Better::Less, aims, figures });
    }
    Ok(measures)
}

fn filled(bench: &Bench, wire: Wire) -> Result<Process, String> {
    let server = start(bench, wire, "latest")?;
    let begin_s = now_s() - i64::try_from(POINTS).unwrap_or_default();
    let sweep = Walks::new(SERIES, begin_s, Times::Regular, Values::Walk).take(POINTS);
    send(&server, wire, Shape { series: 10, values: 10 }, 0, &sweep)?;
    if wire == Wire::VictoriaJson {
        victoria::flush(&server)?;
    }
    Ok(server)
}

/// What each answer must hold.
fn expected(wire: Wire) -> &'static str {
    match wire {
        Wire::SiteWise => "doubleValue",
        Wire::InfluxLines => "\"values\"",
        Wire::VictoriaLines | Wire::VictoriaJson => "\"value\"",
    }
}

fn questions(server: &Process, wire: Wire, round: usize) -> Vec<Vec<u8>> {
    let chosen = (0..4_000_u64).map(|i| mixed(i + ((round as u64) << 32)) % (SERIES as u64));
    chosen.map(|series| question(server, wire, usize::try_from(series).unwrap_or_default())).collect()
}

fn question(server: &Process, wire: Wire, series: usize) -> Vec<u8> {
    match wire {
        Wire::SiteWise => {
            let path = format!("/properties/latest?propertyAlias={}", alias(series).replace('/', "%2F"));
            Operation::rest("iotsitewise", "GET", &path, "").plain(server.address)
        }
        Wire::InfluxLines => {
            let query = format!("SELECT%20last(v)%20FROM%20m%20WHERE%20s%3D%27{series:07}%27");
            get(server, &format!("/query?db=bench&q={query}"))
        }
        Wire::VictoriaLines | Wire::VictoriaJson => {
            get(server, &format!("/api/v1/query?query=m_v%7Bs%3D%22{series:07}%22%7D"))
        }
    }
}
