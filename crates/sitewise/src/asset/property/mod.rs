//! Properties of assets: what an asset has from its model, and what it has of its own besides.

pub mod describe;
pub mod list;
pub mod table;
pub mod update;

use std::collections::HashMap;

use crate::Error;
use crate::asset::Asset;
use crate::asset_model::Definition;
use crate::asset_model::composite::Composite;
use crate::asset_model::property::Property;
use crate::error::not_found;
use crate::id::{CustomId, PropertyId};

/// What a property of an asset has of its own; all of it is empty until somebody sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The name under which its values arrive and are found, unique in account and Region.
    pub alias: Option<String>,
    /// The unit instead of the model's.
    pub unit: Option<String>,
    /// Whether changes of its value are published.
    pub notified: bool,
}

/// What the properties of one asset have of their own; those with nothing are not in it.
#[derive(Clone, Debug, Default)]
pub struct Owned(HashMap<PropertyId, Own>);

impl Owned {
    /// Takes out what a property has.
    pub fn take(&mut self, id: &PropertyId) -> Own {
        self.0.remove(id).unwrap_or_default()
    }
}

/// Finds a property of an asset, its model's own or one of a composite model, by id or external id.
pub fn find<'a>(
    definition: &'a Definition,
    asset: &Asset,
    id: &CustomId,
) -> Result<(&'a Property, Option<&'a Composite>), Error> {
    definition
        .property_anywhere(id)
        .ok_or_else(|| not_found(format!("Property with id {id} of asset {} not found", asset.id)))
}
