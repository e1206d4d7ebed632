//! What the payload of an action must say: trainings and inferences of anomaly detection.
//!
//! Sources: user guide, "Enable anomaly detection" and "Advanced inference configurations"; where it is
//! silent, what AWS's MCP server (awslabs.aws-iot-sitewise-mcp-server 11.0.23) checks before it sends.
//! Members that are not mentioned there are let through.

use serde_json::{Map, Value};

use super::definition::{INFERENCE, TRAINING};
use crate::Error;
use crate::error::invalid;

const SAMPLING_RATES: [&str; 11] =
    ["PT1S", "PT5S", "PT10S", "PT15S", "PT30S", "PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT1H"];
const UPLOAD_FREQUENCIES: [&str; 17] = [
    "PT5M", "PT10M", "PT15M", "PT30M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "PT7H", "PT8H",
    "PT9H", "PT10H", "PT11H", "PT12H", "PT1D",
];
const LOOKBACK_WINDOWS: [&str; 4] = ["P180D", "P360D", "P540D", "P720D"];
const TRAINING_MODES: [&str; 3] = ["TRAIN_MODEL", "START_RETRAINING_SCHEDULER", "STOP_RETRAINING_SCHEDULER"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DELAY_MINUTES_MAX: i64 = 60;
/// Characters of a wrong value that a message shows.
const SHOWN_MAX: usize = 100;
/// Everything besides the mode that a training may have, none of which makes sense when a schedule is
/// stopped.
const TRAINING_MEMBERS: [&str; 7] = [
    "exportDataStartTime",
    "exportDataEndTime",
    "targetSamplingRate",
    "labelInputConfiguration",
    "modelEvaluationConfiguration",
    "modelMetricsDestination",
    "retrainingConfiguration",
];

/// Checks the payload of an action of this type: it is a JSON object with the members that its mode needs.
///
/// That of Lookout for Equipment is only checked to be an object: that service is closed, and nobody states
/// its rules.
pub fn check(action_type: &str, text: &str) -> Result<(), Error> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| invalid(format!("actionPayload.stringValue is not JSON: {error}")))?;
    let Value::Object(members) = &value else {
        return Err(invalid("actionPayload.stringValue is not a JSON object"));
    };
    let payload = Members { members, at: String::new() };
    match action_type {
        TRAINING => training(&payload),
        INFERENCE => inference(&payload),
        _ => Ok(()),
    }
}

/// Checks a training; without `trainingMode` a model is trained (user guide).
fn training(payload: &Members<'_>) -> Result<(), Error> {
    let mode = payload.one_of("trainingMode", &TRAINING_MODES)?.unwrap_or("TRAIN_MODEL");
    if mode == "STOP_RETRAINING_SCHEDULER" {
        return payload.refuse(&TRAINING_MEMBERS, "trainingMode STOP_RETRAINING_SCHEDULER");
    }
    let from = payload.moment("exportDataStartTime")?;
    let to = payload.moment("exportDataEndTime")?;
    if mode == "TRAIN_MODEL" {
        payload.require("exportDataStartTime", "to train a model")?;
        payload.require("exportDataEndTime", "to train a model")?;
    }
    ordered(("exportDataStartTime", from), ("exportDataEndTime", to))?;
    payload.one_of("targetSamplingRate", &SAMPLING_RATES)?;
    for place in ["labelInputConfiguration", "modelMetricsDestination"] {
        payload.object(place)?.map_or(Ok(()), |place| destination(&place))?;
    }
    payload.object("modelEvaluationConfiguration")?.map_or(Ok(()), |evaluation| {
        evaluation.require("dataStartTime", "to evaluate a model")?;
        evaluation.require("dataEndTime", "to evaluate a model")?;
        let (from, to) = (evaluation.moment("dataStartTime")?, evaluation.moment("dataEndTime")?);
        ordered(("dataStartTime", from), ("dataEndTime", to))?;
        evaluation.require("resultDestination", "to evaluate a model")?;
        evaluation.object("resultDestination")?.map_or(Ok(()), |place| destination(&place))
    })?;
    if mode == "START_RETRAINING_SCHEDULER" {
        payload.require("retrainingConfiguration", "to start the retraining scheduler")?;
    }
    payload.object("retrainingConfiguration")?.map_or(Ok(()), |schedule| retraining(&schedule))
}

