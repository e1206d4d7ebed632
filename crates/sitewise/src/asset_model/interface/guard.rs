//! What the interfaces of a model forbid when the model is changed: whatever would break a mapping.

use std::collections::HashMap;

use store::Tx;

use super::super::hierarchy::Hierarchy;
use super::super::property::{Property, PropertyKind};
use super::super::{AssetModel, AssetModelType, Definition, definition, table as models};
use super::apply::{Contract, defines_formula};
use super::mapping::check_agree;
use super::relation::{Mapping, Relation};
use super::{propagate, table};
use crate::Error;
use crate::error::invalid;
use crate::id::AssetModelId;
use crate::place::Place;

/// Checks what interfaces say to a change of a model.
///
/// A change of an asset model must leave the mappings of all its interfaces whole: everything else is
/// `InvalidRequestException` that names interface, element and rule: a mapped property or hierarchy is removed or
/// renamed, changes its type or data type, or gets another formula than its interface says. A change of an interface
/// must be such that every model that implements it can follow.
pub fn check(
    tx: &mut Tx,
    place: Place<'_>,
    model: &AssetModel,
    before: &Definition,
    after: &Definition,
) -> Result<(), Error> {
    match model.model_type {
        AssetModelType::AssetModel => check_others(tx, place, &model.id, None, (before, after)),
        AssetModelType::Interface => propagate::check(tx, place, model, after),
        AssetModelType::ComponentModel => Ok(()),
    }
}

/// Checks the mappings of all interfaces of a model but one, which is being mapped anew.
pub fn check_others(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    except: Option<&AssetModelId>,
    (before, after): (&Definition, &Definition),
) -> Result<(), Error> {
    let relations = table::of_model(tx, place, model_id)?;
    for Relation { interface_id, mapping, .. } in relations {
        if except == Some(&interface_id) {
            continue;
        }
        let Some(interface) = models::by_id(tx, place, interface_id.as_str())? else { continue };
        let Some(active) = &interface.active else { continue };
        let definition = definition(tx, place, &interface_id, active)?;
        let contract = Contract { id: &interface_id, definition: &definition };
        check_mapping(contract, &mapping, before, after)?;
    }
    Ok(())
}

/// Checks one mapping.
pub fn check_mapping(
    contract: Contract<'_>,
    mapping: &Mapping,
    before: &Definition,
    after: &Definition,
) -> Result<(), Error> {
    let (was, is) = (properties(before), properties(after));
    for pair in &mapping.properties {
        let theirs = contract.definition.properties.iter().find(|property| property.id == pair.interface);
        let (Some(theirs), Some(old)) = (theirs, was.get(pair.model.as_str())) else { continue };
        let Some(new) = is.get(pair.model.as_str()) else {
            return Err(broken(contract, ("Property", &old.name), "can't be removed", &theirs.name));
        };
        if new.name != old.name {
            return Err(broken(contract, ("Property", &old.name), "can't be renamed", &theirs.name));
        }
        if new.kind.as_str() != old.kind.as_str() || new.data_type != old.data_type {
            check_agree(contract.id, theirs, new)?;
        }
        if defines_formula(theirs) && !same_formula(&old.kind, &new.kind) {
            return Err(broken(contract, ("Metric", &old.name), "can't get another formula", &theirs.name));
        }
    }
    for pair in &mapping.hierarchies {
        let find = |definition: &'_ Definition| -> Option<Hierarchy> {
            definition.hierarchies.iter().find(|hierarchy| hierarchy.id == pair.model).cloned()
        };
        let theirs = contract.definition.hierarchies.iter().find(|hierarchy| hierarchy.id == pair.interface);
        let (Some(theirs), Some(old)) = (theirs, find(before)) else { continue };
        let Some(new) = find(after) else {
            return Err(broken(contract, ("Hierarchy", &old.name), "can't be removed", &theirs.name));
        };
        if new.name != old.name {
            return Err(broken(contract, ("Hierarchy", &old.name), "can't be renamed", &theirs.name));
        }
    }
    Ok(())
}

fn properties(definition: &Definition) -> HashMap<&str, &Property> {
    definition.all_properties().map(|(property, _)| (property.id.as_str(), property)).collect()
}

/// Says whether two metrics compute the same; where they are computed is the model's own affair.
fn same_formula(old: &PropertyKind, new: &PropertyKind) -> bool {
    match (old, new) {
        (
            PropertyKind::Metric { expression, variables, window, .. },
            PropertyKind::Metric {
                expression: new_expression,
                variables: new_variables,
                window: new_window,
                ..
            },
        ) => (expression, variables, window) == (new_expression, new_variables, new_window),
        _ => old == new,
    }
}

fn broken(contract: Contract<'_>, (what, name): (&str, &str), rule: &str, theirs: &str) -> Error {
    invalid(format!(
        "{what} '{name}' {rule}: it is mapped to '{theirs}' of interface '{}' ('{}'); change the interface, or its \
         relationship with this asset model, instead",
        contract.definition.name, contract.id
    ))
}
