//! `CreateAssetModelCompositeModel`: a new composite model in a model, with its own properties or a component's.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::draft::{check_contents, check_counts, check_quotas};
use super::{Composite, CompositeType, component, derive, wire};
use crate::Error;
use crate::argument::{custom_id, description, external_id, own_id};
use crate::asset_model::accept::accept;
use crate::asset_model::complete::complete;
use crate::asset_model::create::due_at;
use crate::asset_model::draft::{PropertyDraft, new_id, properties};
use crate::asset_model::precondition::Precondition;
use crate::asset_model::table::ElementKind;
use crate::asset_model::wire::{new_properties, promised};
use crate::asset_model::{
    AssetModel, AssetModelType, Definition, ModelState, arn, definition, interface, load,
};
use crate::error::{exists, invalid, not_found};
use crate::id::{CompositeId, CustomId, ExternalId};
use crate::place::Place;

const PROPERTIES: &str = "assetModelCompositeModelProperties";

/// What a request says about a new composite model.
struct Wanted {
    own: Option<CompositeId>,
    external: Option<ExternalId>,
    name: String,
    composite_type: CompositeType,
    parent: Option<CustomId>,
    component: Option<CustomId>,
    properties: Vec<PropertyDraft>,
}

/// Creates a composite model; the model it stands in gets a new version.
///
/// Errors in the order of their checks: unknown model, precondition, state, ill-formed ids and types, illegal
/// combinations, quotas, id or external id taken, unknown or unfit parent, name taken, unknown or unfit component model,
/// then those of its properties and of the definition as a whole.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateAssetModelCompositeModelRequest,
) -> Result<t::CreateAssetModelCompositeModelResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let mut model = load(tx, call, "iotsitewise:CreateAssetModelCompositeModel", &id)?;
    let precondition = Precondition {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        version_type: input.match_for_version_type.as_deref(),
    };
    precondition.check(call, &model)?;
    model.state.check_rests(model.id.as_str(), arn(call, model.id.as_str()))?;
    let wanted = read(input)?;
    check_combination(&wanted, model.model_type)?;
    check_counts(PROPERTIES, &wanted.properties)?;
    let before = definition(tx, place, &model.id, &model.latest)?;
    check_free(call, &model, &before, &wanted)?;
    let parent_id = parent(&before, wanted.parent.as_ref())?;
    check_name(call, &model, &before, (parent_id.as_ref(), &wanted.name))?;
    let id = new_id(tx, call, &model.id, ElementKind::Composite, wanted.own.map(|id| id.to_string()))?;
    let composite = Composite {
        id: CompositeId::stored(id),
        external_id: wanted.external,
        name: wanted.name,
        description: description(input.asset_model_composite_model_description.as_ref()),
        composite_type: wanted.composite_type,
        parent_id,
        component: None,
        origin: None,
        chain: Vec::new(),
        properties: Vec::new(),
    };
    let id = composite.id.clone();
    let mut next = Definition::clone(&before);
    if let Some(wanted) = &wanted.component {
        let (component, version) = component::usable(tx, call, &model, wanted)?;
        let given = definition(tx, place, &component.id, &version)?;
        let version = (&component.id, version.number);
        next.composites.extend(derive::expand(&composite, version, &given, Some(&before)));
    } else {
        let properties = properties(tx, call, &model.id, wanted.properties, &[])?;
        let composite = Composite { properties, ..composite };
        check_contents(&composite, model.model_type)?;
        next.composites.push(composite);
    }
    check_quotas(&next)?;
    component::check_users(tx, place, &model, (&before, &next))?;
    let checked = complete(tx, place, &model.id, next, Some(&before))?;
    let path = checked.definition.composite_by_id(&id);
    let path =
        path.map(|composite| wire::path(&model.id, &checked.definition, composite)).unwrap_or_default();
    interface::guard::check(tx, place, &model, &before, &checked.definition)?;
    let due_at = due_at(call, tx.now());
    accept(tx, place, &mut model, checked, due_at)?;
    Ok(t::CreateAssetModelCompositeModelResponse {
        asset_model_composite_model_id: id.to_string(),
        asset_model_composite_model_path: path,
        asset_model_status: promised(ModelState::Updating),
        asset_model_id: Some(model.id.to_string()),
    })
}

