//! `UpdateGateway`: another name.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{load, table};
use crate::Error;
use crate::error::conflict;
use crate::place::Place;

/// Renames a gateway.
///
/// Errors in the order of their checks: unknown gateway, name taken. The operation declares no
/// `ResourceAlreadyExistsException`, so a taken name is `ConflictingOperationException` with the id and ARN of the
/// gateway that has it (assumed).
pub fn update(tx: &mut Tx, call: &Call, input: &t::UpdateGatewayRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let mut gateway = load(tx, call, "iotsitewise:UpdateGateway", &input.gateway_id)?;
    if let Some(taken) = table::by_name(tx, place, &input.gateway_name)?
        && taken.id != gateway.id
    {
        let message = format!("Another resource is already using the name {}", input.gateway_name);
        return Err(conflict(message, taken.id.as_str(), taken.arn(call)));
    }
    gateway.name.clone_from(&input.gateway_name);
    gateway.updated_at = tx.now();
    table::update(tx, place, &gateway)?;
    let event = json!({ "gatewayId": gateway.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.gateway.updated", &event)?;
    Ok(())
}
