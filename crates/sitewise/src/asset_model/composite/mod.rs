//! Composite models: groups of properties inside a model, the model's own or those of a component model.

pub mod alarm;
pub mod component;
pub mod create;
pub mod derive;
pub mod describe;
pub mod draft;
pub mod list;
pub mod table;
pub mod update;
pub mod wire;

use model_sitewise::operations as op;
use serde::{Deserialize, Serialize};
use service::Table;

use super::identity::Element;
use super::property::Property;
use crate::id::{AssetModelId, CompositeId, CustomId, ExternalId};

/// One composite model of a model, in force for all of its assets.
///
/// What a component model gives stands here in full, with ids of its own, so that readers never look at the
/// component model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Composite {
    /// Id, the same for all assets of the model.
    pub id: CompositeId,
    /// The user's own id, unique among the composite models of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Name, unique among those directly below the same parent.
    pub name: String,
    /// Description, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Kind.
    pub composite_type: CompositeType,
    /// The composite model above it; nothing directly below the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CompositeId>,
    /// The component model that gives its contents, and which version of it is written out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// The composite model of the component model from which this one is derived, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<CompositeId>,
    /// The component models from the outermost one to this one's; empty where none is involved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<AssetModelId>,
    /// Its own properties, without those of composite models below it.
    pub properties: Vec<Property>,
}

/// The component model behind a composite model (`composedAssetModelId`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Id of the component model.
    pub id: AssetModelId,
    /// The version of the component model that is written out.
    pub version: i64,
}

/// The kinds of composite model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompositeType {
    /// An alarm with its fixed properties.
    #[serde(rename = "AWS/ALARM")]
    Alarm,
    /// Any group of properties.
    #[serde(rename = "CUSTOM")]
    Custom,
    /// A binding to Lookout for Equipment.
    #[serde(rename = "AWS/L4E_ANOMALY")]
    Anomaly,
}

impl CompositeType {
    /// Shows AWS's name of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "AWS/ALARM",
            Self::Custom => "CUSTOM",
            Self::Anomaly => "AWS/L4E_ANOMALY",
        }
    }

    /// Reads a kind.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Alarm, Self::Custom, Self::Anomaly].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Composite {
    /// Says whether a request means this composite model.
    pub fn is(&self, id: &CustomId) -> bool {
        id.names(self.id.as_str(), self.external_id.as_ref())
    }

    /// Says whether `UpdateAssetModel` replaces it with the model's own definition and `DescribeAssetModel` shows it
    /// in full: an alarm directly below the model, whichever operation made it (assumed).
    pub fn is_built_in(&self) -> bool {
        self.composite_type == CompositeType::Alarm && self.parent_id.is_none()
    }

    /// Says whether it exists only because a composite model above it is made from a component model.
    pub fn is_derived(&self) -> bool {
        self.origin.is_some()
    }
}

/// Enters the operations on composite models.
pub fn register(table: &mut Table) {
    table.write::<op::CreateAssetModelCompositeModel>(create::create);
    table.read::<op::DescribeAssetModelCompositeModel>(describe::describe);
    table.read::<op::ListAssetModelCompositeModels>(list::list);
    table.read::<op::ListCompositionRelationships>(list::list_relationships);
    table.write::<op::UpdateAssetModelCompositeModel>(update::update);
    table.write::<op::DeleteAssetModelCompositeModel>(update::delete);
}

impl Element for Composite {
    const WHAT: &'static str = "composite model";

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn external_id(&self) -> Option<&ExternalId> {
        self.external_id.as_ref()
    }

    fn name(&self) -> &str {
        &self.name
    }
}
