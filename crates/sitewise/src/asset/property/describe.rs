//! `DescribeAssetProperty`: one property of an asset, with its type.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{find, table};
use crate::Error;
use crate::argument::custom_id;
use crate::asset::{load, wire};
use crate::asset_model::wire::shown_kind;
use crate::place::Place;

/// Describes one property of an asset, with its type and an attribute's default of the model's active version.
///
/// A property of a composite model stands in `compositeModel`, any other in `assetProperty`, never in both.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetPropertyRequest,
) -> Result<t::DescribeAssetPropertyResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let property_id = custom_id("propertyId", &input.property_id)?;
    let asset = load(tx, call, "iotsitewise:DescribeAssetProperty", &id)?;
    let definition = asset.definition(tx, call)?;
    let (property, composite) = find(&definition, &asset, &property_id)?;
    let own = table::of_property(tx, Place::of(call), &asset.id, &property.id)?;
    let shown = wire::property(&asset, &definition, (property, composite), own);
    let shown = t::Property {
        id: shown.id,
        external_id: shown.external_id,
        name: shown.name,
        alias: shown.alias,
        notification: shown.notification,
        data_type: shown.data_type,
        unit: shown.unit,
        r#type: Some(shown_kind(&property.kind)),
        path: shown.path,
    };
    let (asset_property, composite_model) = match composite {
        None => (Some(shown), None),
        Some(composite) => (
            None,
            Some(t::CompositeModelProperty {
                name: composite.name.clone(),
                r#type: composite.composite_type.as_str().to_owned(),
                asset_property: shown,
                id: Some(composite.id.to_string()),
                external_id: composite.external_id.as_ref().map(ToString::to_string),
            }),
        ),
    };
    Ok(t::DescribeAssetPropertyResponse {
        asset_id: asset.id.to_string(),
        asset_external_id: asset.external_id.as_ref().map(ToString::to_string),
        asset_name: asset.name,
        asset_model_id: asset.model_id.to_string(),
        asset_property,
        composite_model,
    })
}
