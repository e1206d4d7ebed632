//! `cargo xtask test`: sets up what the tests need, says what it does, runs everything, prints a summary.
//!
//! The steps run one after the other on the dev profile; a failing step does not stop the later ones.

mod broker;
pub mod postgres;
mod steps;
pub mod summary;
pub mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use self::postgres::Postgres;
use self::summary::Summary;
use self::tools::Tools;

/// How much of the suite runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Under 25 minutes on two cores from a cold build.
    Default,
    /// With the long loops and the heavy clients.
    Full,
}

/// What every step needs to know.
pub struct Context {
    pub root: PathBuf,
    pub tier: Tier,
    pub tools: Tools,
    pub postgres: Option<Postgres>,
}

type Step = fn(&Context, &mut Summary);

/// The steps in their order, by the name that selects them on the command line.
const STEPS: &[(&str, Step)] = &[
    ("fmt", steps::format),
    ("tidy", steps::tidy),
    ("generated", steps::generated),
    ("build", steps::build),
    ("rust", steps::rust_tests),
    ("fuzz", steps::fuzz),
    ("sqlite", steps::black_box_sqlite),
    ("clients", steps::clients),
    ("stories", steps::stories),
    ("postgres", steps::black_box_postgres),
    ("crash", steps::crash),
    ("clippy", steps::clippy),
];

/// Runs the suite; arguments are `--full` and names of steps (none means all).
pub fn run(root: &Path, arguments: &[String]) -> ExitCode {
    let started = Instant::now();
    let tier = if arguments.iter().any(|argument| argument == "--full") { Tier::Full } else { Tier::Default };
    let wanted: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|argument| *argument != "--full").collect();
    if let Some(unknown) = wanted.iter().find(|wanted| !STEPS.iter().any(|(name, _)| name == *wanted)) {
        let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no step named {unknown:?}; the steps are {}", names.join(", "));
        return ExitCode::from(2);
    }
    let mut summary = Summary::default();
    let tools = Tools::set_up(root, &mut summary);
    let postgres = Postgres::start(&mut summary);
    broker::set_up(&mut summary);
    let context = Context { root: root.to_owned(), tier, tools, postgres };
    for (name, step) in STEPS {
        if wanted.is_empty() || wanted.contains(name) {
            println!("\n== {name}");
            step(&context, &mut summary);
        }
    }
    drop(context);
    summary.print(started.elapsed())
}

impl Context {
    /// A command of cargo that runs in the workspace.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        self.export(&mut command);
        command
    }

    /// A run of pytest on some folders of `tests/`.
    pub fn pytest(&self, database: &str, folders: &[&str]) -> Option<Command> {
        let python = self.tools.python.as_ref()?;
        let mut command = Command::new(python);
        command.args(["-m", "pytest", "-q", "-rs"]).args(folders).current_dir(&self.root);
        self.export(&mut command);
        command.env("HOMEREGION_TEST_DATABASE", database);
        if self.tier == Tier::Full {
            command.env("HOMEREGION_TEST_FULL", "1");
        }
        Some(command)
    }

    /// The binary that the black-box tests drive.
    pub fn binary(&self) -> PathBuf {
        self.tools.target.join("debug").join(format!("homeregion{}", std::env::consts::EXE_SUFFIX))
    }

    fn export(&self, command: &mut Command) {
        command.env("HOMEREGION_BIN", self.binary());
        command.env("HOMEREGION_TEST_TOOLS", &self.tools.folder);
        if let Some(postgres) = &self.postgres {
            command.env("HOMEREGION_TEST_POSTGRES", &postgres.url);
            command.env("HOMEREGION_TEST_PSQL", &postgres.psql);
        }
    }
}
