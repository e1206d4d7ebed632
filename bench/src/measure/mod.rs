//! The measures, in the order of the report.

pub mod asset;
mod contender;
pub mod gems;
pub mod herd;
pub mod install;
pub mod manifest;
pub mod memory;
pub mod nuget;
pub mod operation;
pub mod package_list;
pub mod packument;
pub mod plant;
pub mod project_page;
pub mod publish;
mod push;
pub mod start;
pub mod task_list;
pub mod value;
mod warm;

use std::path::PathBuf;
use std::time::Duration;

use crate::peer::homeregion::Homeregion;
use crate::report::Measure;

/// What every measure needs to know.
pub struct Bench {
    pub homeregion: Homeregion,
    /// This program, which is also the ceiling.
    pub myself: PathBuf,
    /// The fixture registry of testkit.
    pub registry: PathBuf,
    /// Where the contenders are installed.
    pub tools: PathBuf,
    pub effort: Effort,
    /// A PostgreSQL server for the writes, if there is one.
    pub postgres: Option<String>,
}

/// How long the bench takes.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: usize,
    pub warm_up: Duration,
    pub measured: Duration,
    /// Repetitions of what takes a second or more in itself.
    pub repetitions: usize,
    /// Assets in the large store.
    pub assets: usize,
    /// Migration tasks in the large store.
    pub tasks: usize,
    /// Packages in the large store.
    pub packages: usize,
    /// Points of each series that a round of writing brings, of ten thousand.
    pub points: usize,
    /// Days of the long series, a point a second.
    pub days: usize,
    /// Series where there are a great many.
    pub series: usize,
    /// Metrics that are computed every minute.
    pub metrics: usize,
}

impl Effort {
    /// A figure that can be quoted.
    pub const FULL: Self = Self {
        rounds: 5,
        warm_up: Duration::from_millis(500),
        measured: Duration::from_secs(2),
        repetitions: 3,
        assets: 100_000,
        tasks: 1_000_000,
        packages: 1_000_000,
        points: 200,
        days: 365,
        series: 1_000_000,
        metrics: 10_000,
    };

    /// Shows that everything runs, no more.
    pub const QUICK: Self = Self {
        rounds: 1,
        warm_up: Duration::from_millis(200),
        measured: Duration::from_secs(1),
        repetitions: 1,
        assets: 10_000,
        tasks: 20_000,
        packages: 20_000,
        points: 20,
        days: 10,
        series: 20_000,
        metrics: 200,
    };
}

type Take = fn(&Bench) -> Result<Vec<Measure>, String>;

/// The measures by the name that selects them on the command line.
pub const ALL: &[(&str, Take)] = &[
    ("get-home-region", operation::get_home_region),
    ("describe-asset", operation::describe_asset),
    ("describe-repository", operation::describe_repository),
    ("create-asset", operation::create_asset),
    ("wide-asset", plant::describe),
    ("children", plant::children),
    ("propagation", plant::propagation),
    ("assets-memory", plant::memory),
    ("notify-migration-task-state", operation::notify_migration_task_state),
    ("list-migration-tasks", task_list::take),
    ("start", start::take),
    ("memory", memory::take),
    ("packument", packument::take),
    ("manifest", manifest::take),
    ("project-page", project_page::take),
    ("herd", herd::take),
    ("publish", publish::take),
    ("nuget", nuget::take),
    ("gems", gems::take),
    ("asset", asset::take),
    ("list-packages", package_list::take),
    ("install", install::take),
    ("put-values-100", value::put::hundred),
    ("put-values-1", value::put::one),
    ("latest-value", value::latest::take),
    ("value-year", value::year::take),
    ("value-size", value::size::take),
    ("value-series", value::many::take),
    ("metric-lag", value::lag::take),
];
