//! `PutAssetModelInterfaceRelationship`: a model implements an interface from now on, or in another way than before.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::super::accept::accept;
use super::super::create::due_at;
use super::super::{AssetModel, Definition, ModelState, Version, arn, definition, wire};
use super::apply::{Contract, apply};
use super::below::Below;
use super::delete::check_above;
use super::guard::check_others;
use super::mapping::Wanted;
use super::relation::Relation;
use super::{both, propagate, table};
use crate::Error;
use crate::argument::custom_id;
use crate::error::{conflict, limit};
use crate::id::CustomId;
use crate::limits::MODELS_PER_INTERFACE_MAX;
use crate::place::Place;

/// Applies an interface to a model; an earlier mapping of the two is replaced as a whole.
///
/// Errors in the order of their checks: unknown model, unknown interface, wrong kind of either, state of the model,
/// state of the interface, too many models, then those of [`apply`], of the model's other interfaces, of models above
/// that read through the mapping, and of the definition that comes of it.
pub fn put(
    tx: &mut Tx,
    call: &Call,
    input: &t::PutAssetModelInterfaceRelationshipRequest,
) -> Result<t::PutAssetModelInterfaceRelationshipResponse, Error> {
    let place = Place::of(call);
    let named = (input.asset_model_id.as_str(), input.interface_asset_model_id.as_str());
    let (mut model, interface) = both(tx, call, "iotsitewise:PutAssetModelInterfaceRelationship", named)?;
    let wanted = wanted(&input.property_mapping_configuration)?;
    check_active(call, &model)?;
    let version = check_settled(call, &interface)?;
    let former = table::get(tx, place, &model.id, &interface.id)?;
    if former.is_none() && table::count(tx, place, &interface.id)? >= MODELS_PER_INTERFACE_MAX {
        return Err(limit(format!(
            "Interface '{}' is applied to {MODELS_PER_INTERFACE_MAX} asset models, and no more are allowed",
            interface.id
        )));
    }
    let before = definition(tx, place, &model.id, &model.latest)?;
    let theirs = definition(tx, place, &interface.id, &version)?;
    let below = Below::look_up(tx, place, &theirs, &before)?;
    check_below(call, &theirs, &before, &below)?;
    let contract = Contract { id: &interface.id, definition: &theirs };
    let (next, mapping) = apply(contract, (&model.id, &before), &wanted, &below, || tx.uuid())?;
    check_others(tx, place, &model.id, Some(&interface.id), (&before, &next))?;
    let relation = Relation {
        model_id: model.id.clone(),
        interface_id: interface.id.clone(),
        created_at: former.as_ref().map_or(tx.now(), |former| former.created_at),
        interface_version: version.number,
        mapping,
    };
    if let Some(former) = &former {
        check_above(tx, place, former, Some(&relation.mapping))?;
    }
    let checked = propagate::finish(tx, place, &model, (&before, next))?;
    table::put(tx, place, &relation)?;
    let due_at = due_at(call, tx.now());
    accept(tx, place, &mut model, checked, due_at)?;
    Ok(t::PutAssetModelInterfaceRelationshipResponse {
        asset_model_arn: arn(call, model.id.as_str()),
        asset_model_id: model.id.to_string(),
        asset_model_status: wire::promised(ModelState::Updating),
        interface_asset_model_id: interface.id.to_string(),
    })
}

fn wanted(configuration: &t::PropertyMappingConfiguration) -> Result<Wanted, Error> {
    let mut overrides: Vec<(CustomId, CustomId)> = Vec::new();
    for pair in configuration.overrides.as_deref().unwrap_or_default() {
        overrides.push((
            custom_id("overrides.assetModelPropertyId", &pair.asset_model_property_id)?,
            custom_id("overrides.interfaceAssetModelPropertyId", &pair.interface_asset_model_property_id)?,
        ));
    }
    Ok(Wanted {
        overrides,
        match_by_name: configuration.match_by_property_name.unwrap_or(false),
        create_missing: configuration.create_missing_property.unwrap_or(false),
    })
}

/// Checks that a model is ACTIVE: even a FAILED one has to be repaired before an interface changes it.
pub fn check_active(call: &Call, model: &AssetModel) -> Result<(), Error> {
    if model.state == ModelState::Active {
        return Ok(());
    }
    let (id, state) = (model.id.as_str(), model.state.as_str());
    Err(conflict(format!("Asset model '{id}' is {state}; it must be ACTIVE"), id, arn(call, id)))
}

/// Answers the active version of an interface that is not on its way to another one.
fn check_settled(call: &Call, interface: &AssetModel) -> Result<Version, Error> {
    let id = interface.id.as_str();
    interface.state.check_rests(id, arn(call, id))?;
    interface.active.clone().ok_or_else(|| {
        conflict(format!("Interface '{id}' has no active version; its state is FAILED"), id, arn(call, id))
    })
}

/// Checks that the models below have caught up with the interfaces that they implement themselves.
fn check_below(call: &Call, theirs: &Definition, own: &Definition, below: &Below) -> Result<(), Error> {
    let Some(child) = below.behind(&theirs.hierarchies, &own.hierarchies) else { return Ok(()) };
    let id = child.as_str();
    Err(conflict(
        format!("Asset model '{id}', child of a hierarchy, does not follow its own interface yet"),
        id,
        arn(call, id),
    ))
}
