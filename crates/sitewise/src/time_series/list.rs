//! `ListTimeSeries`: all series, those of an asset, or those under a prefix of their aliases.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::{Tx, prefix_end};

use super::{TimeSeries, arn, check_alias, check_workspace, table};
use crate::Error;
use crate::argument::{Paging, custom_id};
use crate::asset::{self, Asset};
use crate::error::invalid;
use crate::place::Place;

const ACTION: &str = "iotsitewise:ListTimeSeries";

/// Lists series in the order of their creation, or of their aliases if they are chosen by a prefix (assumed).
///
/// Errors in the order of their checks: series of an asset that are not associated (assumed: clients do not ask for
/// that), unknown asset, page token.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListTimeSeriesRequest,
) -> Result<t::ListTimeSeriesResponse, Error> {
    let kind = input.time_series_type.as_deref();
    let prefix = input.alias_prefix.as_deref();
    prefix.map_or(Ok(()), |prefix| check_alias("aliasPrefix", prefix))?;
    check_filters(input.asset_id.as_deref(), kind)?;
    let asset = allowed(tx, call, input.asset_id.as_deref())?;
    check_workspace(input.workspace_name.as_deref())?;
    let asset_id = asset.as_ref().map_or("", |asset| asset.id.as_str());
    let filters = [asset_id, prefix.unwrap_or_default(), kind.unwrap_or_default()];
    let paging = Paging::open(
        call,
        op::ListTimeSeries::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let associated = kind.map(|kind| kind == "ASSOCIATED");
    let mut series = select(tx, call, (asset.as_ref(), prefix, associated), &paging)?;
    let by_alias = asset.is_none() && prefix.is_some();
    let next_token = paging.close(&mut series, |series| match &series.alias {
        Some(alias) if by_alias => vec![alias.clone()],
        _ => vec![series.created_at.millis().to_string(), series.stream.0.to_string()],
    });
    Ok(t::ListTimeSeriesResponse {
        time_series_summaries: series.into_iter().map(|series| summary(call, series)).collect(),
        next_token,
        workspace_name: None,
    })
}

/// Asks whether the caller may list, then finds the asset that the list is confined to.
fn allowed(tx: &mut Tx, call: &Call, asset_id: Option<&str>) -> Result<Option<Asset>, Error> {
    let Some(id) = asset_id else {
        call.allow(tx, ACTION, &arn(call, "*"))?;
        return Ok(None);
    };
    asset::load(tx, call, ACTION, &custom_id("assetId", id)?).map(Some)
}

fn check_filters(asset_id: Option<&str>, kind: Option<&str>) -> Result<(), Error> {
    if asset_id.is_some() && kind == Some("DISASSOCIATED") {
        return Err(invalid(
            "assetId excludes timeSeriesType DISASSOCIATED: the time series of an asset are associated",
        ));
    }
    Ok(())
}

/// Looks one page up, and a row more if there is one.
fn select(
    tx: &mut Tx,
    call: &Call,
    (asset, prefix, associated): (Option<&Asset>, Option<&str>, Option<bool>),
    paging: &Paging<'_>,
) -> Result<Vec<TimeSeries>, Error> {
    let place = Place::of(call);
    let end = prefix.map(prefix_end);
    let aliases = prefix.zip(end.as_deref());
    if let Some(asset) = asset {
        return Ok(table::list_of_asset(tx, place, &asset.id, aliases, after(paging)?, paging.limit())?);
    }
    let Some(aliases) = aliases else {
        return Ok(table::list(tx, place, associated, after(paging)?, paging.limit())?);
    };
    let after = match paging.after() {
        None => "",
        Some([alias]) => alias,
        Some(_) => return Err(invalid("nextToken is not valid")),
    };
    Ok(table::list_by_alias(tx, place, aliases, associated, after, paging.limit())?)
}

/// Answers the creation time and stream after which a list goes on.
fn after(paging: &Paging<'_>) -> Result<(i64, i64), Error> {
    let (created_at, stream) = paging.after_created()?;
    match stream {
        "" => Ok((created_at, 0)),
        stream => Ok((created_at, stream.parse().map_err(|_| invalid("nextToken is not valid"))?)),
    }
}

fn summary(call: &Call, series: TimeSeries) -> t::TimeSeriesSummary {
    let (asset_id, property_id) = series.property.unzip();
    t::TimeSeriesSummary {
        asset_id: asset_id.map(|id| id.to_string()),
        property_id: property_id.map(|id| id.to_string()),
        alias: series.alias,
        data_type: series.data_type.as_str().to_owned(),
        data_type_spec: series.data_type_spec,
        time_series_creation_date: series.created_at,
        time_series_last_update_date: series.updated_at,
        time_series_arn: arn(call, &series.id),
        time_series_id: series.id,
    }
}
