//! `DescribeAsset`: an asset with the properties, hierarchies and composite models that its model gives it.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::property::{self, Owned};
use super::{load, wire};
use crate::Error;
use crate::argument::custom_id;
use crate::asset_model::composite::CompositeType;
use crate::place::Place;

/// Describes an asset; its hierarchies are the model's definitions, whether or not they have children.
///
/// Alarms stand in `assetCompositeModels` with their properties; of other composite models only those directly below
/// the asset are named, in `assetCompositeModelSummaries`. That the paths begin with the asset is assumed.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetRequest,
) -> Result<t::DescribeAssetResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let asset = load(tx, call, "iotsitewise:DescribeAsset", &id)?;
    let definition = asset.definition(tx, call)?;
    let excluded = input.exclude_properties == Some(true);
    let mut own =
        if excluded { Owned::default() } else { property::table::of_asset(tx, Place::of(call), &asset.id)? };
    let shown = definition.properties.iter().filter(|_| !excluded);
    let properties = shown.map(|property| {
        let own = own.take(&property.id);
        wire::property(&asset, &definition, (property, None), own)
    });
    let properties = properties.collect();
    let top = || definition.composites_below(None);
    let alarms = top().filter(|composite| composite.composite_type == CompositeType::Alarm);
    let alarms =
        alarms.map(|alarm| wire::composite(&asset, &definition, alarm, (!excluded).then_some(&mut own)));
    let alarms = alarms.collect();
    let others = top().filter(|composite| composite.composite_type != CompositeType::Alarm);
    let others = others.map(|composite| wire::composite_summary(&asset, &definition, composite));
    Ok(t::DescribeAssetResponse {
        asset_id: asset.id.to_string(),
        asset_external_id: asset.external_id.as_ref().map(ToString::to_string),
        asset_arn: asset.arn(call),
        asset_model_id: asset.model_id.to_string(),
        asset_properties: properties,
        asset_hierarchies: wire::hierarchies(&definition),
        asset_composite_models: Some(alarms),
        asset_composite_model_summaries: Some(others.collect()),
        asset_creation_date: asset.created_at,
        asset_last_update_date: asset.updated_at,
        asset_status: wire::status(asset.state),
        asset_name: asset.name,
        asset_description: asset.description,
    })
}
