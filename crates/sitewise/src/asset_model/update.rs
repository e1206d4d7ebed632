//! `UpdateAssetModel`: a new version in place of the whole definition.

use std::collections::HashSet;

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::accept::accept;
use super::create::{check_composites, check_free, check_name, due_at};
use super::draft::{Draft, check};
use super::precondition::Precondition;
use super::{AssetModel, Definition, ModelState, arn, definition, load, table, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id};
use crate::error::invalid;
use crate::id::{ExternalId, HierarchyId, PropertyId};
use crate::place::Place;

/// Replaces the definition of a model; what the request leaves out is gone.
///
/// Errors in the order of their checks: unknown model, precondition, state, external id, name, then those of
/// [`draft::check`](super::draft::check), then properties that a parent model still reads.
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
    check_composites(input.asset_model_composite_models.as_deref().unwrap_or_default().len())?;
    let external = external_id("assetModelExternalId", input.asset_model_external_id.as_deref())?;
    model.external_id = next_external_id(tx, call, &model, external)?;
    if input.asset_model_name != model.name {
        check_name(tx, call, &input.asset_model_name)?;
    }
    let draft = Draft {
        name: input.asset_model_name.clone(),
        description: description(input.asset_model_description.as_ref()),
        properties: wire::properties(input.asset_model_properties.as_deref().unwrap_or_default())?,
        hierarchies: wire::hierarchies(input.asset_model_hierarchies.as_deref().unwrap_or_default())?,
    };
    let previous = previous(tx, place, &model)?;
    let checked = check(tx, call, (&model.id, model.model_type), draft, Some(&previous))?;
    check_readers(tx, place, &model, &checked.definition)?;
    let due_at = due_at(call, tx.now());
    accept(tx, place, &mut model, checked, due_at)?;
    Ok(t::UpdateAssetModelResponse {
        asset_model_id: Some(model.id.to_string()),
        asset_model_status: wire::promised(ModelState::Updating),
    })
}

/// Answers what an update may refer to: the latest version, and what only the active one has, since sending the
/// active version again is how a failed update is undone.
fn previous(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<Definition, Error> {
    let mut previous = Definition::clone(&*definition(tx, place, &model.id, &model.latest)?);
    if let Some(active) = model.active.as_ref().filter(|active| **active != model.latest) {
        let active = definition(tx, place, &model.id, active)?;
        let known: HashSet<PropertyId> =
            previous.properties.iter().map(|property| property.id.clone()).collect();
        let lost = active.properties.iter().filter(|property| !known.contains(&property.id));
        previous.properties.extend(lost.cloned());
        let known: HashSet<HierarchyId> =
            previous.hierarchies.iter().map(|hierarchy| hierarchy.id.clone()).collect();
        let lost = active.hierarchies.iter().filter(|hierarchy| !known.contains(&hierarchy.id));
        previous.hierarchies.extend(lost.cloned());
    }
    Ok(previous)
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

/// Checks that no parent model's metric reads a property that would be gone.
fn check_readers(tx: &mut Tx, place: Place<'_>, model: &AssetModel, next: &Definition) -> Result<(), Error> {
    let kept: HashSet<&PropertyId> = next.properties.iter().map(|property| &property.id).collect();
    for parent in table::parents(tx, place, &model.id)? {
        let Some(parent) = table::by_id(tx, place, parent.as_str())? else { continue };
        let definition = definition(tx, place, &parent.id, &parent.latest)?;
        let own = |id: &str| {
            let hierarchy = definition.hierarchies.iter().find(|hierarchy| hierarchy.id.as_str() == id);
            hierarchy.is_some_and(|hierarchy| hierarchy.child_asset_model_id == model.id)
        };
        for reader in &definition.properties {
            let mut read =
                reader.kind.variables().iter().filter(|v| v.hierarchy_id.as_deref().is_some_and(own));
            if let Some(gone) = read.find(|v| !kept.contains(&PropertyId::stored(v.property_id.clone()))) {
                return Err(invalid(format!(
                    "Property '{}' can't be removed: property '{}' of asset model '{}' reads it",
                    gone.property_id, reader.name, parent.id
                )));
            }
        }
    }
    Ok(())
}
