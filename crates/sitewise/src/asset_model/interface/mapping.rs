//! Which property of a model stands for which property of an interface, and which hierarchy for which.
//!
//! Everything here is arithmetic over definitions; what is stored, created or refused stands beside it.

use std::collections::{HashMap, HashSet};

use super::super::hierarchy::Hierarchy;
use super::super::identity::Element;
use super::super::property::{Property, PropertyKind};
use crate::Error;
use crate::error::invalid;
use crate::id::{AssetModelId, CustomId};

/// What `propertyMappingConfiguration` asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Pairs that the user names himself, the model's property first.
    pub overrides: Vec<(CustomId, CustomId)>,
    /// Whether properties of equal name belong together.
    pub match_by_name: bool,
    /// Whether what the model lacks is created in it.
    pub create_missing: bool,
}

/// What the model offers to be mapped.
#[derive(Debug)]
pub struct Offer<'a> {
    /// The model.
    pub model_id: &'a AssetModelId,
    /// Properties of the model itself; only these are found by their names.
    pub own: &'a [Property],
    /// Properties of its composite models; only an override reaches them.
    pub composed: Vec<&'a Property>,
}

/// What the interface demands.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// The interface.
    pub interface_id: &'a AssetModelId,
    /// Properties of the interface itself.
    pub properties: &'a [Property],
}

/// One thing of the interface, and what stands for it in the model: nothing if that has to be created.
pub type Pair<'a, T> = (&'a T, Option<&'a T>);

/// Maps the properties of an interface to those of a model, in the order of the interface.
///
/// Overrides come first, then equal names, then creation. Everything wrong is `InvalidRequestException`, in this
/// order: an override that names an unknown property or one twice, a pair that does not agree, a property that is
/// left over.
pub fn properties<'a>(
    demand: Demand<'a>,
    offer: &Offer<'a>,
    wanted: &Wanted,
) -> Result<Vec<Pair<'a, Property>>, Error> {
    let overrides = overrides(demand, offer, &wanted.overrides)?;
    let mut taken: HashSet<&str> = overrides.values().map(|property| property.id.as_str()).collect();
    let (mut pairs, mut left) = (Vec::with_capacity(demand.properties.len()), Vec::new());
    for property in demand.properties {
        let named = offer.own.iter().find(|own| own.name == property.name);
        let mapped = overrides.get(property.id.as_str()).copied();
        let matched = named.filter(|own| wanted.match_by_name && !taken.contains(own.id.as_str()));
        match (mapped.or(matched), named) {
            (Some(own), _) => {
                check_agree(demand.interface_id, property, own)?;
                taken.insert(own.id.as_str());
                pairs.push((property, Some(own)));
            }
            (None, Some(own)) if wanted.create_missing => return Err(name_taken(demand, offer, own)),
            (None, _) if wanted.create_missing => {
                check_creatable(demand.interface_id, property)?;
                pairs.push((property, None));
            }
            (None, _) => left.push(property.name.as_str()),
        }
    }
    if left.is_empty() {
        return Ok(pairs);
    }
    Err(invalid(format!(
        "Properties '{}' of interface '{}' are mapped to no property of asset model '{}'; every property of an \
         interface has to be: name them in overrides, or set matchByPropertyName or createMissingProperty",
        left.join("', '"),
        demand.interface_id,
        offer.model_id
    )))
}

/// Resolves the user's own pairs, by the id of the interface's property.
fn overrides<'a>(
    demand: Demand<'a>,
    offer: &Offer<'a>,
    wanted: &[(CustomId, CustomId)],
) -> Result<HashMap<&'a str, &'a Property>, Error> {
    let (mut found, mut taken) = (HashMap::with_capacity(wanted.len()), HashSet::new());
    for (model, interface) in wanted {
        let Some(theirs) = demand.properties.iter().find(|property| means(interface, *property)) else {
            return Err(invalid(format!(
                "interfaceAssetModelPropertyId '{interface}' in overrides names no property of interface '{}'",
                demand.interface_id
            )));
        };
        let all = offer.own.iter().chain(offer.composed.iter().copied());
        let Some(own) = all.into_iter().find(|property| means(model, *property)) else {
            return Err(invalid(format!(
                "assetModelPropertyId '{model}' in overrides names no property of asset model '{}'",
                offer.model_id
            )));
        };
        if found.insert(theirs.id.as_str(), own).is_some() {
            return Err(invalid(format!(
                "interfaceAssetModelPropertyId '{interface}' occurs more than once in overrides"
            )));
        }
        if !taken.insert(own.id.as_str()) {
            return Err(invalid(format!(
                "assetModelPropertyId '{model}' occurs more than once in overrides; two properties of one \
                 interface can't share a property of the asset model"
            )));
        }
    }
    Ok(found)
}

fn means(id: &CustomId, element: &impl Element) -> bool {
    id.names(element.id(), element.external_id())
}

