//! Hierarchy definitions: which model's assets may stand below an asset of this model.

use serde::{Deserialize, Serialize};

use super::identity::Element;
use crate::id::{AssetModelId, CustomId, ExternalId, HierarchyId};

/// One hierarchy of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hierarchy {
    /// Id, the same for all assets of the model.
    pub id: HierarchyId,
    /// The user's own id, unique in the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Name, unique among the hierarchies of the model.
    pub name: String,
    /// The model of which all children in this hierarchy are.
    pub child_asset_model_id: AssetModelId,
}

impl Hierarchy {
    /// Says whether a request means this hierarchy; names are not accepted, ids and external ids are.
    pub fn is(&self, id: &CustomId) -> bool {
        id.names(self.id.as_str(), self.external_id.as_ref())
    }
}

impl Element for Hierarchy {
    const WHAT: &'static str = "hierarchy";

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