fn retraining(schedule: &Members<'_>) -> Result<(), Error> {
    schedule.require("lookbackWindow", "to schedule retraining")?;
    schedule.one_of("lookbackWindow", &LOOKBACK_WINDOWS)?;
    schedule.require("retrainingFrequency", "to schedule retraining")?;
    if let Some(frequency) = schedule.text("retrainingFrequency")?
        && !is_frequency(frequency)
    {
        return Err(schedule.wrong("retrainingFrequency", "an ISO 8601 duration from P30D to P1Y"));
    }
    schedule.one_of("promotion", &["SERVICE_MANAGED", "CUSTOMER_MANAGED"])?;
    schedule.moment("retrainingStartDate")?;
    Ok(())
}

/// Reads a period of days, months or a year, from 30 days to one year.
fn is_frequency(text: &str) -> bool {
    let Some(period) = text.strip_prefix('P') else { return false };
    let Some((at, unit)) = period.char_indices().last() else { return false };
    let digits = &period[..at];
    let count = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(count) = count.and_then(|digits| digits.parse::<u32>().ok()) else { return false };
    match unit {
        'D' => (30..=365).contains(&count),
        'M' => (1..=12).contains(&count),
        'Y' => count == 1,
        _ => false,
    }
}

fn destination(place: &Members<'_>) -> Result<(), Error> {
    for (name, max) in [("bucketName", 63), ("prefix", 1024)] {
        place.require(name, "to name a place in a bucket")?;
        let text = place.text(name)?.unwrap_or_default();
        if text.is_empty() || text.len() > max {
            return Err(place.wrong(name, &format!("a text of 1 to {max} characters")));
        }
    }
    Ok(())
}

fn inference(payload: &Members<'_>) -> Result<(), Error> {
    payload.require("inferenceMode", "for an inference")?;
    let mode = payload.one_of("inferenceMode", &["START", "STOP"])?;
    if mode == Some("STOP") {
        return payload.refuse(&["dataDelayOffsetInMinutes", "targetModelVersion"], "inferenceMode STOP");
    }
    payload.require("dataUploadFrequency", "to start inference")?;
    payload.one_of("dataUploadFrequency", &UPLOAD_FREQUENCIES)?;
    let delay = payload.whole("dataDelayOffsetInMinutes")?;
    if delay.is_some_and(|delay| !(0..=DELAY_MINUTES_MAX).contains(&delay)) {
        return Err(payload.wrong("dataDelayOffsetInMinutes", "a whole number from 0 to 60"));
    }
    if payload.whole("targetModelVersion")?.is_some_and(|version| version < 1) {
        return Err(payload.wrong("targetModelVersion", "a whole number greater than 0"));
    }
    if let Some(zone) = payload.text("inferenceTimeZone")?
        && !is_zone(zone)
    {
        let form = "the name of a time zone, such as America/Chicago, UTC or GMT+05:30";
        return Err(payload.wrong("inferenceTimeZone", form));
    }
    payload.object("weeklyOperatingWindow")?.map_or(Ok(()), |week| operating_window(&week))
}

fn is_zone(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-/:".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_uppercase()) && text.bytes().all(legal)
}

/// Checks the hours of each day: `{"monday": ["10:00-11:00"]}`.
fn operating_window(week: &Members<'_>) -> Result<(), Error> {
    for (day, ranges) in week.members {
        if !DAYS.contains(&day.as_str()) {
            return Err(invalid(format!(
                "weeklyOperatingWindow of the action payload has the day '{}'; days are {}",
                shortened(day),
                DAYS.join(", ")
            )));
        }
        let ranges = ranges.as_array().filter(|ranges| !ranges.is_empty());
        let legal = |range: &Value| range.as_str().is_some_and(is_range);
        if !ranges.is_some_and(|ranges| ranges.iter().all(legal)) {
            return Err(
                week.wrong(day, "a list of ranges of hours such as 08:00-16:30, each from early to late")
            );
        }
    }
    Ok(())
}