/// Checks that a property of a model may stand for one of an interface: equal in type, data type and, for a metric,
/// window, none of which can ever change. That units may differ is assumed.
pub fn check_agree(interface_id: &AssetModelId, theirs: &Property, own: &Property) -> Result<(), Error> {
    let differs = |member: &str, wanted: &str, is: &str| {
        Err(invalid(format!(
            "Property '{}' can't be mapped to property '{}' of interface '{interface_id}': its {member} is {is}, \
             not {wanted}",
            own.name, theirs.name
        )))
    };
    if theirs.kind.as_str() != own.kind.as_str() {
        return differs("type", theirs.kind.as_str(), own.kind.as_str());
    }
    if theirs.data_type != own.data_type {
        return differs("dataType", theirs.data_type.as_str(), own.data_type.as_str());
    }
    if theirs.data_type_spec != own.data_type_spec {
        let shown = |spec: &Option<String>| spec.clone().unwrap_or_else(|| "not set".to_owned());
        return differs("dataTypeSpec", &shown(&theirs.data_type_spec), &shown(&own.data_type_spec));
    }
    match (window(theirs), window(own)) {
        (wanted, is) if wanted == is => Ok(()),
        (wanted, is) => differs("window", &wanted, &is),
    }
}

/// Shows the window of a metric; other properties have an empty one.
fn window(property: &Property) -> String {
    match &property.kind {
        PropertyKind::Metric { window: Some(window), .. } => match &window.offset {
            Some(offset) => format!("{} with offset {offset}", window.interval),
            None => window.interval.clone(),
        },
        _ => String::new(),
    }
}

fn name_taken(demand: Demand<'_>, offer: &Offer<'_>, own: &Property) -> Error {
    invalid(format!(
        "Property '{}' of interface '{}' can't be created in asset model '{}': the model has another property of \
         that name; map it by matchByPropertyName or in overrides",
        own.name, demand.interface_id, offer.model_id
    ))
}

/// Checks that a property can be created from the interface alone: one whose formula the interface leaves open cannot.
fn check_creatable(interface_id: &AssetModelId, property: &Property) -> Result<(), Error> {
    if formula(&property.kind) != Some("") {
        return Ok(());
    }
    Err(invalid(format!(
        "Property '{}' of interface '{interface_id}' can't be created: the interface leaves the expression of this {} \
         open; map it to one of the asset model",
        property.name,
        property.kind.as_str()
    )))
}

/// Answers the expression of a transform or metric, empty if it is left open; nothing for other properties.
pub fn formula(kind: &PropertyKind) -> Option<&str> {
    match kind {
        PropertyKind::Attribute { .. } | PropertyKind::Measurement { .. } => None,
        PropertyKind::Transform { expression, .. } => Some(expression),
        PropertyKind::Metric { expression, .. } => Some(expression.as_deref().unwrap_or_default()),
    }
}

/// Maps the hierarchies of an interface to those of a model, in the order of the interface; one that nothing stands for
/// has to be created.
///
/// A hierarchy of the same name with a fitting child model is the one; failing that all others with fitting child
/// models stand for it together, so that a metric can sum over machines of several models (assumed: the user guide
/// only says that hierarchies are mapped automatically). `fits` tells whether a model's hierarchy leads where the
/// interface's does, `creatable` whether one can be made in the model.
pub fn hierarchies<'a>(
    (interface_id, theirs): (&AssetModelId, &'a [Hierarchy]),
    (model_id, own): (&AssetModelId, &'a [Hierarchy]),
    fits: impl Fn(&Hierarchy, &Hierarchy) -> bool,
    creatable: impl Fn(&Hierarchy) -> bool,
) -> Result<Vec<(&'a Hierarchy, Vec<&'a Hierarchy>)>, Error> {
    let equal = |theirs: &Hierarchy| own.iter().find(|own| own.name == theirs.name && fits(theirs, own));
    let mut taken: HashSet<&str> =
        theirs.iter().filter_map(equal).map(|hierarchy| hierarchy.id.as_str()).collect();
    let mut pairs = Vec::with_capacity(theirs.len());
    for hierarchy in theirs {
        if let Some(own) = equal(hierarchy) {
            pairs.push((hierarchy, vec![own]));
            continue;
        }
        let others: Vec<&Hierarchy> =
            own.iter().filter(|own| !taken.contains(own.id.as_str()) && fits(hierarchy, own)).collect();
        if others.is_empty() && !(creatable(hierarchy) && own.iter().all(|own| own.name != hierarchy.name)) {
            return Err(invalid(format!(
                "Hierarchy '{}' of interface '{interface_id}' has no counterpart in asset model '{model_id}': the \
                 model needs a hierarchy whose child is or implements model '{}'",
                hierarchy.name, hierarchy.child_asset_model_id
            )));
        }
        taken.extend(others.iter().map(|own| own.id.as_str()));
        pairs.push((hierarchy, others));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
