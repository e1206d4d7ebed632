//! Resource attributes: what a tool knows of the server behind a task, for matching it to a discovered one.
//!
//! Formats are checked at the call (assumed: migration-hub 5.2; AWS states the formats and not what breaks them).

use std::net::Ipv6Addr;

use model_migrationhub::mgh;
use serde_json::{Value, json};
use service::Call;
use store::Tx;

use super::{reach, table};
use crate::access::Kind;
use crate::error::{self, Error, stop_dry_run};
use crate::matching;

/// Replaces the attributes of a task as a whole; matching follows after the answer.
///
/// Errors in this order: a value that is not of its type's form, access denied, home region not set, wrong region,
/// no such stream, no such task, dry run.
pub(crate) fn put(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::PutResourceAttributesRequest,
) -> Result<mgh::types::PutResourceAttributesResult, Error> {
    for (index, attribute) in input.resource_attribute_list.iter().enumerate() {
        check(index, attribute)?;
    }
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let key = reach(tx, call, "PutResourceAttributes", Kind::Write, stream, name)?;
    stop_dry_run(input.dry_run)?;
    table::put_resource_attributes(tx, call, &key, &stored(&input.resource_attribute_list))?;
    matching::enqueue(tx, call, &key, stream, &input.resource_attribute_list)?;
    Ok(mgh::types::PutResourceAttributesResult {})
}

/// Reads a stored list; a task without one shows none.
pub(super) fn shown(
    stored: Option<&str>,
) -> Result<Option<Vec<mgh::types::ResourceAttribute>>, store::Error> {
    let Some(stored) = stored else { return Ok(None) };
    let broken = |why: &str| store::Error::Broken(format!("the attributes of a task cannot be read: {why}"));
    let document: Value = serde_json::from_str(stored).map_err(|error| broken(&error.to_string()))?;
    let attributes = document["attributes"].as_array().ok_or_else(|| broken("they hold no list"))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attributes = attributes
        .iter()
        .map(|pair| mgh::types::ResourceAttribute { r#type: text(&pair[0]), value: text(&pair[1]) })
        .collect();
    Ok(Some(attributes))
}

/// Writes a list for keeping; of a pair that comes twice one is kept.
fn stored(attributes: &[mgh::types::ResourceAttribute]) -> String {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for attribute in attributes {
        let pair = (attribute.r#type.as_str(), attribute.value.as_str());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    json!({"version": 1, "attributes": pairs}).to_string()
}

fn check(index: usize, attribute: &mgh::types::ResourceAttribute) -> Result<(), Error> {
    let value = attribute.value.as_str();
    let (fits, form) = match attribute.r#type.as_str() {
        "IPV4_ADDRESS" => (is_ipv4(value), "four decimal octets from 0 to 255, joined by dots"),
        "IPV6_ADDRESS" => (value.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        "MAC_ADDRESS" => (is_mac(value), "six groups of two hexadecimal digits, joined by ':' or '-'"),
        "FQDN" => (is_fqdn(value), "a name without any of < > { } \\ / ? , = and control characters"),
        _ => (true, ""),
    };
    if fits {
        return Ok(());
    }
    Err(error::invalid_input(format!(
        "Value '{value}' at 'resourceAttributeList.{}.member.value' is not {form}, as {} must be",
        index + 1,
        attribute.r#type
    )))
}

/// Four octets; unlike the standard library's parser this one takes leading zeros, which inventories write.
fn is_ipv4(value: &str) -> bool {
    let octet = |part: &str| {
        (1..=3).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u8>().is_ok()
    };
    value.split('.').count() == 4 && value.split('.').all(octet)
}

fn is_mac(value: &str) -> bool {
    let separator = if value.contains('-') { '-' } else { ':' };
    let group = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
    value.split(separator).count() == 6 && value.split(separator).all(group)
}

fn is_fqdn(value: &str) -> bool {
    !value.chars().any(|c| c.is_control() || "<>{}\\/?,=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_forms() {
        for good in ["10.0.0.1", "255.255.255.255", "010.001.000.001"] {
            assert!(is_ipv4(good), "{good}");
        }
        for bad in ["10.0.0", "10.0.0.256", "10.0.0.1.2", "10.0.0.x", "10.0.0.", "1e1.0.0.0", "+1.0.0.0"] {
            assert!(!is_ipv4(bad), "{bad}");
        }
        for good in ["00:1A:2b:3c:4D:5e", "00-1A-2b-3c-4D-5e"] {
            assert!(is_mac(good), "{good}");
        }
        for bad in ["00:1A:2b:3c:4D", "00:1A:2b:3c:4D:5g", "001A2b3c4D5e", "00:1A-2b:3c:4D:5e"] {
            assert!(!is_mac(bad), "{bad}");
        }
        assert!(is_fqdn("web-1.example.com") && !is_fqdn("a/b") && !is_fqdn("a\u{7}b"));
    }
}
