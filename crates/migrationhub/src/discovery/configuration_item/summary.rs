//! GetDiscoverySummary: how much is known.

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::{ItemKind, table};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::Error;
use crate::discovery::{application, tag};

/// Counts servers and applications; agents, connectors and collectors there are none.
///
/// Errors in this order: access denied, discovery off, home region not set.
pub(crate) fn get(
    tx: &mut Tx,
    call: &Call,
    _input: &types::GetDiscoverySummaryRequest,
) -> Result<types::GetDiscoverySummaryResponse, Error> {
    admit(tx, call, "GetDiscoverySummary", Kind::Read)?;
    Ok(types::GetDiscoverySummaryResponse {
        servers: Some(table::count(tx, call.into(), ItemKind::Server)?),
        applications: Some(table::count(tx, call.into(), ItemKind::Application)?),
        servers_mapped_to_applications: Some(application::table::count_servers(tx, call.into())?),
        servers_mappedto_tags: Some(tag::table::count_items(tx, call.into(), ItemKind::Server.as_str())?),
        agent_summary: Some(types::CustomerAgentInfo::default()),
        connector_summary: Some(types::CustomerConnectorInfo::default()),
        me_collector_summary: Some(types::CustomerMeCollectorInfo::default()),
        agentless_collector_summary: Some(types::CustomerAgentlessCollectorInfo::default()),
    })
}
