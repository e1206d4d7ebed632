//! `DescribeTimeSeries`: one series, found by its alias or by its property.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Named, arn, check_workspace};
use crate::Error;

/// Describes a series; one that has an alias answers to it also while it belongs to a property.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeTimeSeriesRequest,
) -> Result<t::DescribeTimeSeriesResponse, Error> {
    let named = Named::read(input.alias.as_deref(), input.asset_id.as_deref(), input.property_id.as_deref())?;
    check_workspace(input.workspace_name.as_deref())?;
    let (series, _) = named.load(tx, call, "iotsitewise:DescribeTimeSeries")?;
    let (asset_id, property_id) = series.property.unzip();
    Ok(t::DescribeTimeSeriesResponse {
        asset_id: asset_id.map(|id| id.to_string()),
        property_id: property_id.map(|id| id.to_string()),
        alias: series.alias,
        data_type: series.data_type.as_str().to_owned(),
        data_type_spec: series.data_type_spec,
        time_series_creation_date: series.created_at,
        time_series_last_update_date: series.updated_at,
        time_series_arn: arn(call, &series.id),
        time_series_id: series.id,
        workspace_name: None,
    })
}
