//! `DeleteTimeSeries`: a series with its alias and all of its values.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::store::{SERIES, SeriesStore as _, Which};
use super::{Named, check_workspace};
use crate::Error;
use crate::place::Place;

/// Deletes a series; the property that it belonged to stays, without alias and values.
///
/// Errors in the order of their checks: unknown asset, property or series, state of the asset.
pub fn delete(tx: &mut Tx, call: &Call, input: &t::DeleteTimeSeriesRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let named = Named::read(input.alias.as_deref(), input.asset_id.as_deref(), input.property_id.as_deref())?;
    check_workspace(input.workspace_name.as_deref())?;
    let (series, asset) = named.load(tx, call, "iotsitewise:DeleteTimeSeries")?;
    if let Some(asset) = asset {
        asset.state.check_rests(asset.id.as_str(), asset.arn(call))?;
    }
    SERIES.forget(tx, place, Which::Stream(series.stream))?;
    let event = json!({ "timeSeriesId": series.id, "alias": series.alias });
    tx.emit(place.account, place.region, "sitewise.time_series.deleted", &event)?;
    Ok(())
}
