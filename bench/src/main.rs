//! `cargo xtask bench`: the server against its ceiling and its peers, side by side in one run.
//!
//! Everything happens on loopback and ends in bounded time. A timing is never a test.

mod ceiling;
mod load;
mod measure;
mod peer;
mod process;
mod random;
mod report;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use measure::{Bench, Effort};
use peer::homeregion::Homeregion;

const USAGE: &str = "cargo xtask bench [--quick] [--json] [MEASURE...]

  --quick   a second for each measure: shows that everything runs
  --json    JSON instead of tables
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // The bench starts itself once more as the bare server.
        ["ceiling", file] => ceiling::serve(Path::new(file)),
        _ => run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (options, wanted): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let known = |name: &str| measure::ALL.iter().any(|(known, _)| *known == name);
    if options.iter().any(|option| !["--quick", "--json"].contains(&option.as_str()))
        || wanted.iter().any(|name| !known(name))
    {
        let names: Vec<&str> = measure::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("{USAGE}\nthe measures are {}", names.join(", ")));
    }
    let given = |name: &str| options.iter().any(|option| *option == name);
    let bench = bench(if given("--quick") { Effort::QUICK } else { Effort::FULL })?;
    let mut measures = Vec::new();
    for (name, take) in measure::ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name}");
            measures.extend(take(&bench).map_err(|error| format!("{name}: {error}"))?);
        }
    }
    if given("--json") {
        println!("{:#}", report::json(&measures));
    } else {
        report::print(&measures);
    }
    Ok(())
}

/// Finds the programs beside this one, where `cargo build --release` puts them.
fn bench(effort: Effort) -> Result<Bench, String> {
    let myself = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = myself.parent().ok_or("this program lies in no folder")?;
    let beside = |name: &str| -> Result<PathBuf, String> {
        let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if program.exists() {
            return Ok(program);
        }
        Err(format!("{} does not exist; `cargo xtask bench` builds it", program.display()))
    };
    let tools = folder.parent().unwrap_or(folder).join("bench-tools");
    let scratch = tools.join("scratch");
    peer::homeregion::remove(&scratch)?;
    std::fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let homeregion = Homeregion { binary: beside("homeregion")?, scratch };
    let postgres = std::env::var("HOMEREGION_BENCH_POSTGRES").ok().filter(|url| !url.is_empty());
    Ok(Bench { homeregion, registry: beside("npm-fixture-registry")?, myself, tools, effort, postgres })
}
