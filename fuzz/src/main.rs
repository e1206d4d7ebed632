//! `cargo run --package fuzz -- --seconds N [--target NAME] [--seed N] [--keep]`: mutates every target's corpus.
//!
//! Inputs that led to something new are mutated further in this run; `--keep` adds them to the corpus. An input that
//! makes its target panic goes to `fuzz/findings/`, and the run fails.

use std::collections::HashSet;
use std::panic;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::mutator::Mutator;
use fuzz::{TARGETS, Target, corpus, take_notes};

/// An execution that takes longer is a finding, even of an unoptimised build on a busy machine.
const EXECUTION_DURATION_MAX: Duration = Duration::from_secs(10);
/// Longest input that `--keep` adds to the corpus.
const KEPT_BYTES_MAX: usize = 2 * 1024;

struct Arguments {
    seconds: u64,
    seed: u64,
    target: Option<String>,
    keep: bool,
}

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(sentence) => {
            eprintln!("fuzz: {sentence}");
            return ExitCode::FAILURE;
        }
    };
    let mut findings = 0;
    let chosen = |target: &&Target| arguments.target.as_ref().is_none_or(|name| name == target.name);
    for target in TARGETS.iter().filter(chosen) {
        findings += usize::from(!drive(target, &arguments));
    }
    if findings > 0 {
        println!("fuzz: {findings} targets panicked");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Arguments {
    fn read(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self { seconds: 3, seed: 1, target: None, keep: false };
        let number = |name: &str, text: Option<String>| {
            let text = text.unwrap_or_default();
            text.parse().map_err(|_| format!("{name} needs a number, not '{text}'"))
        };
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--seconds" => read.seconds = number("--seconds", given.next())?,
                "--seed" => read.seed = number("--seed", given.next())?,
                "--target" => read.target = Some(given.next().ok_or("--target needs a name")?),
                "--keep" => read.keep = true,
                seconds => read.seconds = number("the first argument", Some(seconds.to_owned()))?,
            }
        }
        let known = |name: &String| TARGETS.iter().any(|target| target.name == name);
        match &read.target {
            Some(name) if !known(name) => Err(format!("no target is named {name}")),
            _ => Ok(read),
        }
    }
}

/// Drives one target for its time; says whether it held.
fn drive(target: &Target, arguments: &Arguments) -> bool {
    let mut inputs: Vec<Vec<u8>> = match corpus::read(target.name) {
        Ok(kept) => kept.into_iter().map(|(_, input)| input).collect(),
        Err(error) => {
            println!("{:20} the corpus cannot be read: {error}", target.name);
            return false;
        }
    };
    inputs.push(Vec::new());
    let kept = inputs.len();
    let begun = Instant::now();
    let duration = Duration::from_secs(arguments.seconds);
    let mut mutator = Mutator::new(arguments.seed);
    let mut seen: HashSet<u64> = HashSet::new();
    let mut executions = 0_usize;
    // The corpus as it is goes first.
    while executions < kept || begun.elapsed() < duration {
        let input = if executions < kept {
            inputs[executions].clone()
        } else {
            let (one, other) = (mutator.below(inputs.len()), mutator.below(inputs.len()));
            mutator.mutate(&inputs[one], &inputs[other], target.words)
        };
        if let Err(sentence) = execute(target, &input) {
            report(target, &input, &sentence, arguments.seed, executions);
            return false;
        }
        let notes = take_notes();
        let new = notes.iter().any(|note| !seen.contains(note));
        seen.extend(notes);
        if new && executions >= kept {
            if arguments.keep && input.len() <= KEPT_BYTES_MAX {
                corpus::keep(target.name, &input).expect("the corpus can be written");
            }
            inputs.push(input);
        }
        executions += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let rate = f64::from(u32::try_from(executions).unwrap_or(u32::MAX)) / seconds;
    let (number, outcomes) = (arguments.seed, seen.len());
    println!(
        "{:20} {executions:8} executions {rate:8.0}/s {outcomes:5} outcomes, seed {number}",
        target.name
    );
    true
}

fn execute(target: &Target, input: &[u8]) -> Result<(), String> {
    let begun = Instant::now();
    if panic::catch_unwind(|| (target.run)(input)).is_err() {
        return Err("panicked".to_owned());
    }
    let duration = begun.elapsed();
    if duration > EXECUTION_DURATION_MAX {
        return Err(format!("took {} ms", duration.as_millis()));
    }
    Ok(())
}

fn report(target: &Target, input: &[u8], sentence: &str, seed: u64, executions: usize) {
    let place = match corpus::write_finding(target.name, input) {
        Ok(path) => path.display().to_string(),
        Err(error) => format!("nowhere: {error}"),
    };
    println!("{:20} {sentence} at execution {executions}, seed {seed}; input in {place}", target.name);
}
