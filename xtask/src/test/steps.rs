//! The steps of `cargo xtask test`.

use std::process::Command;
use std::time::Instant;

use super::summary::{Count, Summary};
use super::tools::succeeds;
use super::{Context, Tier};
use crate::tidy as house_rules;

const NO_PYTHON: &str = "there is no Python environment (see above)";

/// Whether rustfmt would change anything.
pub fn format(context: &Context, summary: &mut Summary) {
    summary.run("format", &mut context.cargo(&["fmt", "--all", "--check"]));
}

/// The house rules.
pub fn tidy(context: &Context, summary: &mut Summary) {
    let started = Instant::now();
    let report = house_rules::check(&context.root);
    report.notes.iter().for_each(|note| println!("note: {note}"));
    report.findings.iter().for_each(|finding| println!("{finding}"));
    let failed = usize::from(!report.findings.is_empty());
    summary.record("tidy", Count { passed: 1 - failed, failed }, started.elapsed());
}

/// Whether the generated API models are what the pinned source gives.
pub fn generated(context: &Context, summary: &mut Summary) {
    match std::env::current_exe() {
        Ok(chores) => {
            let mut command = Command::new(chores);
            summary.run("generated code", command.args(["codegen", "--check"]).current_dir(&context.root));
        }
        Err(error) => summary.skip("generated code", format!("this program does not know itself: {error}")),
    }
}

/// The binary of the black-box tests, on the profile of the Rust tests so that nothing is built twice.
pub fn build(context: &Context, summary: &mut Summary) {
    summary.run("build", &mut context.cargo(&["build", "--workspace", "--bins"]));
}

/// Unit and operation tests, and the examples in doc comments.
pub fn rust_tests(context: &Context, summary: &mut Summary) {
    if succeeds(Command::new("cargo").args(["nextest", "--version"])) {
        summary.run("rust tests", &mut context.cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]));
        summary.run("rust examples", &mut context.cargo(&["test", "--workspace", "--doc", "--quiet"]));
    } else {
        summary.run("rust tests", &mut context.cargo(&["test", "--workspace", "--no-fail-fast", "--quiet"]));
    }
}

/// The lints; warnings are errors here.
pub fn clippy(context: &Context, summary: &mut Summary) {
    if !succeeds(Command::new("cargo").args(["clippy", "--version"])) {
        return summary.skip("clippy", "clippy is not installed");
    }
    let arguments = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    summary.run("clippy", &mut context.cargo(&arguments));
}

/// The fuzz targets as plain functions, each for some seconds over the kept corpus.
pub fn fuzz(context: &Context, summary: &mut Summary) {
    let seconds = if context.tier == Tier::Full { "60" } else { "3" };
    if !context.root.join("fuzz/Cargo.toml").exists() {
        return summary.skip("fuzz targets", "there are none yet");
    }
    summary.run("fuzz targets", &mut context.cargo(&["run", "--quiet", "--package", "fuzz", "--", seconds]));
}

/// boto3, the AWS command line, bad input and a failing machine against a server on `SQLite`.
pub fn black_box_sqlite(context: &Context, summary: &mut Summary) {
    let folders = ["tests/protocol", "tests/boto3", "tests/awscli", "tests/failures"];
    match context.pytest("sqlite", &folders) {
        Some(mut command) => summary.run("black box on sqlite", &mut command),
        None => summary.skip("black box on sqlite", NO_PYTHON),
    }
}

/// The same tests against a server on PostgreSQL.
pub fn black_box_postgres(context: &Context, summary: &mut Summary) {
    if context.postgres.is_none() {
        return summary.skip("black box on postgresql", "there is no PostgreSQL server (see above)");
    }
    let folders = ["tests/boto3", "tests/awscli"];
    match context.pytest("postgres", &folders) {
        Some(mut command) => summary.run("black box on postgresql", &mut command),
        None => summary.skip("black box on postgresql", NO_PYTHON),
    }
}

/// The package managers, through a fixture registry and the real one.
pub fn clients(context: &Context, summary: &mut Summary) {
    if !context.tools.npm {
        return summary.skip("package clients", "node and npm are not installed");
    }
    match context.pytest("sqlite", &["tests/clients"]) {
        Some(mut command) => summary.run("package clients", &mut command),
        None => summary.skip("package clients", NO_PYTHON),
    }
}

/// kill -9 in the middle of work, then a comparison with everything acknowledged.
pub fn crash(context: &Context, summary: &mut Summary) {
    let mut databases = vec!["sqlite"];
    if context.postgres.is_some() {
        databases.push("postgres");
    }
    for database in databases {
        let name = format!("crash on {database}");
        match context.pytest(database, &["tests/crash"]) {
            Some(mut command) => summary.run(&name, &mut command),
            None => summary.skip(&name, NO_PYTHON),
        }
    }
}

/// The three stories of the README.
pub fn stories(context: &Context, summary: &mut Summary) {
    match crate::stories::command(&context.root, &context.tools, &context.binary(), &[]) {
        Some(mut command) => summary.run("stories", &mut command),
        None => summary.skip("stories", NO_PYTHON),
    }
}
