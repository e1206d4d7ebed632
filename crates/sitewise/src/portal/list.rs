//! `ListPortals`: all portals of the account in the Region.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Portal, arn, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists portals in the order of their creation; the list stands also when it is empty.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListPortalsRequest,
) -> Result<t::ListPortalsResponse, Error> {
    call.allow(tx, "iotsitewise:ListPortals", &arn(call, "*"))?;
    let paging =
        Paging::open(call, op::ListPortals::SPEC, &[], input.next_token.as_deref(), input.max_results)?;
    let mut portals = table::list(tx, Place::of(call), paging.after_created()?, paging.limit())?;
    let next_token = paging.close(&mut portals, |portal| created_key(portal.created_at, portal.id.as_str()));
    let summaries = portals.into_iter().map(|portal| summary(call, portal)).collect();
    Ok(t::ListPortalsResponse { portal_summaries: Some(summaries), next_token })
}

fn summary(call: &Call, portal: Portal) -> t::PortalSummary {
    t::PortalSummary {
        id: portal.id.to_string(),
        name: portal.settings.name,
        description: portal.settings.description,
        start_url: wire::start_url(call, &portal.id),
        creation_date: Some(portal.created_at),
        last_update_date: Some(portal.updated_at),
        role_arn: Some(portal.settings.role_arn),
        status: wire::status(portal.state),
        portal_type: Some(portal.settings.portal_type),
    }
}
