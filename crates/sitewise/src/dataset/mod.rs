//! Datasets that connect to sources of documents outside of IoT SiteWise.
//!
//! Session and curated datasets live in workspaces, and there are none yet: what names one is not found.

pub mod create;
pub mod delete;
pub mod describe;
mod draft;
pub mod list;
pub mod progress;
pub mod state;
pub mod table;
pub mod update;
mod wire;

use std::collections::BTreeMap;

use model::Timestamp;
use model_sitewise::operations as op;
use serde::{Deserialize, Serialize};
use service::{Call, Table};
use store::Tx;

pub use state::DatasetState;

use crate::Error;
use crate::error::not_found;
use crate::id::DatasetId;
use crate::place::Place;

/// One dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Id.
    pub id: DatasetId,
    /// What the user says about it.
    pub content: Content,
    /// State.
    pub state: DatasetState,
    /// When the passing state is over; nothing at rest.
    pub due_at: Option<Timestamp>,
    /// How often it was created or updated.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
}

/// What the user says about a dataset; an update replaces it as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Name; several datasets may have the same.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// What else is known about it.
    pub metadata: Option<BTreeMap<String, String>>,
    /// ARN of the knowledge base that it connects to.
    pub knowledge_base_arn: String,
    /// ARN of the role that may read it.
    pub role_arn: String,
}

impl Dataset {
    /// Names the dataset.
    pub fn arn(&self, call: &Call) -> String {
        arn(call, self.id.as_str())
    }
}

/// Enters the operations on datasets.
pub fn register(table: &mut Table) {
    table.write::<op::CreateDataset>(create::create);
    table.read::<op::DescribeDataset>(describe::describe);
    table.write::<op::UpdateDataset>(update::update);
    table.write::<op::DeleteDataset>(delete::delete);
    table.read::<op::ListDatasets>(list::list);
}

/// Names a dataset of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a dataset inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("dataset/{id}")
}

/// Asks whether the caller may, then finds the dataset; an unknown one is `ResourceNotFoundException`, and so is any
/// dataset in a workspace (that it is found with the right workspace only is assumed).
pub fn load(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    id: &str,
    workspace: Option<&str>,
) -> Result<Dataset, Error> {
    call.allow(tx, action, &arn(call, id))?;
    if let Some(workspace) = workspace {
        return Err(not_found(format!("Dataset with id {id} not found in workspace {workspace}")));
    }
    let dataset = table::by_id(tx, Place::of(call), id)?;
    dataset.ok_or_else(|| not_found(format!("Dataset with id {id} not found")))
}
