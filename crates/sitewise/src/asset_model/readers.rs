//! Who else reads the properties of a model: computation models, formulas of parent models, and of models made from a
//! component model.

use std::collections::{BTreeSet, HashSet};

use store::Tx;

use super::composite::{derive, table as composition};
use super::{AssetModel, AssetModelType, Definition, definition, table};
use crate::Error;
use crate::computation_model;
use crate::error::invalid;
use crate::id::{AssetModelId, PropertyId};
use crate::place::Place;

/// Checks that nothing else reads a property that is about to go: no computation model, no formula of another model: not a metric of a parent model, nor,
/// where this is a component model, any formula of a model that it is composed into (or of a parent of that one).
///
/// Both the latest and the active version of the other models count. A reader is `InvalidRequestException` (assumed:
/// AWS documents the rule for deletions only).
pub fn check_unread(
    tx: &mut Tx,
    place: Place<'_>,
    model: &AssetModel,
    gone: BTreeSet<PropertyId>,
) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    let refuse = |id: &str, reader: &str, other: &AssetModelId| {
        invalid(format!(
            "Property '{id}' can't be removed: property '{reader}' of asset model '{other}' reads it"
        ))
    };
    check_unbound(tx, place, &model.id, &gone)?;
    let parents: HashSet<AssetModelId> = table::parents(tx, place, &model.id)?.into_iter().collect();
    for parent in parents {
        for definition in versions(tx, place, &parent)? {
            if let Some((id, reader)) = read_by_parent(&definition, &model.id, &gone) {
                return Err(refuse(id, reader, &parent));
            }
        }
    }
    if model.model_type != AssetModelType::ComponentModel {
        return Ok(());
    }
    for (user, composite) in composition::uses(tx, place, &model.id)? {
        let Some(user) = table::by_id(tx, place, user.as_str())? else { continue };
        let derived: BTreeSet<PropertyId> =
            gone.iter().map(|id| derive::property_id(&composite, id)).collect();
        for definition in versions(tx, place, &user.id)? {
            if let Some((id, reader)) = read_by_itself(&definition, &derived) {
                return Err(refuse(id, reader, &user.id));
            }
        }
        check_unread(tx, place, &user, derived)?;
    }
    Ok(())
}

/// Checks that no computation model is bound to a property that is about to go, be it of all assets of the model or of
/// single ones; else `InvalidRequestException` (assumed).
fn check_unbound(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    gone: &BTreeSet<PropertyId>,
) -> Result<(), Error> {
    let bound = computation_model::table::bound_of_model(tx, place, id)?;
    match bound.into_iter().find(|(property, _)| gone.contains(property)) {
        Some((property, binder)) => Err(invalid(format!(
            "Property '{property}' can't be removed: computation model '{binder}' is bound to it; update or delete \
             that one first"
        ))),
        None => Ok(()),
    }
}

fn versions(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
) -> Result<Vec<std::sync::Arc<Definition>>, store::Error> {
    let Some(model) = table::by_id(tx, place, id.as_str())? else { return Ok(Vec::new()) };
    let mut versions = vec![definition(tx, place, &model.id, &model.latest)?];
    if let Some(active) = model.active.filter(|active| *active != model.latest) {
        versions.push(definition(tx, place, &model.id, &active)?);
    }
    Ok(versions)
}

/// Finds a formula that reads a property of child assets; answers the property's id and the reader's name.
fn read_by_parent<'a>(
    definition: &'a Definition,
    child: &AssetModelId,
    gone: &BTreeSet<PropertyId>,
) -> Option<(&'a str, &'a str)> {
    let leads_there = |id: &str| {
        let hierarchy = definition.hierarchies.iter().find(|hierarchy| hierarchy.id.as_str() == id);
        hierarchy.is_some_and(|hierarchy| hierarchy.child_asset_model_id == *child)
    };
    definition.all_properties().find_map(|(reader, _)| {
        let mut variables = reader.kind.variables().iter();
        let read = variables.find(|variable| {
            variable.hierarchy_id.as_deref().is_some_and(leads_there)
                && gone.contains(&PropertyId::stored(variable.property_id.clone()))
        });
        read.map(|variable| (variable.property_id.as_str(), reader.name.as_str()))
    })
}

/// Finds a formula of the model's own, none that a component model gives, that reads a property of the same model.
fn read_by_itself<'a>(definition: &'a Definition, gone: &BTreeSet<PropertyId>) -> Option<(&'a str, &'a str)> {
    let own = definition.all_properties().filter(|(reader, _)| reader.origin.is_none());
    own.into_iter().find_map(|(reader, _)| {
        let mut variables = reader.kind.variables().iter();
        let read = variables.find(|variable| {
            variable.hierarchy_id.is_none()
                && gone.contains(&PropertyId::stored(variable.property_id.clone()))
        });
        read.map(|variable| (variable.property_id.as_str(), reader.name.as_str()))
    })
}

/// Says whether a formula of a parent model reads any property of this model; answers the parent's id.
pub fn any_parent_formula(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
) -> Result<Option<AssetModelId>, store::Error> {
    let parents: HashSet<AssetModelId> = table::parents(tx, place, id)?.into_iter().collect();
    for parent in parents {
        for definition in versions(tx, place, &parent)? {
            let over = |id: &AssetModelId, hierarchy: &str| {
                let mut hierarchies = definition.hierarchies.iter();
                hierarchies.any(|known| known.id.as_str() == hierarchy && known.child_asset_model_id == *id)
            };
            let mut variables = definition.all_properties().flat_map(|(reader, _)| reader.kind.variables());
            if variables.any(|variable| variable.hierarchy_id.as_deref().is_some_and(|at| over(id, at))) {
                return Ok(Some(parent));
            }
        }
    }
    Ok(None)
}
