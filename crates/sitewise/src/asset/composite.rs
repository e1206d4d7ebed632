//! `DescribeAssetCompositeModel`: one composite model of an asset, with its properties and what stands below it.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{load, property, wire};
use crate::Error;
use crate::action;
use crate::argument::custom_id;
use crate::error::not_found;
use crate::place::Place;

/// Describes a composite model of an asset.
///
/// Errors in the order of their checks: unknown asset, composite model that the asset's model does not have.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetCompositeModelRequest,
) -> Result<t::DescribeAssetCompositeModelResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let composite_id = custom_id("assetCompositeModelId", &input.asset_composite_model_id)?;
    let asset = load(tx, call, "iotsitewise:DescribeAssetCompositeModel", &id)?;
    let definition = asset.definition(tx, call)?;
    let Some(composite) = definition.composite(&composite_id) else {
        return Err(not_found(format!(
            "Composite model with id {composite_id} of asset {} not found",
            asset.id
        )));
    };
    let mut own = property::table::of_asset(tx, Place::of(call), &asset.id)?;
    let below = definition.composites_below(Some(&composite.id));
    Ok(t::DescribeAssetCompositeModelResponse {
        asset_id: asset.id.to_string(),
        asset_composite_model_id: composite.id.to_string(),
        asset_composite_model_external_id: composite.external_id.as_ref().map(ToString::to_string),
        asset_composite_model_path: wire::composite_path(&asset, &definition, composite),
        asset_composite_model_name: composite.name.clone(),
        asset_composite_model_description: composite.description.clone(),
        asset_composite_model_type: composite.composite_type.as_str().to_owned(),
        asset_composite_model_properties: wire::composite_properties(
            &asset,
            &definition,
            composite,
            &mut own,
        ),
        asset_composite_model_summaries: below
            .map(|below| wire::composite_summary(&asset, &definition, below))
            .collect(),
        action_definitions: action::definition::of_composite(composite),
    })
}
