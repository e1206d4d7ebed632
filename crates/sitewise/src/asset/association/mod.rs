//! Associations: which asset stands below which, in which hierarchy.
//!
//! A hierarchy definition of the parent's model names one child model; an association puts one asset of that model
//! into the hierarchy of one parent. An asset has at most one parent.

pub mod associate;
pub mod disassociate;
pub mod list;

use std::sync::Arc;

use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

use super::{Asset, load, missing, table};
use crate::Error;
use crate::argument::custom_id;
use crate::asset_model::Definition;
use crate::asset_model::hierarchy::Hierarchy;
use crate::error::not_found;
use crate::id::CustomId;
use crate::place::Place;

/// The three things that an association joins, as a request names them.
pub struct Triple {
    /// The asset above.
    pub parent: Asset,
    /// The asset below, or to be below.
    pub child: Asset,
    /// What the active version of the parent's model says.
    pub definition: Arc<Definition>,
    /// How the request names the hierarchy.
    pub hierarchy_id: CustomId,
}

/// Enters the operations on associations.
pub fn register(table: &mut Table) {
    table.write::<op::AssociateAssets>(associate::associate);
    table.write::<op::DisassociateAssets>(disassociate::disassociate);
    table.read::<op::ListAssociatedAssets>(list::list);
    table.read::<op::ListAssetRelationships>(list::path_to_root);
}

impl Triple {
    /// Finds what a request names, the parent first; an unknown asset is `ResourceNotFoundException`.
    ///
    /// The permission is asked on the parent, as AWS's policies have it.
    fn load(tx: &mut Tx, call: &Call, action: &str, ids: [&str; 3]) -> Result<Self, Error> {
        let [parent_id, hierarchy_id, child_id] = ids;
        let parent_id = custom_id("assetId", parent_id)?;
        let hierarchy_id = custom_id("hierarchyId", hierarchy_id)?;
        let child_id = custom_id("childAssetId", child_id)?;
        let parent = load(tx, call, action, &parent_id)?;
        let child = table::get(tx, Place::of(call), &child_id)?.ok_or_else(|| missing(&child_id))?;
        let definition = parent.definition(tx, call)?;
        Ok(Self { parent, child, definition, hierarchy_id })
    }

    /// Finds the hierarchy in the parent's model; an unknown one is `ResourceNotFoundException` (assumed; that it
    /// may be missing is documented, the code is not).
    fn hierarchy(&self) -> Result<&Hierarchy, Error> {
        hierarchy(&self.definition, &self.parent, &self.hierarchy_id)
    }
}

/// Finds a hierarchy by id or external id in the model of an asset; names are not accepted here.
fn hierarchy<'a>(definition: &'a Definition, asset: &Asset, id: &CustomId) -> Result<&'a Hierarchy, Error> {
    definition.hierarchy(id).ok_or_else(|| {
        not_found(format!("Hierarchy with id {id} not found in asset model {}", asset.model_id))
    })
}
