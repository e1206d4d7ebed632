//! Carries an interface into the definition of a model: maps what is there, creates what is missing, and pushes the
//! formulas of metrics.

use std::collections::HashMap;

use super::super::Definition;
use super::super::hierarchy::Hierarchy;
use super::super::property::{Property, PropertyKind};
use super::super::variable::Variable;
use super::below::Below;
use super::mapping::{self, Demand, Offer, Pair, Wanted};
use super::relation::{HierarchyPair, Mapping, PropertyPair};
use crate::Error;
use crate::error::invalid;
use crate::id::{AssetModelId, HierarchyId, PropertyId};

/// One version of an interface, to be carried into models.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a> {
    /// The interface.
    pub id: &'a AssetModelId,
    /// What it says.
    pub definition: &'a Definition,
}

/// Applies an interface to a model: answers the model's next definition, and what stands for what in it.
///
/// `fresh` makes ids for what is created. Everything wrong is `InvalidRequestException`, in the order of
/// [`mapping::properties`], then [`mapping::hierarchies`], then metrics whose inputs have no counterpart.
pub fn apply(
    contract: Contract<'_>,
    (model_id, model): (&AssetModelId, &Definition),
    wanted: &Wanted,
    below: &Below,
    mut fresh: impl FnMut() -> String,
) -> Result<(Definition, Mapping), Error> {
    let demand = Demand { interface_id: contract.id, properties: &contract.definition.properties };
    let composed = model.all_properties().filter(|(property, at)| at.is_some() && property.origin.is_none());
    let composed = composed.map(|(property, _)| property).collect();
    let offer = Offer { model_id, own: &model.properties, composed };
    let properties = mapping::properties(demand, &offer, wanted)?;
    let hierarchies = mapping::hierarchies(
        (contract.id, &contract.definition.hierarchies),
        (model_id, &model.hierarchies),
        |theirs, own| below.fits(theirs, own),
        |theirs| wanted.create_missing && below.creatable(theirs),
    )?;
    let mut next = model.clone();
    let hierarchy_pairs: Vec<HierarchyPair> =
        hierarchies.into_iter().flat_map(|pairs| hierarchy(&mut next, pairs, &mut fresh)).collect();
    let property_pairs: Vec<PropertyPair> =
        properties.into_iter().map(|pair| property(&mut next, pair, &mut fresh)).collect();
    let mapping = Mapping::new(property_pairs, hierarchy_pairs);
    push(contract, (model, &mut next), &mapping, below)?;
    Ok((next, mapping))
}

fn hierarchy(
    next: &mut Definition,
    (theirs, own): (&Hierarchy, Vec<&Hierarchy>),
    fresh: &mut impl FnMut() -> String,
) -> Vec<HierarchyPair> {
    let mut model: Vec<HierarchyId> = own.into_iter().map(|own| own.id.clone()).collect();
    if model.is_empty() {
        let id = HierarchyId::stored(fresh());
        next.hierarchies.push(Hierarchy { id: id.clone(), external_id: None, ..theirs.clone() });
        model.push(id);
    }
    model.into_iter().map(|model| HierarchyPair { model, interface: theirs.id.clone() }).collect()
}

fn property(
    next: &mut Definition,
    (theirs, own): Pair<'_, Property>,
    fresh: &mut impl FnMut() -> String,
) -> PropertyPair {
    let model = own.map_or_else(|| PropertyId::stored(fresh()), |own| own.id.clone());
    if own.is_none() {
        next.properties.push(Property { id: model.clone(), external_id: None, ..theirs.clone() });
    }
    PropertyPair { model, interface: theirs.id.clone() }
}

