//! The protocols of AWS that the gateway speaks: requests to members of an input.

pub(crate) mod aws_json;
pub(crate) mod query;
pub(crate) mod rest_json;

use model::Members;
use service::Fault;

/// Parses a JSON body; an empty one is an empty object.
fn object(body: &[u8]) -> Result<Members, Fault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Members::new());
    }
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(members)) => Ok(members),
        Ok(_) => Err(Fault::Unparsable("the request body is not a JSON object".to_owned())),
        Err(error) => Err(Fault::Unparsable(format!("the request body is not valid JSON: {error}"))),
    }
}
