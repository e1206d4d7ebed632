//! What a component model gives to a composite model made from it: copies of its elements, under ids of their own.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{Component, Composite};
use crate::asset_model::Definition;
use crate::asset_model::property::Property;
use crate::id::{AssetModelId, CompositeId, ExternalId, PropertyId};

/// Derives the id of an element under a composite model from the id of the element in the component model.
///
/// It depends on nothing else, so it is the same after every update and restart, and differs between two composite
/// models made from one component model. AWS doesn't say how it makes these ids; this way is assumed.
fn derived_id(composite: &CompositeId, element: &str) -> String {
    let digest =
        Sha256::new().chain_update(composite.as_str()).chain_update("/").chain_update(element).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8 (own rules) of the variant of RFC 9562.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).map(digit).collect();
    format!("{}-{}-{}-{}-{}", &hex[0..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).expect("four bits are one hexadecimal digit")
}

/// Answers the id that a property of a component model has under a composite model.
pub fn property_id(composite: &CompositeId, property: &PropertyId) -> PropertyId {
    PropertyId::stored(derived_id(composite, property.as_str()))
}

/// Answers the id that a composite model of a component model has under a composite model.
pub fn composite_id(composite: &CompositeId, below: &CompositeId) -> CompositeId {
    CompositeId::stored(derived_id(composite, below.as_str()))
}

/// Writes out what a component model gives to one composite model: the composite model with its properties, then
/// everything below it. External ids that derived elements got in `before` stay.
pub fn expand(
    composite: &Composite,
    (component_id, version): (&AssetModelId, i64),
    component: &Definition,
    before: Option<&Definition>,
) -> Vec<Composite> {
    let root = &composite.id;
    let named = External::of(before);
    let properties = |own: &[Property]| -> Vec<Property> {
        own.iter().map(|property| derived_property(root, property, &named)).collect()
    };
    let mut all = vec![Composite {
        component: Some(Component { id: component_id.clone(), version }),
        chain: vec![component_id.clone()],
        properties: properties(&component.properties),
        ..composite.clone()
    }];
    for below in &component.composites {
        let id = composite_id(root, &below.id);
        let parent =
            below.parent_id.as_ref().map_or_else(|| root.clone(), |parent| composite_id(root, parent));
        let mut chain = vec![component_id.clone()];
        chain.extend(below.chain.iter().cloned());
        all.push(Composite {
            external_id: named.composites.get(&id).map(|id| (*id).clone()),
            parent_id: Some(parent),
            origin: Some(below.id.clone()),
            chain,
            properties: properties(&below.properties),
            id,
            ..below.clone()
        });
    }
    all
}

fn derived_property(root: &CompositeId, property: &Property, named: &External<'_>) -> Property {
    let id = property_id(root, &property.id);
    let mut kind = property.kind.clone();
    for variable in kind.variables_mut() {
        variable.property_id = derived_id(root, &variable.property_id);
    }
    Property {
        external_id: named.properties.get(&id).map(|id| (*id).clone()),
        origin: Some(property.id.clone()),
        kind,
        id,
        ..property.clone()
    }
}

/// The external ids that elements of a definition have.
struct External<'a> {
    properties: HashMap<&'a PropertyId, &'a ExternalId>,
    composites: HashMap<&'a CompositeId, &'a ExternalId>,
}

impl<'a> External<'a> {
    fn of(definition: Option<&'a Definition>) -> Self {
        let properties = definition.into_iter().flat_map(Definition::all_properties);
        let composites = definition.into_iter().flat_map(|definition| &definition.composites);
        Self {
            properties: properties
                .filter_map(|(property, _)| Some((&property.id, property.external_id.as_ref()?)))
                .collect(),
            composites: composites
                .filter_map(|composite| Some((&composite.id, composite.external_id.as_ref()?)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";
    const B: &str = "a1b2c3d4-5678-90ab-cdef-22222bbbbbbb";

    #[test]
    fn a_derived_id_is_a_uuid_that_depends_on_both_ids_only() {
        let property = PropertyId::stored(B.into());
        let one = property_id(&CompositeId::stored(A.into()), &property);
        // The algorithm is part of what is stored: this value must never change.
        assert_eq!(one.as_str(), "8063c5b9-7224-8068-a2e4-3b358a13305b");
        assert!(PropertyId::parse(one.as_str()).is_some());
        assert_ne!(one, property_id(&CompositeId::stored(B.into()), &property));
        assert_ne!(one, property_id(&CompositeId::stored(A.into()), &PropertyId::stored(A.into())));
    }
}
