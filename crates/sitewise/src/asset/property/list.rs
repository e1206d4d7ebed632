//! `ListAssetProperties`: the properties of an asset, with or without those of its composite models.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::table;
use crate::Error;
use crate::argument::{Paging, custom_id};
use crate::asset::{load, wire};
use crate::asset_model::list::position;
use crate::place::Place;

/// Lists the properties of an asset in the order of its model; those of composite models follow if the filter is ALL.
///
/// A page token is good for one version of the model only, as for the model's own list.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssetPropertiesRequest,
) -> Result<t::ListAssetPropertiesResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let asset = load(tx, call, "iotsitewise:ListAssetProperties", &id)?;
    let definition = asset.definition(tx, call)?;
    let filter = input.filter.as_deref().unwrap_or("BASE");
    let filters = [asset.id.as_str(), filter];
    let paging = Paging::open(
        call,
        op::ListAssetProperties::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let etag = &asset.model_version.etag;
    let shown = definition.all_properties().filter(|(_, composite)| filter == "ALL" || composite.is_none());
    let shown = shown.enumerate().skip(position(&paging, etag)?);
    let mut rows: Vec<_> = shown.take(usize::try_from(paging.limit()).unwrap_or_default()).collect();
    let next_token = paging.close(&mut rows, |(i, _)| vec![etag.clone(), (i + 1).to_string()]);
    let mut own = table::of_asset(tx, Place::of(call), &asset.id)?;
    let summaries = rows.into_iter().map(|(_, (property, composite))| {
        let own = own.take(&property.id);
        t::AssetPropertySummary {
            id: property.id.to_string(),
            external_id: property.external_id.as_ref().map(ToString::to_string),
            alias: own.alias,
            unit: own.unit.or_else(|| property.unit.clone()),
            notification: Some(wire::notification(&asset, property, own.notified)),
            asset_composite_model_id: composite.map(|composite| composite.id.to_string()),
            path: Some(wire::path(&asset, &definition, property, composite)),
        }
    });
    Ok(t::ListAssetPropertiesResponse { asset_property_summaries: summaries.collect(), next_token })
}
