//! What ran, how long it took, and how many tests passed.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How many tests of a step passed and failed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
}

enum Outcome {
    Ran(Count),
    Skipped(String),
}

/// Every step so far.
#[derive(Default)]
pub struct Summary {
    steps: Vec<(String, Outcome, Duration)>,
}

impl Summary {
    /// Records a step that ran inside this program.
    pub fn record(&mut self, name: &str, count: Count, took: Duration) {
        self.steps.push((name.to_owned(), Outcome::Ran(count), took));
    }

    /// Records, loudly, a step that cannot run here.
    pub fn skip(&mut self, name: &str, reason: impl Into<String>) {
        let reason = reason.into();
        println!("SKIPPED {name}: {reason}");
        self.steps.push((name.to_owned(), Outcome::Skipped(reason), Duration::ZERO));
    }

    /// Runs a command, shows what it prints, and counts the tests that it reports.
    ///
    /// A command that reports no tests counts as one test.
    pub fn run(&mut self, name: &str, command: &mut Command) {
        let started = Instant::now();
        let (succeeded, mut count) = match watch(command) {
            Ok(watched) => watched,
            Err(error) => {
                println!("{name}: {} does not start: {error}", command.get_program().to_string_lossy());
                (false, Count::default())
            }
        };
        if succeeded && count == Count::default() {
            count.passed = 1;
        }
        if !succeeded && count.failed == 0 {
            count.failed = 1;
        }
        self.record(name, count, started.elapsed());
    }

    /// Prints the table; the last line is `N passed, N failed`.
    pub fn print(&self, took: Duration) -> ExitCode {
        let mut total = Count::default();
        println!("\n{:<34} {:>8} {:>8} {:>9}", "step", "passed", "failed", "seconds");
        for (name, outcome, took) in &self.steps {
            match outcome {
                Outcome::Ran(count) => {
                    total.passed += count.passed;
                    total.failed += count.failed;
                    println!(
                        "{name:<34} {:>8} {:>8} {:>9.1}",
                        count.passed,
                        count.failed,
                        took.as_secs_f64()
                    );
                }
                Outcome::Skipped(reason) => println!("{name:<34} SKIPPED: {reason}"),
            }
        }
        println!("took {:.0} seconds", took.as_secs_f64());
        println!("{} passed, {} failed", total.passed, total.failed);
        if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Runs a command with its output shown line by line; answers whether it succeeded and what it counted.
fn watch(command: &mut Command) -> std::io::Result<(bool, Count)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, lines) = mpsc::channel();
    let pipes: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || forward(pipe, &sender));
    }
    drop(sender);
    let mut count = Count::default();
    for line in lines {
        println!("{line}");
        if let Some(more) = counted(&line) {
            count.passed += more.passed;
            count.failed += more.failed;
        }
    }
    Ok((child.wait()?.success(), count))
}

fn forward(pipe: Box<dyn Read + Send>, sender: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        if sender.send(text).is_err() {
            return;
        }
    }
}

/// The count in a summary line of nextest, of libtest or of pytest.
fn counted(line: &str) -> Option<Count> {
    let line = line.trim().trim_matches('=').trim();
    let is_summary = line.starts_with("test result: ")
        || (line.starts_with("Summary [") && line.contains("tests run"))
        || (line.contains(" in ") && line.ends_with('s') && starts_with_count(line))
        || (line.contains(" in ") && line.ends_with(')') && starts_with_count(line));
    if !is_summary {
        return None;
    }
    let words: Vec<&str> = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    let before = |wanted: &[&str]| {
        let pairs = words.windows(2).filter(|pair| wanted.contains(&pair[1]));
        pairs.filter_map(|pair| pair[0].parse::<usize>().ok()).sum()
    };
    Some(Count { passed: before(&["passed"]), failed: before(&["failed", "error", "errors", "timed"]) })
}

fn starts_with_count(line: &str) -> bool {
    let mut words = line.split([' ', ',']);
    let number = words.next().is_some_and(|word| word.parse::<usize>().is_ok());
    number
        && matches!(words.next(), Some("passed" | "failed" | "skipped" | "error" | "errors" | "deselected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_the_three_runners_are_counted() {
        let cases = [
            ("test result: ok. 3 passed; 1 failed; 0 ignored; 0 measured; finished in 0.01s", Some((3, 1))),
            (
                "     Summary [   0.012s] 7 tests run: 5 passed, 1 failed, 1 timed out, 0 skipped",
                Some((5, 2)),
            ),
            ("5 passed, 2 skipped in 1.23s", Some((5, 0))),
            ("=== 1 failed, 5 passed, 2 errors in 61.20s (0:01:01) ===", Some((5, 3))),
            ("4 passed crates in sight", None),
            ("checking things in 5s", None),
        ];
        for (line, expected) in cases {
            assert_eq!(counted(line).map(|count| (count.passed, count.failed)), expected, "{line}");
        }
    }

    #[test]
    fn a_command_without_tests_counts_as_one() {
        let mut summary = Summary::default();
        summary.run("yes", Command::new("true").arg("x"));
        summary.run("no", &mut Command::new("false"));
        let counts: Vec<Count> = summary
            .steps
            .iter()
            .filter_map(|(_, outcome, _)| match outcome {
                Outcome::Ran(count) => Some(*count),
                Outcome::Skipped(_) => None,
            })
            .collect();
        assert_eq!(counts, [Count { passed: 1, failed: 0 }, Count { passed: 0, failed: 1 }]);
    }
}
