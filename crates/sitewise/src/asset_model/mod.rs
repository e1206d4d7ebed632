//! Asset models: what the assets of one kind have in common.

pub mod accept;
pub mod complete;
pub mod composite;
pub mod create;
pub mod definition;
pub mod delete;
pub mod describe;
pub mod draft;
pub mod failure;
pub mod followers;
pub mod formula;
pub mod hierarchy;
pub mod identity;
pub mod interface;
pub mod list;
pub mod precondition;
pub mod previous;
pub mod progress;
pub mod property;
pub mod readers;
pub mod state;
pub mod table;
pub mod tree;
pub mod update;
pub mod variable;
pub mod wire;

use std::sync::Arc;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

pub use definition::Definition;
pub use state::ModelState;

use crate::Error;
use crate::error::not_found;
use crate::id::{AssetModelId, CustomId, ExternalId};
use crate::place::Place;

/// An asset model, component model or interface, without its definition.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetModel {
    /// Id.
    pub id: AssetModelId,
    /// The user's own id, unique in account and Region among models.
    pub external_id: Option<ExternalId>,
    /// Name in the latest version, unique in account and Region.
    pub name: String,
    /// Kind, fixed at creation.
    pub model_type: AssetModelType,
    /// State.
    pub state: ModelState,
    /// When the passing state is over; nothing at rest.
    pub due_at: Option<Timestamp>,
    /// Why the latest version is invalid; shown once the state is FAILED.
    pub error: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the last update was accepted.
    pub updated_at: Timestamp,
    /// The newest definition that was accepted.
    pub latest: Version,
    /// The newest definition that was found valid: what assets follow.
    pub active: Option<Version>,
}

/// One version of a model's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// 1 for the first, one more for each accepted write.
    pub number: i64,
    /// Digest of the version.
    pub etag: String,
}

/// The kinds of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetModelType {
    /// Assets are made from it.
    AssetModel,
    /// It is composed into asset models.
    ComponentModel,
    /// A contract that asset models implement.
    Interface,
}

impl AssetModelType {
    /// Shows AWS's name of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AssetModel => "ASSET_MODEL",
            Self::ComponentModel => "COMPONENT_MODEL",
            Self::Interface => "INTERFACE",
        }
    }

    /// Reads a kind.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::AssetModel, Self::ComponentModel, Self::Interface]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Reads a stored kind.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        Self::parse(text)
            .ok_or_else(|| store::Error::Broken(format!("an asset model has the unknown type {text}")))
    }
}

/// Enters the operations on asset models.
pub fn register(table: &mut Table) {
    table.write::<op::CreateAssetModel>(create::create);
    table.read::<op::DescribeAssetModel>(describe::describe);
    table.read::<op::ListAssetModels>(list::list);
    table.read::<op::ListAssetModelProperties>(list::list_properties);
    table.write::<op::UpdateAssetModel>(update::update);
    table.write::<op::DeleteAssetModel>(delete::delete);
    composite::register(table);
    interface::register(table);
}

/// Names a model of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &format!("asset-model/{id}"))
}

/// Names a model inside its account and Region, as tags know it.
pub fn resource(id: &AssetModelId) -> String {
    format!("asset-model/{id}")
}

/// Asks whether the caller may, then finds the model; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &CustomId) -> Result<AssetModel, Error> {
    let model = table::get(tx, Place::of(call), id)?;
    let named = model.as_ref().map_or_else(|| id.to_string(), |model| model.id.to_string());
    call.allow(tx, action, &arn(call, &named))?;
    model.ok_or_else(|| missing(id))
}

/// Says that a model does not exist.
pub fn missing(id: &CustomId) -> Error {
    not_found(format!("Asset model with id {id} not found"))
}

/// Answers one version of a model's definition, from memory if it was read before.
pub fn definition(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    version: &Version,
) -> Result<Arc<Definition>, store::Error> {
    definition::cached(&version.etag, || {
        table::document(tx, place, id, version.number)?.ok_or_else(|| {
            store::Error::Broken(format!("version {} of asset model {id} is lost", version.number))
        })
    })
}
