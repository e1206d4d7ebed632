//! `DescribeAssetModelCompositeModel`: one composite model of one version of a model.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::update::find;
use super::{Composite, wire};
use crate::Error;
use crate::action;
use crate::argument::custom_id;
use crate::asset_model::describe::version;
use crate::asset_model::{definition, load};
use crate::place::Place;

/// Describes a composite model with its own properties and what stands directly below it; an unknown model, version or
/// composite model is `ResourceNotFoundException`.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetModelCompositeModelRequest,
) -> Result<t::DescribeAssetModelCompositeModelResponse, Error> {
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let composite_id = custom_id("assetModelCompositeModelId", &input.asset_model_composite_model_id)?;
    let model = load(tx, call, "iotsitewise:DescribeAssetModelCompositeModel", &id)?;
    let version = version(&model, input.asset_model_version.as_deref())?;
    let definition = definition(tx, Place::of(call), &model.id, version)?;
    let composite = find(&definition, &model, &composite_id)?;
    Ok(t::DescribeAssetModelCompositeModelResponse {
        asset_model_id: model.id.to_string(),
        asset_model_composite_model_id: composite.id.to_string(),
        asset_model_composite_model_external_id: composite.external_id.as_ref().map(ToString::to_string),
        asset_model_composite_model_path: wire::path(&model.id, &definition, composite),
        asset_model_composite_model_name: composite.name.clone(),
        asset_model_composite_model_description: composite.description.clone(),
        asset_model_composite_model_type: composite.composite_type.as_str().to_owned(),
        asset_model_composite_model_properties: wire::shown_own(&model.id, &definition, composite),
        composition_details: composition_details(composite),
        asset_model_composite_model_summaries: wire::shown_below(&model.id, &definition, Some(&composite.id)),
        action_definitions: action::definition::of_composite(composite),
    })
}

/// Shows the component models behind a composite model, outermost first; nothing where none is involved.
///
/// A composite model that a component model gives shows them, too, whatever it is made from itself (assumed).
fn composition_details(composite: &Composite) -> Option<t::CompositionDetails> {
    let item = |id: &crate::id::AssetModelId| t::CompositionRelationshipItem { id: Some(id.to_string()) };
    let chain: Vec<_> = composite.chain.iter().map(item).collect();
    (!chain.is_empty()).then_some(t::CompositionDetails { composition_relationship: Some(chain) })
}
