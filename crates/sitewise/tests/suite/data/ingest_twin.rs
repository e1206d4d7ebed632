//! Random requests against a naive twin: what is stored, and which codes are said for which values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use series::Quality;

use super::{Boiler, T0, each, stored};
use crate::plant::text;

const SECOND: i64 = 1_000_000_000;
const WEEK: i64 = 604_800;

/// Numbers that are random enough.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// What the twin knows of a target: its data type, and its points by instant and quality.
#[derive(Default)]
struct Known {
    data_type: &'static str,
    points: BTreeMap<(i64, String), Value>,
}

/// A value with what the rules say of it, besides its instant: the data type that it fits, or none.
fn value(dice: &mut Dice, quality: &str) -> (Value, Option<&'static str>) {
    let good = quality == "GOOD";
    let doubtful = |data_type| (!good).then_some(data_type);
    match dice.below(10) {
        0 => (json!({ "integerValue": 5 }), Some("INTEGER")),
        1 => (json!({ "booleanValue": true }), Some("BOOLEAN")),
        2 => (json!({ "stringValue": "text" }), Some("STRING")),
        3 => (json!({ "doubleValue": 2e100 }), None),
        4 => (json!({ "doubleValue": "NaN" }), doubtful("DOUBLE")),
        5 => (json!({ "nullValue": { "valueType": "D" } }), doubtful("DOUBLE")),
        6 => (json!({}), None),
        n => (json!({ "doubleValue": n }), Some("DOUBLE")),
    }
}

/// Judges one entry as the book says it, one value after the other; answers the codes with their instants.
fn judge(
    known: &mut Known,
    sent: &[(i64, String, Value, Option<&str>)],
    partial: bool,
) -> BTreeSet<(String, i64)> {
    let mut errors = BTreeSet::new();
    let mut points = known.points.clone();
    for (instant, quality, value, fits) in sent {
        let second = instant.div_euclid(SECOND);
        let same_second = |(at, of): &(i64, String)| at.div_euclid(SECOND) == second && of == quality;
        let within = ((T0 - WEEK) * SECOND..=(T0 + 600) * SECOND).contains(instant);
        let place = (*instant, quality.clone());
        let code = if !within {
            "TimestampOutOfRangeException"
        } else if *fits != Some(known.data_type) {
            "InvalidRequestException"
        } else if !points.contains_key(&place)
            && points.keys().filter(|known| same_second(known)).count() >= 10
        {
            "LimitExceededException"
        } else {
            points.insert(place, value.clone());
            continue;
        };
        errors.insert((code.to_owned(), *instant));
    }
    if partial || errors.is_empty() {
        known.points = points;
    }
    errors
}

#[test]
fn random_requests_end_as_a_naive_twin_says() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let mut dice = Dice(20_261_121);
        let targets = [(&boiler.double, "DOUBLE"), (&boiler.integer, "INTEGER"), (&boiler.string, "STRING")];
        let mut twin: Vec<Known> =
            targets.iter().map(|(_, data_type)| Known { data_type, ..Known::default() }).collect();
        for round in 0..300 {
            let partial = dice.below(2) == 0;
            let (mut entries, mut expected) = (Vec::new(), BTreeMap::new());
            for entry in 0..=dice.below(5) {
                let place = usize::try_from(dice.below(6).saturating_sub(3)).unwrap();
                let mut sent = Vec::new();
                for _ in 0..=dice.below(if entry == 0 { 10 } else { 3 }) {
                    let seconds =
                        *dice.of(&[T0, T0 - 1, T0 + 600, T0 + 601, T0 - WEEK, T0 - WEEK - 1, T0 - 5]);
                    let nanos = i64::try_from(dice.below(14)).unwrap();
                    let quality = *dice.of(&["GOOD", "GOOD", "GOOD", "BAD", "UNCERTAIN"]);
                    let (value, fits) = value(&mut dice, quality);
                    sent.push((seconds * SECOND + nanos, quality.to_owned(), value, fits));
                }
                let values = sent.iter().map(|(instant, quality, value, _)| {
                    let (seconds, nanos) = (instant.div_euclid(SECOND), instant.rem_euclid(SECOND));
                    json!({ "value": value, "quality": quality,
                            "timestamp": { "timeInSeconds": seconds, "offsetInNanos": nanos } })
                });
                let id = format!("e{entry}");
                entries.push(boiler.entry(&id, targets[place].0, values.collect()));
                let errors = judge(&mut twin[place], &sent, partial);
                if !errors.is_empty() {
                    expected.insert(id, errors);
                }
            }
            let input = json!({ "enablePartialEntryProcessing": partial, "entries": entries });
            let answer = boiler.caller.ok("BatchPutAssetPropertyValue", input.clone());
            let mut found: BTreeMap<String, BTreeSet<(String, i64)>> = BTreeMap::new();
            for entry in answer["errorEntries"].as_array().unwrap() {
                for error in entry["errors"].as_array().unwrap() {
                    for timestamp in error["timestamps"].as_array().unwrap() {
                        let member = |name: &str| timestamp[name].as_i64().unwrap();
                        let instant = member("timeInSeconds") * SECOND + member("offsetInNanos");
                        let errors = found.entry(text(&entry["entryId"])).or_default();
                        errors.insert((text(&error["errorCode"]), instant));
                    }
                }
            }
            assert_eq!(found, expected, "round {round}: {input}");
            if dice.below(20) == 0 {
                data.engine().seal();
            }
        }
        for ((property, _), known) in targets.iter().zip(&twin) {
            let target = boiler.entry("e", property, json!([]));
            let found: BTreeSet<(i64, String)> = stored(world, data, &target)
                .into_iter()
                .map(|(instant, quality, _)| (instant, name(quality).to_owned()))
                .collect();
            assert_eq!(found, known.points.keys().cloned().collect::<BTreeSet<_>>());
        }
        assert!(
            twin.iter().map(|known| known.points.len()).sum::<usize>() > 100,
            "hardly anything was stored"
        );
    });
}

fn name(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "GOOD",
        Quality::Uncertain => "UNCERTAIN",
        Quality::Bad => "BAD",
    }
}
