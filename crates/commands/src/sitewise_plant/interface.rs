//! Completes what models say of the interfaces that they implement: which property stands for which.

use std::collections::BTreeMap;

use super::fault::{Faults, instead};
use super::{ModelKind, Plant, Property};

/// Maps every property of an interface, by the same name unless the file says otherwise; a model gets those that it
/// does not have.
pub(super) fn complete(plant: &mut Plant, faults: &mut Faults) {
    for place in 0..plant.models.len() {
        for number in 0..plant.models[place].interfaces.len() {
            implement(plant, place, number, faults);
        }
    }
}

fn implement(plant: &mut Plant, place: usize, number: usize, faults: &mut Faults) {
    let model = &plant.models[place];
    let implemented = &model.interfaces[number];
    let (name, at) = (&implemented.interface, implemented.at);
    let found = plant.model(name).filter(|found| found.kind == ModelKind::Interface);
    let Some(interface) = found else {
        let interfaces = plant.models.iter().filter(|found| found.kind == ModelKind::Interface);
        let instead = instead(name, interfaces.map(|found| found.name.as_str()));
        faults.add(at, format!("'{name}' is no interface in this file{instead}"));
        return;
    };
    for theirs in implemented.mapping.keys() {
        if !interface.properties.iter().any(|property| property.name == *theirs) {
            let instead = instead(theirs, interface.properties.iter().map(|property| property.name.as_str()));
            faults.add(at, format!("the interface '{name}' has no property '{theirs}'{instead}"));
        }
    }
    let mut mapping = implemented.mapping.clone();
    let mut missing: Vec<Property> = Vec::new();
    for property in &interface.properties {
        let ours = mapping.entry(property.name.clone()).or_insert_with(|| property.name.clone());
        if !model.properties.iter().any(|known| known.name == *ours) {
            let external_id = None;
            missing.push(Property { name: ours.clone(), external_id, at, ..property.clone() });
        }
    }
    for property in &mut missing {
        let Some(formula) = property.kind.formula_mut() else { continue };
        for reference in formula.variables.values_mut().filter(|reference| reference.hierarchy.is_none()) {
            rename(&mapping, &mut reference.property);
        }
    }
    let model = &mut plant.models[place];
    model.interfaces[number].mapping = mapping;
    model.properties.extend(missing);
}

fn rename(mapping: &BTreeMap<String, String>, property: &mut String) {
    if let Some(ours) = mapping.get(property) {
        property.clone_from(ours);
    }
}
