//! Lists with all their pages.

use serde_json::Value;

use super::Side;
use crate::aws_client::{CallError, Service};

/// Pages of one list; a server that answers more has lost its place.
const PAGES_MAX: usize = 1_000_000;

/// Collects a list: its operation, its input without a token, and the member that holds the items.
pub(super) fn all(
    side: Side<'_>,
    service: Service,
    operation: &str,
    input: Value,
    items: &str,
) -> Result<Vec<Value>, CallError> {
    // The spelling of the token's member is the service's.
    let token_member = if service == Service::ApplicationDiscovery { "nextToken" } else { "NextToken" };
    let mut input = input;
    let mut found = Vec::new();
    for _ in 0..PAGES_MAX {
        let mut answer = side.client.call(service, side.region, operation, &input)?;
        if let Value::Array(page) = answer[items].take() {
            found.extend(page);
        }
        let token = answer[token_member].take();
        if token.as_str().is_none_or(str::is_empty) {
            return Ok(found);
        }
        if input[token_member] == token {
            break;
        }
        input[token_member] = token;
    }
    Err(CallError::Unreachable(format!(
        "{} answers the same page of {operation} forever",
        side.client.endpoint()
    )))
}
