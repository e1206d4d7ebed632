//! Contenders under the same load, taking turns.

use super::Bench;
use crate::load::{self, Load, Template};
use crate::process::Process;
use crate::report::Figure;

/// A contender with its server running.
pub struct Contender {
    pub server: Process,
    pub template: Template,
    pub connections: usize,
    pub figure: Figure,
}

/// Loads them in turn, round after round; a sample is the rate of one round.
pub fn rounds(bench: &Bench, contenders: Vec<Contender>) -> Result<Vec<Figure>, String> {
    Ok(rounds_of(bench, contenders)?.0)
}

/// The same, handing the servers back, which go on.
pub fn rounds_of(
    bench: &Bench,
    mut contenders: Vec<Contender>,
) -> Result<(Vec<Figure>, Vec<Process>), String> {
    for _ in 0..bench.effort.rounds {
        for contender in &mut contenders {
            contender.round(bench)?;
        }
    }
    Ok(contenders.into_iter().map(|contender| (contender.figure, contender.server)).unzip())
}

impl Contender {
    fn round(&mut self, bench: &Bench) -> Result<(), String> {
        let load = Load {
            address: self.server.address,
            template: &self.template,
            connections: self.connections,
            warm_up: bench.effort.warm_up,
            measured: bench.effort.measured,
        };
        let outcome = load::run(&load, &self.server)?;
        self.figure.samples.push(outcome.rate);
        self.figure.add("p50 ms", outcome.p50_ms);
        self.figure.add("p99 ms", outcome.p99_ms);
        self.figure.add("server CPU µs/request", outcome.cpu_us);
        Ok(())
    }
}
