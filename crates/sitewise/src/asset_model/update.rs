//! `UpdateAssetModel`: a new version in place of the whole definition.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::accept::accept;
use super::complete::removed;
use super::create::{check_free, check_name, due_at};
use super::draft::{Draft, check, check_lengths};
use super::precondition::Precondition;
use super::previous::Previous;
use super::readers::check_unread;
use super::{AssetModel, ModelState, arn, composite, interface, load, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id};
use crate::error::invalid;
use crate::id::ExternalId;
use crate::place::Place;

/// Replaces the definition of a model; what the request leaves out is gone.
///
/// Errors in the order of their checks: unknown model, precondition, state, external id, name, then those of
/// [`draft::check`](super::draft::check), then properties that another model still reads.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateAssetModelRequest,
) -> Result<t::UpdateAssetModelResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let mut model = load(tx, call, "iotsitewise:UpdateAssetModel", &id)?;
    let precondition = Precondition {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        version_type: input.match_for_version_type.as_deref(),
    };
    precondition.check(call, &model)?;
    model.state.check_rests(model.id.as_str(), arn(call, model.id.as_str()))?;
    let external = external_id("assetModelExternalId", input.asset_model_external_id.as_deref())?;
    model.external_id = next_external_id(tx, call, &model, external)?;
    if input.asset_model_name != model.name {
        check_name(tx, call, &input.asset_model_name)?;
    }
    check_lengths(
        input.asset_model_properties.as_deref().unwrap_or_default().len(),
        input.asset_model_hierarchies.as_deref().unwrap_or_default().len(),
    )?;
    let draft = Draft {
        name: input.asset_model_name.clone(),
        description: description(input.asset_model_description.as_ref()),
        properties: wire::properties(
            "assetModelProperties",
            input.asset_model_properties.as_deref().unwrap_or_default(),
        )?,
        hierarchies: wire::hierarchies(input.asset_model_hierarchies.as_deref().unwrap_or_default())?,
        composites: composite::wire::drafts(
            input.asset_model_composite_models.as_deref().unwrap_or_default(),
        )?,
    };
    let previous = Previous::of(tx, place, &model)?;
    let checked = check(tx, call, (&model.id, model.model_type), draft, Some(&previous))?;
    composite::component::check_users(tx, place, &model, (&previous.latest, &checked.definition))?;
    check_unread(tx, place, &model, removed(&checked.definition, &previous.known))?;
    interface::guard::check(tx, place, &model, &previous.latest, &checked.definition)?;
    let due_at = due_at(call, tx.now());
    accept(tx, place, &mut model, checked, due_at)?;
    Ok(t::UpdateAssetModelResponse {
        asset_model_id: Some(model.id.to_string()),
        asset_model_status: wire::promised(ModelState::Updating),
    })
}

/// Decides the model's external id: it may be set once, and never changed or removed.
fn next_external_id(
    tx: &mut Tx,
    call: &Call,
    model: &AssetModel,
    wanted: Option<ExternalId>,
) -> Result<Option<ExternalId>, Error> {
    match (wanted, &model.external_id) {
        (None, current) => Ok(current.clone()),
        (Some(wanted), Some(current)) if wanted == *current => Ok(Some(wanted)),
        (Some(wanted), Some(current)) => Err(invalid(format!(
            "assetModelExternalId of asset model '{}' is '{current}' and can't be changed to '{wanted}'",
            model.id
        ))),
        (Some(wanted), None) => {
            check_free(tx, call, None, Some(&wanted))?;
            Ok(Some(wanted))
        }
    }
}
