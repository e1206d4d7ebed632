//! What stands below a model and an interface: the child models of their hierarchies, and which interfaces those
//! implement.

use std::collections::{HashMap, HashSet};

use store::{Error, Tx};

use super::super::hierarchy::Hierarchy;
use super::super::{AssetModelType, Definition, table as models};
use super::relation::Relation;
use super::table;
use crate::id::AssetModelId;
use crate::place::Place;

/// The interfaces among the child models of an interface, and who implements them.
#[derive(Debug, Default)]
pub struct Below {
    /// Interfaces below, each with the number of its active version.
    interfaces: HashMap<AssetModelId, Option<i64>>,
    /// Relations of the child models of the implementing model.
    relations: HashMap<AssetModelId, Vec<Relation>>,
    /// Child models of the interface from which assets are made.
    asset_models: HashSet<AssetModelId>,
}

impl Below {
    /// Looks up what the hierarchies of an interface and of a model that implements it lead to.
    pub fn look_up(
        tx: &mut Tx,
        place: Place<'_>,
        interface: &Definition,
        model: &Definition,
    ) -> Result<Self, Error> {
        let mut below = Self::default();
        for hierarchy in &interface.hierarchies {
            let id = &hierarchy.child_asset_model_id;
            let Some(child) = models::by_id(tx, place, id.as_str())? else { continue };
            match child.model_type {
                AssetModelType::Interface => {
                    let version = child.active.map(|version| version.number);
                    below.interfaces.insert(id.clone(), version);
                }
                AssetModelType::AssetModel => _ = below.asset_models.insert(id.clone()),
                AssetModelType::ComponentModel => {}
            }
        }
        if below.interfaces.is_empty() {
            return Ok(below);
        }
        for hierarchy in &model.hierarchies {
            let id = &hierarchy.child_asset_model_id;
            if !below.relations.contains_key(id) {
                below.relations.insert(id.clone(), table::of_model(tx, place, id)?);
            }
        }
        Ok(below)
    }

    /// Says whether a hierarchy of the model leads where one of the interface does: to the same model, or to one that
    /// implements the interface there.
    pub fn fits(&self, theirs: &Hierarchy, own: &Hierarchy) -> bool {
        theirs.child_asset_model_id == own.child_asset_model_id || self.relation(theirs, own).is_some()
    }

    /// Says whether a hierarchy like that of the interface can be made in a model: not if it leads to an interface,
    /// since many models may implement that one.
    pub fn creatable(&self, theirs: &Hierarchy) -> bool {
        self.asset_models.contains(&theirs.child_asset_model_id)
    }

    /// Answers the id of the property, of the assets below, that a metric of the interface reads.
    pub fn property(&self, theirs: &Hierarchy, own: &Hierarchy, property_id: &str) -> Option<String> {
        if theirs.child_asset_model_id == own.child_asset_model_id {
            return Some(property_id.to_owned());
        }
        self.relation(theirs, own)?.mapping.property(property_id).map(ToString::to_string)
    }

    /// Finds a child model that does not follow its own interface's active version yet.
    pub fn behind(&self, theirs: &[Hierarchy], own: &[Hierarchy]) -> Option<&AssetModelId> {
        let pairs = theirs.iter().flat_map(|theirs| own.iter().map(move |own| (theirs, own)));
        let mut relations = pairs.filter_map(|(theirs, own)| self.relation(theirs, own));
        let current = |relation: &&Relation| {
            let active = self.interfaces.get(&relation.interface_id).copied().flatten();
            active.is_none_or(|active| relation.interface_version >= active)
        };
        relations.find(|relation| !current(relation)).map(|relation| &relation.model_id)
    }

    fn relation(&self, theirs: &Hierarchy, own: &Hierarchy) -> Option<&Relation> {
        let relations = self.relations.get(&own.child_asset_model_id)?;
        relations.iter().find(|relation| relation.interface_id == theirs.child_asset_model_id)
    }
}
