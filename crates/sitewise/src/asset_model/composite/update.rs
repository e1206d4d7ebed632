//! `UpdateAssetModelCompositeModel` and `DeleteAssetModelCompositeModel`.

use std::collections::HashSet;

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::create::taken;
use super::draft::{check_contents, check_counts, check_quotas};
use super::{Composite, component, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id};
use crate::asset_model::accept::accept;
use crate::asset_model::complete::{complete, removed};
use crate::asset_model::create::due_at;
use crate::asset_model::draft::{PropertyDraft, properties};
use crate::asset_model::identity::{self, Claim, check_unique};
use crate::asset_model::precondition::Precondition;
use crate::asset_model::previous::Previous;
use crate::asset_model::property::Property;
use crate::asset_model::readers::check_unread;
use crate::asset_model::wire::{promised, properties as property_drafts};
use crate::asset_model::{AssetModel, Definition, ModelState, arn, interface, load};
use crate::error::{invalid, not_found};
use crate::id::{CompositeId, CustomId};
use crate::place::Place;

const PROPERTIES: &str = "assetModelCompositeModelProperties";

/// Replaces name, description and properties of a composite model; its model gets a new version.
///
/// Of what a component model gives only external ids can be set. Errors in the order of their checks: unknown model,
/// precondition, state, unknown composite model, ill-formed ids, quotas, external id, name taken, then those of its
/// properties and of the definition as a whole, then properties that another model still reads.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateAssetModelCompositeModelRequest,
) -> Result<t::UpdateAssetModelCompositeModelResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let composite_id = custom_id("assetModelCompositeModelId", &input.asset_model_composite_model_id)?;
    let mut model = load(tx, call, "iotsitewise:UpdateAssetModelCompositeModel", &id)?;
    let precondition = Precondition {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        version_type: input.match_for_version_type.as_deref(),
    };
    precondition.check(call, &model)?;
    model.state.check_rests(model.id.as_str(), arn(call, model.id.as_str()))?;
    let previous = Previous::of(tx, place, &model)?;
    let before = find(&previous.latest, &model, &composite_id)?;
    let external = input.asset_model_composite_model_external_id.as_deref();
    let claim = Claim {
        id: None,
        external_id: external_id("assetModelCompositeModelExternalId", external)?,
        name: input.asset_model_composite_model_name.clone(),
    };
    let drafts = input.asset_model_composite_model_properties.as_deref();
    let drafts = drafts.map(|drafts| property_drafts(PROPERTIES, drafts)).transpose()?;
    check_counts(PROPERTIES, drafts.as_deref().unwrap_or_default())?;
    check_free(call, &model, &previous.latest, (before, &claim))?;
    let description = description(input.asset_model_composite_model_description.as_ref());
    let mut next = before.clone();
    next.external_id = identity::external_id(&claim, before)?;
    if before.is_derived() {
        check_derived(before, &claim.name, description.as_ref())?;
    } else {
        next.name = claim.name;
        next.description = description;
    }
    if before.chain.is_empty() {
        let known = previous.known.composite_by_id(&before.id).unwrap_or(before);
        next.properties = properties(tx, call, &model.id, drafts.unwrap_or_default(), &known.properties)?;
        check_contents(&next, model.model_type)?;
    } else {
        next.properties = with_external_ids(before, drafts.unwrap_or_default())?;
    }
    check_unique(&next.properties)?;
    let mut definition = Definition::clone(&previous.latest);
    for composite in definition.composites.iter_mut().filter(|composite| composite.id == before.id) {
        composite.clone_from(&next);
    }
    let path = wire::path(&model.id, &definition, &next);
    replace(tx, call, &mut model, definition, &previous)?;
    Ok(t::UpdateAssetModelCompositeModelResponse {
        asset_model_composite_model_path: path,
        asset_model_status: promised(ModelState::Updating),
        asset_model_id: Some(model.id.to_string()),
    })
}

