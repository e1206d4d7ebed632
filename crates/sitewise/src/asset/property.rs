//! `ListAssetProperties` and `DescribeAssetProperty`: what an asset has from its model.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{load, wire};
use crate::Error;
use crate::argument::{Paging, custom_id};
use crate::asset_model::list::position;
use crate::asset_model::wire::shown_kind;
use crate::error::not_found;

/// Lists the properties of an asset in the order of its model.
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
    // Without composite models both filters show the same properties.
    let filters = [asset.id.as_str(), input.filter.as_deref().unwrap_or("BASE")];
    let paging = Paging::open(
        call,
        op::ListAssetProperties::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let etag = &asset.model_version.etag;
    let shown = definition.properties.iter().enumerate().skip(position(&paging, etag)?);
    let mut rows: Vec<_> = shown.take(usize::try_from(paging.limit()).unwrap_or_default()).collect();
    let next_token = paging.close(&mut rows, |(i, _)| vec![etag.clone(), (i + 1).to_string()]);
    let summaries = rows.into_iter().map(|(_, property)| t::AssetPropertySummary {
        id: property.id.to_string(),
        external_id: property.external_id.as_ref().map(ToString::to_string),
        alias: None,
        unit: property.unit.clone(),
        notification: Some(wire::notification(&asset, property)),
        asset_composite_model_id: None,
        path: Some(wire::path(&asset, property)),
    });
    Ok(t::ListAssetPropertiesResponse { asset_property_summaries: summaries.collect(), next_token })
}

/// Describes one property of an asset, with its type and an attribute's default of the model's active version.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetPropertyRequest,
) -> Result<t::DescribeAssetPropertyResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let property_id = custom_id("propertyId", &input.property_id)?;
    let asset = load(tx, call, "iotsitewise:DescribeAssetProperty", &id)?;
    let definition = asset.definition(tx, call)?;
    let Some(property) = definition.property(&property_id) else {
        return Err(not_found(format!("Property with id {property_id} of asset {} not found", asset.id)));
    };
    let shown = wire::property(&asset, property);
    Ok(t::DescribeAssetPropertyResponse {
        asset_id: asset.id.to_string(),
        asset_external_id: asset.external_id.as_ref().map(ToString::to_string),
        asset_name: asset.name.clone(),
        asset_model_id: asset.model_id.to_string(),
        asset_property: Some(t::Property {
            id: shown.id,
            external_id: shown.external_id,
            name: shown.name,
            alias: shown.alias,
            notification: shown.notification,
            data_type: shown.data_type,
            unit: shown.unit,
            r#type: Some(shown_kind(&property.kind)),
            path: shown.path,
        }),
        composite_model: None,
    })
}
