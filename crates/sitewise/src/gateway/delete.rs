//! `DeleteGateway`: a device is forgotten, with all that it was told.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{load, resource, table};
use crate::Error;
use crate::place::Place;
use crate::tag;

/// Deletes a gateway with its capabilities and tags; an unknown one is the only error.
///
/// What the device itself keeps stays on it (API reference).
pub fn delete(tx: &mut Tx, call: &Call, input: &t::DeleteGatewayRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let gateway = load(tx, call, "iotsitewise:DeleteGateway", &input.gateway_id)?;
    table::delete(tx, place, &gateway.id)?;
    tag::table::delete_all(tx, place, &resource(gateway.id.as_str()))?;
    let event = json!({ "gatewayId": gateway.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.gateway.deleted", &event)?;
    Ok(())
}
