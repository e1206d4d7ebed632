//! What a gateway is told to collect: one document for each capability, kept to the byte.
//!
//! `UpdateGatewayCapabilityConfiguration` and `DescribeGatewayCapabilityConfiguration`. Documents differ with the
//! version of the component that reads them, so nothing is demanded of them but that they are JSON.

use model_sitewise::types as t;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use service::Call;
use store::Tx;

use super::platform::VERSION_MQTT;
use super::{load, table};
use crate::Error;
use crate::error::{invalid, limit, not_found};
use crate::limits::{CAPABILITIES_PER_GATEWAY_MAX, SOURCES_PER_GATEWAY_MAX};
use crate::place::Place;

/// Collectors whose documents list sources.
const COLLECTORS: [&str; 3] =
    ["iotsitewise:opcuacollector:", "iotsitewise:modbuscollector:", "iotsitewise:eipcollector:"];
/// The component that sends on what the collectors bring.
const PUBLISHER: &str = "iotsitewise:publisher:";

/// Keeps a capability's document, over the one before.
///
/// Errors in the order of their checks: unknown gateway, not JSON, too many sources, too many capabilities.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateGatewayCapabilityConfigurationRequest,
) -> Result<t::UpdateGatewayCapabilityConfigurationResponse, Error> {
    let place = Place::of(call);
    let mut gateway = load(tx, call, "iotsitewise:UpdateGatewayCapabilityConfiguration", &input.gateway_id)?;
    let namespace = &input.capability_namespace;
    check_document(namespace, &input.capability_configuration)?;
    let status = sync_status(&gateway.version, namespace);
    let kept =
        table::put_capability(tx, place, &gateway.id, (namespace, &input.capability_configuration, status))?;
    if !kept && table::capabilities(tx, place, &gateway.id)?.len() > CAPABILITIES_PER_GATEWAY_MAX {
        return Err(limit(format!(
            "Gateway '{}' has {CAPABILITIES_PER_GATEWAY_MAX} capabilities, and no more are allowed",
            gateway.id
        )));
    }
    gateway.updated_at = tx.now();
    table::update(tx, place, &gateway)?;
    let event = json!({ "gatewayId": gateway.id.as_str(), "capabilityNamespace": namespace });
    tx.emit(place.account, place.region, "sitewise.gateway.capability", &event)?;
    Ok(t::UpdateGatewayCapabilityConfigurationResponse {
        capability_namespace: namespace.clone(),
        capability_sync_status: status.to_owned(),
    })
}

/// Answers a capability's document as it was sent; a namespace that the gateway was never told is not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeGatewayCapabilityConfigurationRequest,
) -> Result<t::DescribeGatewayCapabilityConfigurationResponse, Error> {
    let gateway = load(tx, call, "iotsitewise:DescribeGatewayCapabilityConfiguration", &input.gateway_id)?;
    let namespace = &input.capability_namespace;
    let Some((configuration, status)) = table::capability(tx, Place::of(call), &gateway.id, namespace)?
    else {
        let message = format!("Gateway '{}' has no capability configuration {namespace}", gateway.id);
        return Err(not_found(message));
    };
    Ok(t::DescribeGatewayCapabilityConfigurationResponse {
        gateway_id: gateway.id.to_string(),
        capability_namespace: namespace.clone(),
        capability_configuration: configuration,
        capability_sync_status: status,
    })
}

/// Says whether a device has what it was just told: no agent fetches it from here, so it is `OUT_OF_SYNC`; what no
/// component on a version 3 gateway reads, a partner integrates elsewhere, and it is `NOT_APPLICABLE` (assumed).
fn sync_status(version: &str, namespace: &str) -> &'static str {
    let read_by_device = is_collector(namespace) || namespace.starts_with(PUBLISHER);
    if version == VERSION_MQTT && !read_by_device { "NOT_APPLICABLE" } else { "OUT_OF_SYNC" }
}

fn is_collector(namespace: &str) -> bool {
    COLLECTORS.iter().any(|collector| namespace.starts_with(collector))
}

/// Checks that a document is JSON and, if a collector reads it, that it has no more sources than allowed.
///
/// That anything else than JSON is `InvalidRequestException` is assumed.
fn check_document(namespace: &str, document: &str) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Sourced {
        // Nothing of a source is kept: a list of nothings takes no memory.
        sources: Vec<IgnoredAny>,
    }

    if let Err(error) = serde_json::from_str::<IgnoredAny>(document) {
        return Err(invalid(format!("capabilityConfiguration is not a JSON document: {error}")));
    }
    if !is_collector(namespace) {
        return Ok(());
    }
    let sources = serde_json::from_str(document).map_or(0, |sourced: Sourced| sourced.sources.len());
    if sources > SOURCES_PER_GATEWAY_MAX {
        return Err(limit(format!(
            "capabilityConfiguration has {sources} sources; a gateway may have {SOURCES_PER_GATEWAY_MAX} of {namespace}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_version_3_gateway_does_not_read_needs_no_sync() {
        for (version, namespace, status) in [
            ("2", "iotsitewise:opcuacollector:2", "OUT_OF_SYNC"),
            ("2", "partner:cloud:1", "OUT_OF_SYNC"),
            ("3", "iotsitewise:opcuacollector:3", "OUT_OF_SYNC"),
            ("3", "iotsitewise:publisher:3", "OUT_OF_SYNC"),
            ("3", "partner:cloud:1", "NOT_APPLICABLE"),
        ] {
            assert_eq!(sync_status(version, namespace), status, "{version} {namespace}");
        }
    }

    #[test]
    fn documents_are_json_of_any_kind_with_up_to_a_hundred_sources() {
        let sourced = |count: usize| format!("{{\"a\":[1],\"sources\":[{}]}}", vec!["{}"; count].join(","));
        let opc = "iotsitewise:opcuacollector:2";
        for good in ["{}", "[1, 2]", "null", "{\"sources\": 7}", &sourced(100)] {
            assert!(check_document(opc, good).is_ok(), "{good}");
        }
        for bad in ["", "{", "{} {}", "{a:1}", "{\"a\":1,}", &sourced(101), &"[".repeat(1_000_000)] {
            assert!(check_document(opc, bad).is_err());
        }
        assert!(check_document("iotsitewise:publisher:2", &sourced(101)).is_ok());
    }
}