fn read(input: &t::CreateAssetModelCompositeModelRequest) -> Result<Wanted, Error> {
    let id = input.asset_model_composite_model_id.as_deref();
    let external = input.asset_model_composite_model_external_id.as_deref();
    let parent = input.parent_asset_model_composite_model_id.as_deref();
    let component = input.composed_asset_model_id.as_deref();
    let composite_type = &input.asset_model_composite_model_type;
    Ok(Wanted {
        own: own_id("assetModelCompositeModelId", id, CompositeId::parse)?,
        external: external_id("assetModelCompositeModelExternalId", external)?,
        name: input.asset_model_composite_model_name.clone(),
        composite_type: wire::composite_type("assetModelCompositeModelType", composite_type)?,
        parent: parent.map(|id| custom_id("parentAssetModelCompositeModelId", id)).transpose()?,
        component: component.map(|id| custom_id("composedAssetModelId", id)).transpose()?,
        properties: new_properties(
            PROPERTIES,
            input.asset_model_composite_model_properties.as_deref().unwrap_or_default(),
        )?,
    })
}

/// Checks which members go together: what is made from a component model has no properties of its own, is CUSTOM, and
/// does not stand in an interface (API reference; the code is assumed).
fn check_combination(wanted: &Wanted, model_type: AssetModelType) -> Result<(), Error> {
    let Some(component) = &wanted.component else { return Ok(()) };
    if !wanted.properties.is_empty() {
        return Err(invalid(format!(
            "{PROPERTIES} and composedAssetModelId can't be used together: component model '{component}' gives the \
             properties of composite model '{}'",
            wanted.name
        )));
    }
    if wanted.composite_type != CompositeType::Custom {
        return Err(invalid(format!(
            "assetModelCompositeModelType {} can't be used with composedAssetModelId: only CUSTOM can",
            wanted.composite_type.as_str()
        )));
    }
    if model_type == AssetModelType::Interface {
        return Err(invalid("composedAssetModelId is not supported in an asset model of type INTERFACE"));
    }
    Ok(())
}

/// Finds the parent of a new composite model: one whose contents are the model's own.
fn parent(before: &Definition, wanted: Option<&CustomId>) -> Result<Option<CompositeId>, Error> {
    let Some(wanted) = wanted else { return Ok(None) };
    let Some(parent) = before.composite(wanted) else {
        return Err(not_found(format!("parentAssetModelCompositeModelId '{wanted}' not found")));
    };
    match parent.chain.last() {
        None => Ok(Some(parent.id.clone())),
        Some(component) => Err(invalid(format!(
            "parentAssetModelCompositeModelId '{wanted}': the contents of composite model '{}' are those of component \
             model '{component}', add the new composite model there",
            parent.name
        ))),
    }
}

/// Checks that no composite model of the model has the new one's id or external id.
fn check_free(call: &Call, model: &AssetModel, before: &Definition, wanted: &Wanted) -> Result<(), Error> {
    if let Some(own) = &wanted.own
        && let Some(other) = before.composite_by_id(own)
    {
        return Err(taken(call, model, other, ("id", own.as_str())));
    }
    if let Some(external) = &wanted.external {
        let other = before.composites.iter().find(|other| other.external_id.as_ref() == Some(external));
        if let Some(other) = other {
            return Err(taken(call, model, other, ("external id", external.as_str())));
        }
    }
    Ok(())
}

/// Checks that none of the composite models below the same parent has the new one's name.
fn check_name(
    call: &Call,
    model: &AssetModel,
    before: &Definition,
    (parent, name): (Option<&CompositeId>, &str),
) -> Result<(), Error> {
    match before.composites_below(parent).find(|other| other.name == name) {
        Some(other) => Err(taken(call, model, other, ("name", name))),
        None => Ok(()),
    }
}

/// Says that a composite model has what another one shall have; the ARN is the model's, composite models have none.
pub fn taken(call: &Call, model: &AssetModel, other: &Composite, (member, value): (&str, &str)) -> Error {
    let message = format!("Composite model '{}' is already using the {member} {value}", other.id);
    exists(message, other.id.as_str(), arn(call, model.id.as_str()))
}
