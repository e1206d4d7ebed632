//! Assets: the things of a plant, each made from an asset model.

pub mod association;
pub mod composite;
pub mod create;
pub mod delete;
pub mod describe;
pub mod list;
pub mod name;
pub mod progress;
pub mod property;
pub mod roll;
pub mod state;
pub mod table;
pub mod update;
pub mod wire;

use std::sync::Arc;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

pub use state::AssetState;

use crate::Error;
use crate::asset_model::{self, Definition, Version};
use crate::error::not_found;
use crate::id::{AssetId, AssetModelId, CustomId, ExternalId, HierarchyId};
use crate::place::Place;

/// One asset, without what its model says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Id.
    pub id: AssetId,
    /// The user's own id, unique in account and Region among assets.
    pub external_id: Option<ExternalId>,
    /// Name; several assets may have the same.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// The model that it was made from.
    pub model_id: AssetModelId,
    /// The active version of that model.
    pub model_version: Version,
    /// State; UPDATING also while the model's new version has not reached this asset.
    pub state: AssetState,
    /// When the passing state is over; nothing at rest.
    pub due_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated, or its model was.
    pub updated_at: Timestamp,
    /// The asset above it.
    pub parent_id: Option<AssetId>,
    /// The hierarchy of the parent's model in which it stands.
    pub hierarchy_id: Option<HierarchyId>,
}

impl Asset {
    /// Answers what the active version of the asset's model says.
    pub fn definition(&self, tx: &mut Tx, call: &Call) -> Result<Arc<Definition>, Error> {
        Ok(asset_model::definition(tx, Place::of(call), &self.model_id, &self.model_version)?)
    }

    /// Names the asset.
    pub fn arn(&self, call: &Call) -> String {
        arn(call, self.id.as_str())
    }
}

/// Enters the operations on assets.
pub fn register(table: &mut Table) {
    table.write::<op::CreateAsset>(create::create);
    table.read::<op::DescribeAsset>(describe::describe);
    table.write::<op::UpdateAsset>(update::update);
    table.write::<op::DeleteAsset>(delete::delete);
    table.read::<op::ListAssets>(list::list);
    table.read::<op::DescribeAssetCompositeModel>(composite::describe);
    table.read::<op::ListAssetProperties>(property::list::list);
    table.read::<op::DescribeAssetProperty>(property::describe::describe);
    table.write::<op::UpdateAssetProperty>(property::update::update);
    association::register(table);
}

/// Names an asset of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &format!("asset/{id}"))
}

/// Names an asset inside its account and Region, as tags know it.
pub fn resource(id: &AssetId) -> String {
    format!("asset/{id}")
}

/// Asks whether the caller may, then finds the asset; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &CustomId) -> Result<Asset, Error> {
    let asset = table::get(tx, Place::of(call), id)?;
    let named = asset.as_ref().map_or_else(|| id.to_string(), |asset| asset.id.to_string());
    call.allow(tx, action, &arn(call, &named))?;
    asset.ok_or_else(|| missing(id))
}

/// Says that an asset does not exist.
pub fn missing(id: &CustomId) -> Error {
    not_found(format!("Asset with id {id} not found"))
}
