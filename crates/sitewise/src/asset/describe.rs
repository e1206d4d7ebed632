//! `DescribeAsset`: an asset with the properties and hierarchies that its model gives it.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{load, wire};
use crate::Error;
use crate::argument::custom_id;

/// Describes an asset; its hierarchies are the model's definitions, whether or not they have children.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetRequest,
) -> Result<t::DescribeAssetResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let asset = load(tx, call, "iotsitewise:DescribeAsset", &id)?;
    let definition = asset.definition(tx, call)?;
    let properties = match input.exclude_properties {
        Some(true) => Vec::new(),
        _ => definition.properties.iter().map(|property| wire::property(&asset, property)).collect(),
    };
    Ok(t::DescribeAssetResponse {
        asset_id: asset.id.to_string(),
        asset_external_id: asset.external_id.as_ref().map(ToString::to_string),
        asset_arn: asset.arn(call),
        asset_model_id: asset.model_id.to_string(),
        asset_properties: properties,
        asset_hierarchies: wire::hierarchies(&definition),
        asset_composite_models: Some(Vec::new()),
        asset_composite_model_summaries: Some(Vec::new()),
        asset_creation_date: asset.created_at,
        asset_last_update_date: asset.updated_at,
        asset_status: wire::status(asset.state),
        asset_name: asset.name,
        asset_description: asset.description,
    })
}
