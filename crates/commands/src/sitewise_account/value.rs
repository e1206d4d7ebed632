//! Values of attributes: read and written in batches.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::call::{Api, each};
use crate::aws_client::CallError;
use crate::sitewise_plant::DataType;

/// Entries of one read, as many as an API call takes.
pub const VALUES_PER_READ: usize = 128;
/// Entries of one write, as many as an API call takes.
pub const VALUES_PER_WRITE: usize = 10;

/// The current values of attributes by asset and property, or that the server has no such operation.
pub enum Reading {
    /// Those that have one.
    Values(HashMap<(String, String), String>),
    /// Why nothing could be read.
    Unsupported(String),
}

/// Reads the current values of properties; those without any are left out.
pub fn values(api: &impl Api, wanted: &[(String, String)]) -> Result<Reading, CallError> {
    let chunks: Vec<&[(String, String)]> = wanted.chunks(VALUES_PER_READ).collect();
    // The first answer tells whether there is such an operation.
    let (first, rest) = chunks.split_at(chunks.len().min(1));
    let mut found = HashMap::new();
    for chunk in first {
        match read(api, chunk) {
            Ok(values) => found.extend(values),
            Err(error) if error.is_unknown_operation() => return Ok(Reading::Unsupported(error.to_string())),
            Err(error) => return Err(error),
        }
    }
    for values in each(rest, |chunk| read(api, chunk))? {
        found.extend(values);
    }
    Ok(Reading::Values(found))
}

fn read(api: &impl Api, wanted: &[(String, String)]) -> Result<HashMap<(String, String), String>, CallError> {
    let entries: Vec<Value> = wanted
        .iter()
        .enumerate()
        .map(|(number, (asset, property))| {
            json!({ "entryId": number.to_string(), "assetId": asset, "propertyId": property })
        })
        .collect();
    let mut input = json!({ "entries": entries });
    let mut found = HashMap::new();
    loop {
        let mut answer = api.call("BatchGetAssetPropertyValue", &input)?;
        for entry in answer["successEntries"].as_array().into_iter().flatten() {
            let place = entry["entryId"].as_str().and_then(|text| text.parse::<usize>().ok());
            let target = place.and_then(|place| wanted.get(place));
            if let (Some(target), Some(value)) = (target, printed(&entry["assetPropertyValue"]["value"])) {
                found.insert(target.clone(), value);
            }
        }
        match answer["nextToken"].take() {
            Value::String(token) if !token.is_empty() => input["nextToken"] = token.into(),
            _ => return Ok(found),
        }
    }
}

/// Prints a value as a plant file does.
fn printed(value: &Value) -> Option<String> {
    if let Some(text) = value["stringValue"].as_str() {
        return Some(text.to_owned());
    }
    let plain = [&value["integerValue"], &value["booleanValue"], &value["doubleValue"]];
    let plain = plain.into_iter().find(|value| !value.is_null())?;
    // 2000.0 is written 2000.
    let whole = plain.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
    Some(whole.map_or_else(
        || plain.as_str().map_or_else(|| plain.to_string(), str::to_owned),
        |number| format!("{number}"),
    ))
}

/// Makes the entry that writes a value now.
pub fn entry(
    number: usize,
    (asset, property): (&str, &str),
    (data_type, text): (DataType, &str),
    now: Duration,
) -> Value {
    let value = match data_type {
        DataType::Double => json!({ "doubleValue": text.parse::<f64>().unwrap_or_default() }),
        DataType::Integer => json!({ "integerValue": text.parse::<i32>().unwrap_or_default() }),
        DataType::Boolean => json!({ "booleanValue": text == "true" }),
        DataType::String | DataType::AlarmState => json!({ "stringValue": text }),
    };
    let point = json!({ "value": value, "timestamp": { "timeInSeconds": now.as_secs(), "offsetInNanos": now.subsec_nanos() }, "quality": "GOOD" });
    json!({ "entryId": number.to_string(), "assetId": asset, "propertyId": property, "propertyValues": [point] })
}

/// What became of the entries of a write: the sentence for each that failed, by its number.
pub fn written(answer: &Value) -> HashMap<usize, String> {
    let errors = answer["errorEntries"].as_array().into_iter().flatten();
    let failed = errors.filter_map(|entry| {
        let number = entry["entryId"].as_str()?.parse().ok()?;
        let first = &entry["errors"][0];
        let word = |member: &str| first[member].as_str().unwrap_or("(nothing said)");
        Some((number, format!("{}: {}", word("errorCode"), word("errorMessage"))))
    });
    failed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_as_files_write_them() {
        for (value, expected) in [
            (json!({"doubleValue": 2000.0}), Some("2000")),
            (json!({"doubleValue": 0.1}), Some("0.1")),
            (json!({"doubleValue": "NaN"}), Some("NaN")),
            (json!({"integerValue": -3}), Some("-3")),
            (json!({"booleanValue": true}), Some("true")),
            (json!({"stringValue": "x"}), Some("x")),
            (json!({}), None),
        ] {
            assert_eq!(printed(&value).as_deref(), expected, "{value}");
        }
    }
}
