//! `ListAssetModelCompositeModels` and `ListCompositionRelationships`.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{CompositeType, table, wire};
use crate::Error;
use crate::argument::{Paging, custom_id};
use crate::asset_model::describe::version;
use crate::asset_model::list::position;
use crate::asset_model::{AssetModelType, definition, load};
use crate::error::invalid;
use crate::id::{AssetModelId, CustomId};
use crate::place::Place;

/// Lists all composite models of one version of a model, at any depth, parents before their children.
///
/// A page token is good for that version only.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssetModelCompositeModelsRequest,
) -> Result<t::ListAssetModelCompositeModelsResponse, Error> {
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let model = load(tx, call, "iotsitewise:ListAssetModelCompositeModels", &id)?;
    let wanted = input.asset_model_version.as_deref().unwrap_or("LATEST");
    let version = version(&model, Some(wanted))?;
    let definition = definition(tx, Place::of(call), &model.id, version)?;
    let filters = [model.id.as_str(), wanted];
    let paging = Paging::open(
        call,
        op::ListAssetModelCompositeModels::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let shown = definition.composites.iter().enumerate().skip(position(&paging, &version.etag)?);
    let mut rows: Vec<_> = shown.take(usize::try_from(paging.limit()).unwrap_or_default()).collect();
    let next_token = paging.close(&mut rows, |(i, _)| vec![version.etag.clone(), (i + 1).to_string()]);
    let summaries = rows.into_iter().map(|(_, composite)| wire::summary(&model.id, &definition, composite));
    Ok(t::ListAssetModelCompositeModelsResponse {
        asset_model_composite_model_summaries: summaries.collect(),
        next_token,
    })
}

/// Lists where a component model is composed directly, in the latest or the active version of the models, by model.
///
/// Anything but a component model is `InvalidRequestException` (assumed).
pub fn list_relationships(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListCompositionRelationshipsRequest,
) -> Result<t::ListCompositionRelationshipsResponse, Error> {
    let Some(id) = AssetModelId::parse(&input.asset_model_id) else {
        return Err(invalid(format!(
            "assetModelId '{}' is not a lowercase UUID; external ids are not accepted here",
            input.asset_model_id
        )));
    };
    let action = "iotsitewise:ListCompositionRelationships";
    let component = load(tx, call, action, &CustomId::Id(id.to_string()))?;
    if component.model_type != AssetModelType::ComponentModel {
        return Err(invalid(format!(
            "assetModelId '{id}' is of type {}; only a COMPONENT_MODEL has composition relationships",
            component.model_type.as_str()
        )));
    }
    let filters = [id.as_str()];
    let paging = Paging::open(
        call,
        op::ListCompositionRelationships::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = match paging.after() {
        None => ("", ""),
        Some([model, composite]) => (model.as_str(), composite.as_str()),
        Some(_) => return Err(invalid("nextToken is not valid")),
    };
    let mut rows = table::page(tx, Place::of(call), &id, after, paging.limit())?;
    let next_token =
        paging.close(&mut rows, |(model, composite)| vec![model.to_string(), composite.to_string()]);
    let summary =
        |(model, composite): (AssetModelId, crate::id::CompositeId)| t::CompositionRelationshipSummary {
            asset_model_id: model.to_string(),
            asset_model_composite_model_id: composite.to_string(),
            asset_model_composite_model_type: CompositeType::Custom.as_str().to_owned(),
        };
    Ok(t::ListCompositionRelationshipsResponse {
        composition_relationship_summaries: rows.into_iter().map(summary).collect(),
        next_token,
    })
}
