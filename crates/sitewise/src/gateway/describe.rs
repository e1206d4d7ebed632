//! `DescribeGateway`: a gateway with a summary of its capabilities.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{load, table};
use crate::Error;
use crate::place::Place;

/// Describes a gateway; the summaries stand also when there are none.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeGatewayRequest,
) -> Result<t::DescribeGatewayResponse, Error> {
    let gateway = load(tx, call, "iotsitewise:DescribeGateway", &input.gateway_id)?;
    let capabilities = table::capabilities(tx, Place::of(call), &gateway.id)?;
    Ok(t::DescribeGatewayResponse {
        gateway_id: gateway.id.to_string(),
        gateway_arn: gateway.arn(call),
        gateway_platform: Some(gateway.platform.shown()),
        gateway_version: Some(gateway.version),
        gateway_capability_summaries: capabilities,
        creation_date: gateway.created_at,
        last_update_date: gateway.updated_at,
        gateway_name: gateway.name,
    })
}
