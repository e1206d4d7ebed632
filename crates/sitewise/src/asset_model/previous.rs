//! What an update of a model may refer to: elements of its latest version, and of its active one.

use std::collections::HashSet;
use std::sync::Arc;

use store::{Error, Tx};

use super::identity::Element;
use super::{AssetModel, Definition, definition};
use crate::place::Place;

/// The version that an update replaces, and all elements that it may name.
pub struct Previous {
    /// The latest version.
    pub latest: Arc<Definition>,
    /// The latest version, and what only the active one has: sending the active version again is how a failed update
    /// is undone.
    pub known: Definition,
}

impl Previous {
    /// Reads what an update of a model may refer to.
    pub fn of(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<Self, Error> {
        let latest = definition(tx, place, &model.id, &model.latest)?;
        let mut known = Definition::clone(&latest);
        if let Some(active) = model.active.as_ref().filter(|active| **active != model.latest) {
            let active = definition(tx, place, &model.id, active)?;
            extend(&mut known.properties, &active.properties);
            extend(&mut known.hierarchies, &active.hierarchies);
            for composite in &mut known.composites {
                if let Some(before) = active.composite_by_id(&composite.id) {
                    extend(&mut composite.properties, &before.properties);
                }
            }
            extend(&mut known.composites, &active.composites);
        }
        Ok(Self { latest, known })
    }
}

/// Adds the elements that a list does not have yet.
fn extend<E: Element + Clone>(known: &mut Vec<E>, others: &[E]) {
    let ids: HashSet<String> = known.iter().map(|element| element.id().to_owned()).collect();
    known.extend(others.iter().filter(|element| !ids.contains(element.id())).cloned());
}
