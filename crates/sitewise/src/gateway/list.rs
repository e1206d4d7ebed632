//! `ListGateways`: all gateways of an account in a Region.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Gateway, arn, table};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists gateways in the order of their creation, each with its capabilities.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListGatewaysRequest,
) -> Result<t::ListGatewaysResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:ListGateways", &arn(call, "*"))?;
    let paging =
        Paging::open(call, op::ListGateways::SPEC, &[], input.next_token.as_deref(), input.max_results)?;
    let mut gateways = table::list(tx, place, paging.after_created()?, paging.limit())?;
    let next_token =
        paging.close(&mut gateways, |gateway| created_key(gateway.created_at, gateway.id.as_str()));
    let gateway_summaries =
        gateways.into_iter().map(|gateway| summary(tx, place, gateway)).collect::<Result<_, _>>()?;
    Ok(t::ListGatewaysResponse { gateway_summaries, next_token })
}

fn summary(tx: &mut Tx, place: Place<'_>, gateway: Gateway) -> Result<t::GatewaySummary, Error> {
    Ok(t::GatewaySummary {
        gateway_capability_summaries: Some(table::capabilities(tx, place, &gateway.id)?),
        gateway_id: gateway.id.to_string(),
        gateway_platform: Some(gateway.platform.shown()),
        gateway_version: Some(gateway.version),
        creation_date: gateway.created_at,
        last_update_date: gateway.updated_at,
        gateway_name: gateway.name,
    })
}
