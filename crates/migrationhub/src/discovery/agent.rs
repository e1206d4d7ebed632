//! Agents, collectors and continuous exports: nothing collects servers here, so lists are empty and starts refused.

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::access::{Kind, admit};
use super::configuration_item::{self, ItemKind};
use super::error::{self, Error};

/// Lists the agents: none.
///
/// Errors in this order: access denied, discovery off, home region not set.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    _input: &types::DescribeAgentsRequest,
) -> Result<types::DescribeAgentsResponse, Error> {
    admit(tx, call, "DescribeAgents", Kind::Read)?;
    Ok(types::DescribeAgentsResponse { agents_info: Some(Vec::new()), next_token: None })
}

/// Lists the servers that a server talks to: none, as no agent watches.
///
/// Errors in this order: access denied, discovery off, home region not set, unknown server.
pub(crate) fn neighbors(
    tx: &mut Tx,
    call: &Call,
    input: &types::ListServerNeighborsRequest,
) -> Result<types::ListServerNeighborsResponse, Error> {
    admit(tx, call, "ListServerNeighbors", Kind::Read)?;
    let id = &input.configuration_id;
    let server = configuration_item::table::get(tx, call.into(), id)?;
    if server.is_none_or(|item| item.kind != ItemKind::Server) {
        return Err(error::unknown_configuration(id));
    }
    Ok(types::ListServerNeighborsResponse {
        neighbors: Vec::new(),
        next_token: None,
        known_dependency_count: Some(0),
    })
}

/// Refuses what needs agents, or AWS's own analytics (migration-hub 15, tier "no").
fn refuse(operation: &str) -> Error {
    error::invalid_parameter(format!("{operation} is not offered by this server: no agents report to it"))
}

/// Declares an operation that is refused once everything before it is in order.
macro_rules! refused {
    ($($function:ident $name:literal $kind:ident ($input:ty) -> $output:ident;)*) => {
        $(
            #[doc = concat!("Refuses ", $name, ".")]
            pub(crate) fn $function(tx: &mut Tx, call: &Call, _input: &$input) -> Result<types::$output, Error> {
                admit(tx, call, $name, Kind::$kind)?;
                Err(refuse($name))
            }
        )*
    };
}

refused! {
    start_collection "StartDataCollectionByAgentIds" Write
        (types::StartDataCollectionByAgentIdsRequest) -> StartDataCollectionByAgentIdsResponse;
    stop_collection "StopDataCollectionByAgentIds" Write
        (types::StopDataCollectionByAgentIdsRequest) -> StopDataCollectionByAgentIdsResponse;
    start_continuous_export "StartContinuousExport" Write
        (types::StartContinuousExportRequest) -> StartContinuousExportResponse;
    stop_continuous_export "StopContinuousExport" Write
        (types::StopContinuousExportRequest) -> StopContinuousExportResponse;
    describe_continuous_exports "DescribeContinuousExports" Read
        (types::DescribeContinuousExportsRequest) -> DescribeContinuousExportsResponse;
    export_configurations "ExportConfigurations" Write (()) -> ExportConfigurationsResponse;
    describe_export_configurations "DescribeExportConfigurations" Read
        (types::DescribeExportConfigurationsRequest) -> DescribeExportConfigurationsResponse;
}

/// Refuses BatchDeleteAgents, which alone of all operations declares no missing home region.
pub(crate) fn delete(
    tx: &mut Tx,
    call: &Call,
    _input: &types::BatchDeleteAgentsRequest,
) -> Result<types::BatchDeleteAgentsResponse, Error> {
    call.allow(tx, "discovery:BatchDeleteAgents", "*")?;
    Err(refuse("BatchDeleteAgents"))
}
