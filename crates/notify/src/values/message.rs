//! What is published when values of a property were stored: `PropertyValueUpdate`, in AWS's form.

use std::fmt::Write as _;

use series::{NullType, Point, Quality, Value};
use sitewise::data::notified::Topic;

/// Values of one message at most (user guide: up to ten).
const VALUES_MAX: usize = 10;

/// One message on its way to its sinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The account whose property it is.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The topic under which it is published.
    pub topic: String,
    /// What is published.
    pub payload: String,
}

/// Makes messages of values that were stored together, in their order; values that were taken away are not told.
pub fn of(topic: &Topic, points: &[Point]) -> Vec<Message> {
    let told: Vec<&Point> = points.iter().filter(|point| !matches!(point.value, Value::Removed)).collect();
    let message = |points: &[&Point]| Message {
        account: topic.account.clone(),
        region: topic.region.clone(),
        topic: topic.name(),
        payload: payload(topic, points),
    };
    told.chunks(VALUES_MAX).map(message).collect()
}

fn payload(topic: &Topic, points: &[&Point]) -> String {
    let mut payload = format!(
        r#"{{"type":"PropertyValueUpdate","payload":{{"assetId":"{}","propertyId":"{}","values":["#,
        topic.asset, topic.property
    );
    for (i, point) in points.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let (seconds, nanos) =
            (point.timestamp.div_euclid(1_000_000_000), point.timestamp.rem_euclid(1_000_000_000));
        // Writing to a text does not fail.
        let _ = write!(
            payload,
            r#"{comma}{{"timestamp":{{"timeInSeconds":{seconds},"offsetInNanos":{nanos}}},"quality":"{}","value":{}}}"#,
            quality(point.quality),
            value(&point.value)
        );
    }
    payload.push_str("]}}");
    payload
}

fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "GOOD",
        Quality::Uncertain => "UNCERTAIN",
        Quality::Bad => "BAD",
    }
}

/// Writes a value as the API does; what is no finite number stands as a text.
fn value(value: &Value) -> serde_json::Value {
    use serde_json::json;
    match value {
        Value::Double(number) if number.is_nan() => json!({"doubleValue": "NaN"}),
        Value::Double(number) if number.is_infinite() => {
            json!({"doubleValue": if *number > 0.0 { "Infinity" } else { "-Infinity" }})
        }
        Value::Double(number) => json!({"doubleValue": number}),
        Value::Integer(number) => json!({"integerValue": number}),
        Value::Boolean(truth) => json!({"booleanValue": truth}),
        Value::String(text) => json!({"stringValue": **text}),
        Value::Null(null) => json!({"nullValue": {"valueType": null_type(*null)}}),
        Value::Removed => serde_json::Value::Null,
    }
}

fn null_type(null: NullType) -> &'static str {
    match null {
        NullType::Double => "D",
        NullType::Boolean => "B",
        NullType::String => "S",
        NullType::Integer => "I",
        NullType::Unknown => "U",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;

    fn topic() -> Topic {
        let text = |text: &str| text.to_owned();
        Topic {
            account: text("111122223333"),
            region: text("eu-west-1"),
            model: text("m"),
            asset: text("a"),
            property: text("p"),
        }
    }

    fn points(values: impl IntoIterator<Item = Value>) -> Vec<Point> {
        let point = |(i, value)| Point { timestamp: 1_500_000_000 + i, quality: Quality::Bad, value };
        (0_i64..).zip(values).map(point).collect()
    }

    #[test]
    fn a_message_has_the_form_of_aws() {
        let of_all = points([
            Value::Double(1.5),
            Value::Integer(-1),
            Value::Boolean(true),
            Value::String(Arc::from("a\"\n\tb")),
            Value::Null(NullType::Double),
            Value::Removed,
            Value::Double(f64::NAN),
        ]);
        let messages = of(&topic(), &of_all);
        let [message] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!(message.topic, "$aws/sitewise/asset-models/m/assets/a/properties/p");
        assert!(!message.payload.contains(['\n', '\t']), "{}", message.payload);
        let payload: Json = serde_json::from_str(&message.payload).unwrap();
        assert_eq!(
            (&payload["type"], &payload["payload"]["assetId"]),
            (&json!("PropertyValueUpdate"), &json!("a"))
        );
        assert_eq!(
            payload["payload"]["values"][0],
            json!({
                "timestamp": {"timeInSeconds": 1, "offsetInNanos": 500_000_000},
                "quality": "BAD", "value": {"doubleValue": 1.5},
            })
        );
        let values: Vec<&Json> =
            payload["payload"]["values"].as_array().unwrap().iter().map(|value| &value["value"]).collect();
        assert_eq!(
            values[1..],
            [
                &json!({"integerValue": -1}),
                &json!({"booleanValue": true}),
                &json!({"stringValue": "a\"\n\tb"}),
                &json!({"nullValue": {"valueType": "D"}}),
                &json!({"doubleValue": "NaN"}),
            ]
        );
    }

    #[test]
    fn ten_values_stand_in_a_message() {
        let messages = of(&topic(), &points((0..25).map(Value::Integer)));
        let count = |message: &Message| {
            let payload: Json = serde_json::from_str(&message.payload).unwrap();
            payload["payload"]["values"].as_array().unwrap().len()
        };
        assert_eq!(messages.iter().map(count).collect::<Vec<_>>(), [10, 10, 5]);
        assert_eq!(of(&topic(), &points([Value::Removed])), []);
    }
}
