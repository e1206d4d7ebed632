//! Puts the members of an operation's input where its model wants them: path, query, headers or body.

use model::{Location, Spec};
use serde_json::{Map, Value};

use crate::sigv4::percent_encoded;

/// A request of a service that speaks REST with JSON bodies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RestRequest {
    /// Encoded.
    pub(crate) path: String,
    /// Encoded and ascending; lists repeat their parameter.
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// JSON, or nothing if no member belongs there.
    pub(crate) body: Vec<u8>,
}

impl RestRequest {
    /// Takes an input apart; members that the operation does not have are not sent.
    pub(crate) fn of(spec: &Spec, input: &Value) -> Self {
        let (mut path, mut query, mut headers, mut body) =
            (spec.uri.to_owned(), Vec::new(), Vec::new(), Map::new());
        let mut has_body = false;
        for member in spec.input.members {
            has_body |= member.location == Location::Body;
            let Some(value) = input.get(member.name).filter(|value| !value.is_null()) else { continue };
            match member.location {
                Location::Label => {
                    path = path.replace(&format!("{{{}}}", member.wire), &percent_encoded(&text(value)));
                }
                Location::Query => match value.as_array() {
                    Some(values) => query.extend(values.iter().map(|value| parameter(member.wire, value))),
                    None => query.push(parameter(member.wire, value)),
                },
                Location::Header => headers.push((member.wire.to_ascii_lowercase(), text(value))),
                Location::Body | Location::Payload => {
                    body.insert(member.name.to_owned(), value.clone());
                }
            }
        }
        query.sort_unstable();
        let body = if has_body { Value::Object(body).to_string().into_bytes() } else { Vec::new() };
        Self { path, query: query.join("&"), headers, body }
    }
}

fn parameter(name: &str, value: &Value) -> String {
    format!("{name}={}", percent_encoded(&text(value)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(operation: &str, input: &Value) -> RestRequest {
        let spec = model_sitewise::SPECS.iter().find(|spec| spec.name == operation).unwrap();
        RestRequest::of(spec, input)
    }

    #[test]
    fn members_go_where_the_model_wants_them() {
        let input = json!({
            "assetModelId": "externalId:a/b", "ifMatch": "tag", "assetModelName": "M", "nonsense": 1,
        });
        assert_eq!(
            request("UpdateAssetModel", &input),
            RestRequest {
                path: "/asset-models/externalId%3Aa%2Fb".to_owned(),
                query: String::new(),
                headers: vec![("if-match".to_owned(), "tag".to_owned())],
                body: br#"{"assetModelName":"M"}"#.to_vec(),
            }
        );
        let input = json!({"resourceArn": "arn:aws:x", "tagKeys": ["b c", "a"]});
        let untag = request("UntagResource", &input);
        assert_eq!(
            (untag.query.as_str(), untag.body.as_slice()),
            ("resourceArn=arn%3Aaws%3Ax&tagKeys=a&tagKeys=b%20c", &b""[..])
        );
        let associate =
            request("AssociateAssets", &json!({"assetId": "p", "hierarchyId": "h", "childAssetId": "c"}));
        assert_eq!(associate.path, "/assets/p/associate");
        assert_eq!(associate.body, br#"{"childAssetId":"c","hierarchyId":"h"}"#);
        assert_eq!(
            request("ListAssets", &json!({"maxResults": 250, "filter": null})).query,
            "maxResults=250"
        );
    }
}
