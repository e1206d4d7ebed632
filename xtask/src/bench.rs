//! `cargo xtask bench`: builds the server and the bench as they ship, then measures.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::test::postgres::Postgres;
use crate::test::tools::shown;

/// Builds and measures; arguments go to the bench.
pub fn run(root: &Path, arguments: &[String]) -> ExitCode {
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let packages = ["-p", "homeregion", "-p", "bench", "-p", "testkit"];
    let built =
        shown(cargo().args(["build", "--release", "--quiet", "--bins"]).args(packages).current_dir(root));
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    let bench = target.join("release").join(format!("bench{}", std::env::consts::EXE_SUFFIX));
    // Writes are measured on PostgreSQL too, where there is one.
    let postgres = built
        .is_ok()
        .then(Postgres::start_durable)
        .and_then(|started| started.inspect_err(|reason| eprintln!("without PostgreSQL: {reason}")).ok());
    let url = postgres.as_ref().map(|server| server.url.as_str()).unwrap_or_default();
    // What went wrong is said where it happened; here only the name of the step is missing.
    let mut measure = Command::new(bench);
    measure.args(arguments).current_dir(root).env("HOMEREGION_BENCH_POSTGRES", url);
    let measured = built.and_then(|()| shown(&mut measure));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}