/// Deletes a composite model with its properties, their data, and all composite models below it; its model gets a new
/// version.
///
/// Errors in the order of their checks: unknown model, precondition, state, unknown composite model, one that a
/// component model gives, then properties that a formula still reads.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteAssetModelCompositeModelRequest,
) -> Result<t::DeleteAssetModelCompositeModelResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let composite_id = custom_id("assetModelCompositeModelId", &input.asset_model_composite_model_id)?;
    let mut model = load(tx, call, "iotsitewise:DeleteAssetModelCompositeModel", &id)?;
    let precondition = Precondition {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        version_type: input.match_for_version_type.as_deref(),
    };
    precondition.check(call, &model)?;
    model.state.check_rests(model.id.as_str(), arn(call, model.id.as_str()))?;
    let previous = Previous::of(tx, place, &model)?;
    let before = find(&previous.latest, &model, &composite_id)?;
    if let (true, Some(component)) = (before.is_derived(), before.chain.last()) {
        return Err(invalid(format!(
            "Composite model '{}' can't be deleted here: component model '{component}' gives it",
            before.id
        )));
    }
    let mut gone: HashSet<&CompositeId> = HashSet::from([&before.id]);
    // Parents stand before their children, so one pass finds all that is below.
    for composite in &previous.latest.composites {
        if composite.parent_id.as_ref().is_some_and(|parent| gone.contains(parent)) {
            gone.insert(&composite.id);
        }
    }
    let mut definition = Definition::clone(&previous.latest);
    definition.composites.retain(|composite| !gone.contains(&composite.id));
    replace(tx, call, &mut model, definition, &previous)?;
    Ok(t::DeleteAssetModelCompositeModelResponse {
        asset_model_status: promised(ModelState::Updating),
        asset_model_id: Some(model.id.to_string()),
    })
}

/// Finds a composite model in a version of its model.
pub fn find<'a>(
    definition: &'a Definition,
    model: &AssetModel,
    id: &CustomId,
) -> Result<&'a Composite, Error> {
    definition.composite(id).ok_or_else(|| {
        not_found(format!("Composite model with id {id} of asset model {} not found", model.id))
    })
}

/// Checks the changed definition and accepts it as the model's next version.
fn replace(
    tx: &mut Tx,
    call: &Call,
    model: &mut AssetModel,
    definition: Definition,
    previous: &Previous,
) -> Result<(), Error> {
    let place = Place::of(call);
    check_quotas(&definition)?;
    component::check_users(tx, place, model, (&previous.latest, &definition))?;
    let checked = complete(tx, place, &model.id, definition, Some(&previous.latest))?;
    check_unread(tx, place, model, removed(&checked.definition, &previous.known))?;
    interface::guard::check(tx, place, model, &previous.latest, &checked.definition)?;
    let due_at = due_at(call, tx.now());
    Ok(accept(tx, place, model, checked, due_at)?)
}

/// Checks that no other composite model of the model has the wanted external id, and none beside it the wanted name.
fn check_free(
    call: &Call,
    model: &AssetModel,
    definition: &Definition,
    (before, claim): (&Composite, &Claim),
) -> Result<(), Error> {
    let mut others = definition.composites.iter().filter(|other| other.id != before.id);
    if let Some(external) = &claim.external_id
        && let Some(other) = others.find(|other| other.external_id.as_ref() == Some(external))
    {
        return Err(taken(call, model, other, ("external id", external.as_str())));
    }
    let mut beside = definition.composites_below(before.parent_id.as_ref());
    match beside.find(|other| other.id != before.id && other.name == claim.name) {
        Some(other) => Err(taken(call, model, other, ("name", &claim.name))),
        None => Ok(()),
    }
}

/// Checks that a request leaves name and description of a derived composite model as they are.
fn check_derived(before: &Composite, name: &str, description: Option<&String>) -> Result<(), Error> {
    let changed = if before.name != name {
        "assetModelCompositeModelName"
    } else if description.is_some() && description != before.description.as_ref() {
        "assetModelCompositeModelDescription"
    } else {
        return Ok(());
    };
    Err(invalid(format!(
        "{changed} of composite model '{}' ('{}') can't be changed here: a component model gives it, only external ids \
         can be set",
        before.name, before.id
    )))
}

/// Gives external ids to properties that a component model gives; entries that are left out stay as they are.
fn with_external_ids(before: &Composite, drafts: Vec<PropertyDraft>) -> Result<Vec<Property>, Error> {
    let mut properties = before.properties.clone();
    for draft in drafts {
        let name = &draft.claim.name;
        let found = properties.iter_mut().find(|property| match &draft.claim.id {
            Some(id) => id.names(property.id.as_str(), property.external_id.as_ref()),
            None => property.name == *name,
        });
        let Some(property) = found else {
            return Err(invalid(format!(
                "Property '{name}' can't be added to composite model '{}': a component model gives its properties",
                before.name
            )));
        };
        let same = property.name == *name
            && property.data_type == draft.data_type
            && property.data_type_spec == draft.data_type_spec
            && (draft.unit.is_none() || property.unit == draft.unit)
            && property.kind == draft.kind;
        if !same {
            return Err(invalid(format!(
                "Property '{}' of composite model '{}' can't be changed here: a component model gives it, only its \
                 externalId can be set",
                property.name, before.name
            )));
        }
        property.external_id = identity::external_id(&draft.claim, property)?;
    }
    Ok(properties)
}
