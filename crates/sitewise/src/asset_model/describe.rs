//! `DescribeAssetModel`: everything about one version of a model.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{AssetModel, Version, arn, composite, definition, interface, load, wire};
use crate::Error;
use crate::argument::custom_id;
use crate::error::{invalid, not_found};
use crate::place::Place;

/// Describes the latest version of a model, or its active one; that there is none is `ResourceNotFoundException`.
///
/// Lists stand even when empty, and an unset description is left out, as the service has it: clients send the
/// answer back as an update, where an empty description would be refused.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetModelRequest,
) -> Result<t::DescribeAssetModelResponse, Error> {
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let model = load(tx, call, "iotsitewise:DescribeAssetModel", &id)?;
    let version = version(&model, input.asset_model_version.as_deref())?;
    let definition = definition(tx, Place::of(call), &model.id, version)?;
    let properties = match input.exclude_properties {
        Some(true) => Vec::new(),
        _ => wire::shown_properties(&model.id, &definition),
    };
    Ok(t::DescribeAssetModelResponse {
        asset_model_id: model.id.to_string(),
        asset_model_external_id: model.external_id.as_ref().map(ToString::to_string),
        asset_model_arn: arn(call, model.id.as_str()),
        asset_model_name: definition.name.clone(),
        asset_model_type: Some(model.model_type.as_str().to_owned()),
        asset_model_description: definition.description.clone(),
        asset_model_properties: properties,
        asset_model_hierarchies: wire::shown_hierarchies(&definition),
        asset_model_composite_models: Some(composite::wire::shown_built_in(&model.id, &definition)),
        asset_model_composite_model_summaries: Some(composite::wire::shown_below(
            &model.id,
            &definition,
            None,
        )),
        asset_model_creation_date: model.created_at,
        asset_model_last_update_date: model.updated_at,
        asset_model_status: wire::shown_status(&model),
        asset_model_version: Some(version.number.to_string()),
        interface_details: Some(interface::list::details(tx, Place::of(call), &model.id)?),
        e_tag: Some(version.etag.clone()),
    })
}

/// Chooses the version that `assetModelVersion` asks for.
pub fn version<'a>(model: &'a AssetModel, wanted: Option<&str>) -> Result<&'a Version, Error> {
    match wanted {
        None | Some("LATEST") => Ok(&model.latest),
        Some("ACTIVE") => model
            .active
            .as_ref()
            .ok_or_else(|| not_found(format!("Asset model with id {} has no active version", model.id))),
        Some(other) => Err(invalid(format!("assetModelVersion '{other}' is neither LATEST nor ACTIVE"))),
    }
}
