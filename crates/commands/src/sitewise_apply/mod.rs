//! `homeregion sitewise apply`: makes models and assets what a plant file says, through the public operations.
//!
//! What is there is read and compared first, so the plan can be shown before anything is done, an interrupted run goes on
//! where it ended, and a second run has nothing to do.

mod bring_asset;
mod bring_model;
mod difference;
mod execute;
mod ids;
mod matching;
mod observe;
mod plan;
mod plan_asset;
mod prune;
mod report;
mod request;
mod wanted;

pub(crate) use self::observe::units;
pub use self::report::{Exit, Report};

use std::sync::atomic::AtomicBool;

use self::execute::Run;
use self::ids::Ids;
use self::wanted::Wanted;
use crate::aws_client::CallError;
use crate::sitewise_account::Api;
use crate::sitewise_plant::Plant;

/// How a file is applied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Delete what the file does not mention.
    pub prune: bool,
    /// Whether progress is drawn over and over on one line.
    pub terminal: bool,
}

/// Applies a file; `show` sees the plan before anything is done.
pub fn apply(
    api: &impl Api,
    plant: &Plant,
    options: Options,
    show: impl FnOnce(&Report),
) -> Result<Report, CallError> {
    let wanted = Wanted::of(plant);
    let known = observe::read(api, &wanted, options.prune)?;
    let plan = plan::plan(&wanted, &known, options.prune);
    let mut report = Report::of(plan);
    show(&report);
    if options.dry_run || report.is_refused() || report.is_nothing() {
        return Ok(report);
    }
    let ids = Ids::of(&wanted, &known);
    let run = Run { api, wanted: &wanted, ids, lost: AtomicBool::new(false) };
    let outcomes = run.carry_out(&report.plan, options.terminal);
    report.outcomes = Some(outcomes);
    Ok(report)
}
