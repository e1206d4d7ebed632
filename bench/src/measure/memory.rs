//! What the server occupies while nothing happens: after its start and one request.

use std::time::Duration;

use super::Bench;
use crate::peer::homeregion::call;
use crate::peer::signed::Operation;
use crate::peer::{moto, tools};
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// How long the server is left alone before it is looked at.
const QUIET: Duration = Duration::from_secs(1);

/// Resident memory at rest.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let mut ours = Figure::of(OURS);
    let mut theirs = Figure::of("moto_server");
    for _ in 0..bench.effort.repetitions {
        bench.homeregion.forget("memory")?;
        let server = bench.homeregion.start("memory", &[])?;
        let question = Operation::target("mgh", "AWSMigrationHubMultiAccountService.GetHomeRegion", "{}");
        call(&server, &question, 0).map_err(|refused| refused.to_string())?;
        std::thread::sleep(QUIET);
        ours.samples.push(server.resident_mib()?);
    }
    for _ in 0..bench.effort.repetitions {
        let Ok(program) = tools::moto(&bench.tools) else { break };
        let server = moto::start(&program, &bench.homeregion.scratch)?;
        let (first, _) = moto::get_parameter();
        call(&server, &first[0], 0).map_err(|refused| refused.to_string())?;
        std::thread::sleep(QUIET);
        theirs.samples.push(server.resident_mib()?);
    }
    Ok(vec![Measure {
        name: "idle memory after one request".to_owned(),
        unit: "MiB",
        better: Better::Less,
        aims: vec![Aim::Reach(20.0)],
        figures: vec![ours, theirs],
    }])
}