/// Gives every metric of the model the formula that the interface has for it, and every created transform the
/// interface's; a mapped transform keeps its own, as only metrics are said to be pushed (assumed).
fn push(
    contract: Contract<'_>,
    (before, next): (&Definition, &mut Definition),
    mapping: &Mapping,
    below: &Below,
) -> Result<(), Error> {
    let mut formulas: HashMap<PropertyId, PropertyKind> = HashMap::new();
    for pair in &mapping.properties {
        let theirs = contract.definition.properties.iter().find(|property| property.id == pair.interface);
        let Some(theirs) = theirs else { continue };
        let created = !before.all_properties().any(|(property, _)| property.id == pair.model);
        if !created && !defines_formula(theirs) {
            continue;
        }
        let mut kind = theirs.kind.clone();
        for variable in kind.variables_mut() {
            *variable = translate(contract, (theirs, variable), (next, mapping), below)?;
        }
        formulas.insert(pair.model.clone(), kind);
    }
    let composed = next.composites.iter_mut().flat_map(|composite| composite.properties.iter_mut());
    for property in next.properties.iter_mut().chain(composed) {
        if let Some(kind) = formulas.remove(&property.id) {
            property.kind = keeping_location(kind, &property.kind);
        }
    }
    Ok(())
}

/// Says whether a property of an interface dictates the formula of whatever is mapped to it: a metric whose expression
/// is not left open.
pub fn defines_formula(theirs: &Property) -> bool {
    let metric = matches!(theirs.kind, PropertyKind::Metric { .. });
    metric && mapping::formula(&theirs.kind).is_some_and(|expression| !expression.is_empty())
}

/// Leaves it to the model where a metric is computed (assumed).
fn keeping_location(mut kind: PropertyKind, own: &PropertyKind) -> PropertyKind {
    if let PropertyKind::Metric { compute_location: pushed, .. } = &mut kind
        && let PropertyKind::Metric { compute_location, .. } = own
    {
        pushed.clone_from(compute_location);
    }
    kind
}

/// Says in terms of the model what a variable in a formula of the interface reads; of several hierarchies that stand
/// for one of the interface the first is shown, since a variable of the API has room for one.
fn translate(
    contract: Contract<'_>,
    (theirs, variable): (&Property, &Variable),
    (next, mapping): (&Definition, &Mapping),
    below: &Below,
) -> Result<Variable, Error> {
    let lost = |what: &str, id: &str| {
        invalid(format!(
            "Variable '{}' of {} '{}' of interface '{}' reads {what} '{id}', which has no counterpart in the asset \
             model",
            variable.name,
            theirs.kind.as_str(),
            theirs.name,
            contract.id
        ))
    };
    let mut own = variable.clone();
    let Some(hierarchy_id) = &variable.hierarchy_id else {
        let property = mapping.property(&variable.property_id);
        own.property_id = property.ok_or_else(|| lost("property", &variable.property_id))?.to_string();
        return Ok(own);
    };
    let sources = sources(contract.definition, (next, mapping), variable, below);
    let sources = sources.ok_or_else(|| lost("property", &variable.property_id))?;
    let (hierarchy, property) = sources.first().ok_or_else(|| lost("hierarchy", hierarchy_id))?;
    own.hierarchy_id = Some(hierarchy.to_string());
    own.property_id.clone_from(property);
    Ok(own)
}

/// Lists everything that a variable in a formula of an interface reads from the assets below a model that implements
/// it: hierarchies of the model, each with the property of its child model; nothing if one lacks the property.
pub fn sources(
    interface: &Definition,
    (model, mapping): (&Definition, &Mapping),
    variable: &Variable,
    below: &Below,
) -> Option<Vec<(HierarchyId, String)>> {
    let wanted = variable.hierarchy_id.as_deref()?;
    let theirs = interface.hierarchies.iter().find(|theirs| theirs.id.as_str() == wanted)?;
    let source = |id: &HierarchyId| {
        let own = model.hierarchies.iter().find(|own| own.id == *id)?;
        Some((id.clone(), below.property(theirs, own, &variable.property_id)?))
    };
    mapping.hierarchies(wanted).map(source).collect()
}
