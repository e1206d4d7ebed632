//! `homeregion sitewise import` and `demo`: which file, which server, and how it went.

use std::fs::File;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::ExitCode;

use commands::sitewise_apply::Exit;
use commands::sitewise_demo;
use commands::sitewise_import::{self, Refused};

use crate::arguments::{Demo, ImportValues};
use crate::sitewise::remote;

/// Refused rows that are told one by one; a file for all of them can be named.
const TOLD_MAX: usize = 50;

/// Imports values from a file.
pub fn import(arguments: &ImportValues) -> Result<ExitCode, String> {
    let name = arguments.file.display();
    let open = || File::open(&arguments.file).map_err(|error| format!("{name} cannot be read: {error}"));
    let rows = BufReader::new(open()?).split(b'\n').count();
    let file = BufReader::new(open()?);
    let remote = remote(&arguments.home, &arguments.whom)?;
    let mut report = match &arguments.errors {
        None => None,
        Some(path) => {
            let cannot = |error| format!("{} cannot be written: {error}", path.display());
            let mut report = File::create(path).map_err(cannot)?;
            writeln!(report, "LINE,CODE,MESSAGE,ROW").map_err(cannot)?;
            Some(report)
        }
    };
    let mut told = 0;
    let mut refuse = |refused: Refused| {
        told += 1;
        if told <= TOLD_MAX {
            eprintln!("{name}:{}: {}: {}", refused.line, refused.code, refused.message);
        }
        if let Some(report) = &mut report {
            let Refused { line, code, message, raw } = refused;
            // What was refused is counted all the same.
            let _ = writeln!(report, "{line},{},{},{}", quoted(&code), quoted(&message), quoted(&raw));
        }
    };
    let terminal = std::io::stderr().is_terminal();
    let import = sitewise_import::Import { columns: arguments.columns.as_deref(), rows, terminal };
    let outcome = sitewise_import::import(&remote, file, &import, &mut refuse);
    let outcome = outcome.map_err(|error| format!("{name}: {error}"))?;
    if told > TOLD_MAX {
        eprintln!("homeregion: {} more rows were refused; --errors FILE writes all of them", told - TOLD_MAX);
    }
    say!(
        "{} of {} rows stored, {} refused",
        outcome.stored,
        outcome.stored + outcome.refused,
        outcome.refused
    );
    let exit = if outcome.refused == 0 { Exit::Done } else { Exit::Refused };
    Ok(ExitCode::from(exit.code()))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Shows the wind farm, until it is interrupted.
pub fn demo(arguments: &Demo) -> Result<(), String> {
    let remote = remote(&arguments.home, &arguments.whom)?;
    let options = sitewise_demo::Options {
        days: arguments.days,
        once: arguments.once,
        terminal: std::io::stderr().is_terminal(),
    };
    sitewise_demo::demo(&remote, options, &mut std::io::stdout())
}
