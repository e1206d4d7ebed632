//! `CreateGateway`: a device becomes known to the region.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Gateway, Platform, arn, platform, resource, table};
use crate::Error;
use crate::error::{exists, limit};
use crate::id::GatewayId;
use crate::limits::GATEWAYS_MAX;
use crate::place::Place;
use crate::tag;

/// Creates a gateway.
///
/// Errors in the order of their checks: platform, version, name taken, device taken, too many gateways, reserved tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateGatewayRequest,
) -> Result<t::CreateGatewayResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:CreateGateway", &arn(call, "*"))?;
    let platform = Platform::of(&input.gateway_platform)?;
    let version = platform::version(input.gateway_version.as_deref(), &platform)?;
    check_free(tx, call, &input.gateway_name, &platform)?;
    if table::count(tx, place)? >= GATEWAYS_MAX {
        let message =
            format!("The account has {GATEWAYS_MAX} gateways in this Region, and no more are allowed");
        return Err(limit(message));
    }
    let now = tx.now();
    let gateway = Gateway {
        id: GatewayId::stored(tx.uuid()),
        name: input.gateway_name.clone(),
        platform,
        version: version.to_owned(),
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(gateway.id.as_str()), input.tags.as_ref())?;
    table::insert(tx, place, &gateway)?;
    let event = json!({ "gatewayId": gateway.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.gateway.created", &event)?;
    Ok(t::CreateGatewayResponse { gateway_arn: gateway.arn(call), gateway_id: gateway.id.to_string() })
}

/// Checks that no gateway has the name, and none the group or thing: one device runs one gateway (assumed).
fn check_free(tx: &mut Tx, call: &Call, name: &str, platform: &Platform) -> Result<(), Error> {
    let place = Place::of(call);
    if let Some(taken) = table::by_name(tx, place, name)? {
        let message = format!("Another resource is already using the name {name}");
        return Err(exists(message, taken.id.as_str(), taken.arn(call)));
    }
    if let Some(taken) = table::by_device(tx, place, platform.device())? {
        let message = format!("{} is already the device of gateway '{}'", platform.device(), taken.id);
        return Err(exists(message, taken.id.as_str(), taken.arn(call)));
    }
    Ok(())
}
