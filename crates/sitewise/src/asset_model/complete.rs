//! The last checks on a definition, whoever changed it: ids occur once, formulas read what is there.

use std::collections::{BTreeSet, HashMap, HashSet};

use store::Tx;

use super::composite::Composite;
use super::definition::Definition;
use super::draft::Checked;
use super::formula;
use super::identity::Element;
use super::property::Property;
use super::table;
use super::variable::{Dependencies, Scope, resolve};
use crate::Error;
use crate::error::invalid;
use crate::id::{AssetModelId, PropertyId};
use crate::place::Place;

/// Checks a definition whose elements have their ids, and resolves the variables of its formulas.
///
/// `before` is the version that it replaces: it only serves to tell what was removed. Checked in this order: ids,
/// external ids and names of composite models, properties that are gone but still read, variables, expressions, quotas on dependents. A circular formula
/// does not refuse the definition but fails the model (user guide), as does a type that only a child model tells. Only `InvalidRequestException` and
/// `LimitExceededException` come from here.
pub fn complete(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    mut definition: Definition,
    before: Option<&Definition>,
) -> Result<Checked, Error> {
    check_unique(&definition)?;
    if let Some(before) = before {
        check_removed(&definition, before)?;
    }
    let mut children = HashMap::new();
    for hierarchy in &definition.hierarchies {
        let child = table::by_id(tx, place, hierarchy.child_asset_model_id.as_str())?;
        if let Some((child, active)) = child.and_then(|child| child.active.map(|active| (child.id, active))) {
            let active = super::definition(tx, place, &child, &active)?;
            children.insert(child, active);
        }
    }
    resolve(&mut definition, &Scope { model_id: id, children: &children })?;
    let failure = formula::check(&definition, &children)?;
    let dependencies = Dependencies::of(&definition);
    let circular = dependencies.circular().map(ToOwned::to_owned);
    if circular.is_none() {
        dependencies.check()?;
    }
    let circular =
        circular.map(|name| format!("The expression of property '{name}' has a circular reference"));
    Ok(Checked { definition, failure: circular.or(failure.map(|failure| failure.encode())) })
}

/// Checks what must occur once in the whole model: ids and external ids of properties and of composite models.
fn check_unique(definition: &Definition) -> Result<(), Error> {
    check_once(definition.all_properties().map(|(property, _)| property))?;
    check_once(definition.composites.iter())?;
    check_names(&definition.composites)
}

/// Checks that composite models beside each other have names of their own: paths may name them.
fn check_names(composites: &[Composite]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for composite in composites {
        if !seen.insert((composite.parent_id.as_ref(), composite.name.as_str())) {
            return Err(invalid(format!(
                "name '{}' occurs more than once; each composite model beside others has its own",
                composite.name
            )));
        }
    }
    Ok(())
}

fn check_once<'a, E: Element + 'a>(elements: impl Iterator<Item = &'a E>) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for element in elements {
        let external = element.external_id().map(crate::id::ExternalId::as_str);
        for (member, value) in [("id", Some(element.id())), ("externalId", external)] {
            if let Some(value) = value
                && !seen.insert((member, value))
            {
                return Err(invalid(format!(
                    "{member} '{value}' occurs more than once; each {} of an asset model has its own",
                    E::WHAT
                )));
            }
        }
    }
    Ok(())
}

/// Checks that no formula reads a property of this model that the next version no longer has.
fn check_removed(definition: &Definition, before: &Definition) -> Result<(), Error> {
    let kept: HashSet<&str> = definition.all_properties().map(|(property, _)| property.id.as_str()).collect();
    let gone: HashMap<&str, &Property> = before
        .all_properties()
        .map(|(property, _)| (property.id.as_str(), property))
        .filter(|(id, _)| !kept.contains(id))
        .collect();
    for (reader, _) in definition.all_properties() {
        let own = reader.kind.variables().iter().filter(|variable| variable.hierarchy_id.is_none());
        if let Some(property) =
            own.map(|variable| gone.get(variable.property_id.as_str())).find_map(|gone| gone)
        {
            return Err(invalid(format!(
                "Property '{}' ('{}') can't be removed: property '{}' of the same asset model reads it",
                property.name, property.id, reader.name
            )));
        }
    }
    Ok(())
}

/// Lists the ids of the properties that a new version of a model no longer has.
pub fn removed(definition: &Definition, before: &Definition) -> BTreeSet<PropertyId> {
    let kept: HashSet<&PropertyId> = definition.all_properties().map(|(property, _)| &property.id).collect();
    let all = before.all_properties().map(|(property, _)| &property.id);
    all.filter(|id| !kept.contains(id)).cloned().collect()
}
