//! `ListAssets`: the assets of a model, or those at the top of all trees.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Asset, arn, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key, custom_id};
use crate::asset_model;
use crate::error::invalid;
use crate::id::AssetModelId;
use crate::place::Place;

/// Lists assets in the order of their creation.
///
/// With filter ALL, the default, the model has to be named; an asset without any parent is `TOP_LEVEL`, also when it
/// has no hierarchies itself. An interface has no assets of its own: its list is empty (assumed).
pub fn list(tx: &mut Tx, call: &Call, input: &t::ListAssetsRequest) -> Result<t::ListAssetsResponse, Error> {
    let place = Place::of(call);
    let model_id = model(tx, call, input.asset_model_id.as_deref())?;
    let filter = input.filter.as_deref().unwrap_or("ALL");
    let top_level = filter == "TOP_LEVEL";
    if model_id.is_none() && !top_level {
        return Err(invalid("assetModelId is required when filter is ALL"));
    }
    let filters = [filter, model_id.as_ref().map_or("", AssetModelId::as_str)];
    let paging =
        Paging::open(call, op::ListAssets::SPEC, &filters, input.next_token.as_deref(), input.max_results)?;
    let after = paging.after_created()?;
    let mut assets = match &model_id {
        Some(id) => table::list_of_model(tx, place, id, top_level, after, paging.limit())?,
        None => table::list_roots(tx, place, after, paging.limit())?,
    };
    let next_token = paging.close(&mut assets, |asset| created_key(asset.created_at, asset.id.as_str()));
    let asset_summaries =
        assets.into_iter().map(|asset| summary(tx, call, asset)).collect::<Result<_, _>>()?;
    Ok(t::ListAssetsResponse { asset_summaries, next_token })
}

/// Asks whether the caller may list, then finds the model that the list is confined to.
fn model(tx: &mut Tx, call: &Call, id: Option<&str>) -> Result<Option<AssetModelId>, Error> {
    const ACTION: &str = "iotsitewise:ListAssets";
    let Some(id) = id else {
        call.allow(tx, ACTION, &arn(call, "*"))?;
        return Ok(None);
    };
    let id = custom_id("assetModelId", id)?;
    Ok(Some(asset_model::load(tx, call, ACTION, &id)?.id))
}

fn summary(tx: &mut Tx, call: &Call, asset: Asset) -> Result<t::AssetSummary, Error> {
    let definition = asset.definition(tx, call)?;
    Ok(t::AssetSummary {
        id: asset.id.to_string(),
        external_id: asset.external_id.as_ref().map(ToString::to_string),
        arn: asset.arn(call),
        asset_model_id: asset.model_id.to_string(),
        creation_date: asset.created_at,
        last_update_date: asset.updated_at,
        status: wire::status(asset.state),
        hierarchies: wire::hierarchies(&definition),
        name: asset.name,
        description: asset.description,
    })
}
