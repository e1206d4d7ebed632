//! `homeregion sitewise demo`: the wind farm of the AWS guide, with some days of history and a new value each second.

mod wind;

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::aws_client::CallError;
use crate::progress::Progress;
use crate::sitewise_account::{Api, written};
use crate::sitewise_apply::{self, Report};
use crate::sitewise_plant;

/// The farm as a plant file.
const PLANT: &str = include_str!("plant.yaml");
/// Seconds between two values of history.
const HISTORY_STEP_S: i64 = 60;
/// Values of one entry, as many as an API call takes.
const VALUES_MAX: usize = 10;
/// Entries of one request, as many as an API call takes.
const ENTRIES_MAX: usize = 10;
/// History is not older than what the API takes.
const DAYS_MAX: u32 = 6;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Days of history, up to six.
    pub days: u32,
    /// End after the first values of now.
    pub once: bool,
    /// Whether progress is drawn over and over on one line.
    pub terminal: bool,
}

/// Creates the farm, writes its history, tells where to look, and feeds it until the process ends or, if it is to be
/// done once, until the first values are there. A sentence if that cannot go on.
pub fn demo(api: &impl Api, options: Options, out: &mut impl Write) -> Result<(), String> {
    let plant = sitewise_plant::read(PLANT)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let apply = sitewise_apply::Options { terminal: options.terminal, ..sitewise_apply::Options::default() };
    let report = sitewise_apply::apply(api, &plant, apply, |_| {}).map_err(said)?;
    if report.exit() != sitewise_apply::Exit::Done {
        return Err(format!("the farm can't be created:\n{}", told(&report)));
    }
    let mut next = seconds(api);
    history(api, next, options)?;
    tell(api, out)?;
    loop {
        let now = seconds(api);
        // After a pause of the machine, nothing older than a minute is made up for.
        next = next.max(now - 60);
        while next <= now {
            send(api, &[next])?;
            next += 1;
        }
        if options.once {
            return Ok(());
        }
        let _ = out.flush();
        std::thread::sleep(Duration::from_millis(1000 - u64::from(api.now().subsec_millis())));
    }
}

fn told(report: &Report) -> String {
    format!("{}{}", report.plan_text(), report.outcome_text())
}

fn said(error: CallError) -> String {
    error.to_string()
}

fn seconds(api: &impl Api) -> i64 {
    i64::try_from(api.now().as_secs()).unwrap_or(i64::MAX)
}

/// Writes a value each minute of the last days.
fn history(api: &impl Api, now: i64, options: Options) -> Result<(), String> {
    let begin = now - i64::from(options.days.min(DAYS_MAX)) * 86_400;
    let instants: Vec<i64> =
        (begin..now - HISTORY_STEP_S).step_by(usize::try_from(HISTORY_STEP_S).unwrap_or(1)).collect();
    let chunks: Vec<&[i64]> = instants.chunks(VALUES_MAX).collect();
    let progress = Progress::new(chunks.len(), "parts of the history", options.terminal);
    for chunk in chunks {
        send(api, chunk)?;
        progress.step();
    }
    Ok(())
}

/// Writes what all turbines measure at some instants, up to ten.
fn send(api: &impl Api, instants: &[i64]) -> Result<(), String> {
    let mut entries = Vec::new();
    for turbine in 1..=wind::TURBINES {
        for (i, name) in wind::MEASUREMENTS.into_iter().enumerate() {
            let value = |instant: &i64| {
                json!({
                    "timestamp": { "timeInSeconds": instant },
                    "value": { "doubleValue": wind::measured(turbine, *instant)[i] },
                })
            };
            let values: Vec<Value> = instants.iter().map(value).collect();
            entries.push(json!({
                "entryId": (entries.len() % ENTRIES_MAX).to_string(),
                "propertyAlias": alias(turbine, name),
                "propertyValues": values,
            }));
        }
    }
    for entries in entries.chunks(ENTRIES_MAX) {
        let answer = api.call("BatchPutAssetPropertyValue", &json!({ "entries": entries })).map_err(said)?;
        if let Some(refused) = written(&answer).into_values().next() {
            return Err(format!("values are refused: {refused}"));
        }
    }
    Ok(())
}

fn alias(turbine: u32, name: &str) -> String {
    format!("/Demo Wind Farm/Demo Turbine {turbine}/{name}")
}

/// Says where to look.
fn tell(api: &impl Api, out: &mut impl Write) -> Result<(), String> {
    let farm =
        api.call("DescribeAsset", &json!({ "assetId": "externalId:demo-wind-farm-asset" })).map_err(said)?;
    let farm_id = farm["assetId"].as_str().unwrap_or_default();
    let properties = farm["assetProperties"].as_array().into_iter().flatten();
    let mut total = properties.filter(|property| property["name"] == "Total average power");
    let total = total.next().and_then(|property| property["id"].as_str()).unwrap_or_default();
    let first = alias(1, "Wind speed");
    // Nobody may be reading.
    let _ = writeln!(
        out,
        "The wind farm is there and gets new values each second.\n\n\
         The farm is the asset {farm_id}; its power, once a minute:\n  \
         aws iotsitewise get-asset-property-value --asset-id {farm_id} --property-id {total}\n\
         The wind at the first turbine:\n  \
         aws iotsitewise get-asset-property-value --property-alias '{first}'\n\
         Point the AWS CLI here with: eval \"$(homeregion env)\""
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plant_file_can_be_read_and_has_what_is_measured() {
        let plant = sitewise_plant::read(PLANT);
        assert!(plant.is_ok(), "{:?}", plant.err());
        for name in wind::MEASUREMENTS {
            assert!(PLANT.contains(&format!("{name}: {{measurement: double")), "{name}");
        }
        assert!(PLANT.contains(&format!("Demo Turbine {}:", wind::TURBINES)));
        assert!(!PLANT.contains(&format!("Demo Turbine {}:", wind::TURBINES + 1)));
    }
}