fn is_range(text: &str) -> bool {
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let number = |text: &str, shortest| {
            let digits =
                (shortest..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<u32>().ok()).flatten()
        };
        let (hours, minutes) = (number(hours, 1)?, number(minutes, 2)?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let Some((from, to)) = text.split_once('-') else { return false };
    matches!((minutes(from), minutes(to)), (Some(from), Some(to)) if from < to)
}

fn ordered((start, from): (&str, Option<i64>), (end, to): (&str, Option<i64>)) -> Result<(), Error> {
    match (from, to) {
        (Some(from), Some(to)) if to <= from => {
            Err(invalid(format!("{end} of the action payload is {to}, which is not after {start}, {from}")))
        }
        _ => Ok(()),
    }
}

/// Cuts what the caller sent to a length that a message can hold.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// The members of a payload, or of an object inside it; null equals absence.
struct Members<'a> {
    members: &'a Map<String, Value>,
    /// The way to the object, with a dot behind it.
    at: String,
}

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn require(&self, name: &str, what_for: &str) -> Result<(), Error> {
        match self.get(name) {
            Some(_) => Ok(()),
            None => Err(invalid(format!("The action payload needs {}{name} {what_for}", self.at))),
        }
    }

    fn refuse(&self, names: &[&str], mode: &str) -> Result<(), Error> {
        match names.iter().find(|name| self.get(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(invalid(format!("The action payload has {name}, which {mode} does not allow"))),
        }
    }

    fn wrong(&self, name: &str, form: &str) -> Error {
        let value = shortened(&self.get(name).unwrap_or(&Value::Null).to_string());
        invalid(format!("{}{name} of the action payload is {value}, which is not {form}", self.at))
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| self.wrong(name, "a text"))
    }

    fn one_of(&self, name: &str, legal: &[&str]) -> Result<Option<&'a str>, Error> {
        match self.text(name)? {
            Some(text) if !legal.contains(&text) => {
                Err(self.wrong(name, &format!("one of {}", legal.join(", "))))
            }
            found => Ok(found),
        }
    }

    fn whole(&self, name: &str) -> Result<Option<i64>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| self.wrong(name, "a whole number"))
    }

    /// Reads a time in seconds since the epoch.
    fn moment(&self, name: &str) -> Result<Option<i64>, Error> {
        match self.whole(name)? {
            Some(seconds) if seconds < 1 => Err(self.wrong(name, "a time in seconds since 1970")),
            found => Ok(found),
        }
    }

    fn object(&self, name: &str) -> Result<Option<Members<'a>>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let members = value.as_object().ok_or_else(|| self.wrong(name, "an object"))?;
        Ok(Some(Members { members, at: format!("{}{name}.", self.at) }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refused(action_type: &str, payload: &Value, says: &str) {
        let error = check(action_type, &payload.to_string()).expect_err("it is refused");
        let shown = format!("{error:?}");
        assert!(shown.contains(says), "{shown} does not say {says}");
    }

    #[test]
    fn trainings_that_the_guide_shows_are_taken() {
        let (from, to) = (1_717_225_200, 1_722_789_360);
        let place = json!({ "bucketName": "bucket", "prefix": "labels/" });
        for payload in [
            json!({ "exportDataStartTime": from, "exportDataEndTime": to }),
            json!({ "trainingMode": "TRAIN_MODEL", "exportDataStartTime": from, "exportDataEndTime": to,
                    "targetSamplingRate": "PT1M", "labelInputConfiguration": place,
                    "modelMetricsDestination": place, "modelEvaluationConfiguration": {
                        "dataStartTime": from, "dataEndTime": to, "resultDestination": place } }),
            json!({ "trainingMode": "START_RETRAINING_SCHEDULER", "retrainingConfiguration": {
                        "lookbackWindow": "P360D", "retrainingFrequency": "P3M", "promotion": "CUSTOMER_MANAGED",
                        "retrainingStartDate": to } }),
            json!({ "trainingMode": "STOP_RETRAINING_SCHEDULER" }),
        ] {
            assert!(check(TRAINING, &payload.to_string()).is_ok(), "{payload}");
        }
    }

    #[test]
    fn trainings_without_sense_are_refused() {
        let window = |from, to| json!({ "exportDataStartTime": from, "exportDataEndTime": to });
        refused(TRAINING, &json!({}), "needs exportDataStartTime to train a model");
        refused(TRAINING, &json!({ "exportDataStartTime": 1 }), "needs exportDataEndTime");
        refused(TRAINING, &window(2, 2), "not after exportDataStartTime");
        refused(TRAINING, &window(0, 2), "a time in seconds");
        refused(TRAINING, &json!({ "trainingMode": "TRAIN" }), "one of TRAIN_MODEL, START_RETRAINING");
        refused(
            TRAINING,
            &json!({ "exportDataStartTime": "1", "exportDataEndTime": 2 }),
            "which is not a whole number",
        );
        refused(
            TRAINING,
            &json!({ "exportDataStartTime": 1, "exportDataEndTime": 2, "targetSamplingRate": "PT2S" }),
            "one of PT1S, PT5S",
        );
        refused(
            TRAINING,
            &json!({ "exportDataStartTime": 1, "exportDataEndTime": 2, "labelInputConfiguration": { "prefix": "a" } }),
            "needs labelInputConfiguration.bucketName",
        );
        refused(
            TRAINING,
            &json!({ "trainingMode": "STOP_RETRAINING_SCHEDULER", "exportDataEndTime": 2 }),
            "has exportDataEndTime, which trainingMode STOP",
        );
        refused(
            TRAINING,
            &json!({ "trainingMode": "START_RETRAINING_SCHEDULER" }),
            "needs retrainingConfiguration",
        );
        for frequency in ["P29D", "P366D", "P13M", "P0M", "P2Y", "PT1H", "P", "P+3M", "1M", "Pä"] {
            let schedule = json!({ "lookbackWindow": "P180D", "retrainingFrequency": frequency });
            let payload =
                json!({ "trainingMode": "START_RETRAINING_SCHEDULER", "retrainingConfiguration": schedule });
            refused(TRAINING, &payload, "from P30D to P1Y");
        }
    }

    #[test]
    fn inferences_start_with_a_frequency_and_stop_without_one() {
        for payload in [
            json!({ "inferenceMode": "START", "dataUploadFrequency": "PT1D" }),
            json!({ "inferenceMode": "START", "dataUploadFrequency": "PT5M", "dataDelayOffsetInMinutes": 60,
                    "targetModelVersion": 1, "inferenceTimeZone": "America/Argentina/Buenos_Aires",
                    "weeklyOperatingWindow": { "monday": ["9:00-11:30", "13:00-23:59"] } }),
            json!({ "inferenceMode": "STOP", "dataDelayOffsetInMinutes": null }),
        ] {
            assert!(check(INFERENCE, &payload.to_string()).is_ok(), "{payload}");
        }
        let start = |name: &str, value: Value| json!({ "inferenceMode": "START", "dataUploadFrequency": "PT5M", name: value });
        refused(INFERENCE, &json!({}), "needs inferenceMode");
        refused(INFERENCE, &json!({ "inferenceMode": "PAUSE" }), "one of START, STOP");
        refused(INFERENCE, &json!({ "inferenceMode": "START" }), "needs dataUploadFrequency");
        refused(
            INFERENCE,
            &json!({ "inferenceMode": "STOP", "targetModelVersion": 1 }),
            "has targetModelVersion",
        );
        refused(INFERENCE, &start("dataUploadFrequency", json!("PT13H")), "one of PT5M");
        refused(INFERENCE, &start("dataDelayOffsetInMinutes", json!(61)), "from 0 to 60");
        refused(INFERENCE, &start("targetModelVersion", json!(0)), "greater than 0");
        refused(INFERENCE, &start("inferenceTimeZone", json!("local time")), "a time zone");
        for (day, hours) in [
            ("funday", "9:00-10:00"),
            ("monday", "10:00-9:00"),
            ("monday", "24:00-25:00"),
            ("monday", "9-10"),
        ] {
            refused(
                INFERENCE,
                &start("weeklyOperatingWindow", json!({ day: [hours] })),
                "weeklyOperatingWindow",
            );
        }
        refused(
            INFERENCE,
            &start("weeklyOperatingWindow", json!({ "monday": [] })),
            "weeklyOperatingWindow.monday",
        );
    }

    #[test]
    fn a_message_shows_the_beginning_of_a_long_value_only() {
        let payload = json!({ "trainingMode": "ü".repeat(10_000) }).to_string();
        let error = format!("{:?}", check(TRAINING, &payload).unwrap_err());
        assert!(error.contains("üüü…") && error.len() < 1000, "{error}");
    }

    #[test]
    fn a_payload_is_a_json_object() {
        for text in ["", "train", "[]", "null", "\"{}\""] {
            assert!(check(TRAINING, text).is_err(), "{text}");
            assert!(check("AWS/L4E_TRAINING", text).is_err(), "{text}");
        }
        assert!(check("AWS/L4E_TRAINING", "{}").is_ok());
    }
}
