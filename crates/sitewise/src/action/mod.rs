//! Actions: what was asked of computation models and of assets with an anomaly composite model.
//!
//! An action is recorded and never changes; what became of it is its execution, in the room `execution`.

pub mod definition;
pub mod describe;
pub mod execute;
pub mod list;
pub mod payload;
pub mod table;

use model::Timestamp;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::{Call, Table};
use store::Tx;

use crate::error::{invalid, not_found};
use crate::id::{ActionId, AssetId};
use crate::place::Place;
use crate::{Error, asset, computation_model, execution};

/// One action, as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Id.
    pub id: ActionId,
    /// What it was taken on.
    pub target: Target,
    /// Which of the target's actions it was.
    pub definition_id: String,
    /// The payload, exactly as it was sent.
    pub payload: String,
    /// The asset that was meant, where the target stands for several.
    pub resolve_to: Option<AssetId>,
    /// When it was accepted.
    pub executed_at: Timestamp,
}

/// What an action is taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An asset with an anomaly composite model.
    Asset(String),
    /// A computation model.
    ComputationModel(String),
}

impl Target {
    /// Reads the kind and id of a stored action or execution.
    pub fn stored(kind: &str, id: String) -> Result<Self, store::Error> {
        match kind {
            "ASSET" => Ok(Self::Asset(id)),
            "COMPUTATION_MODEL" => Ok(Self::ComputationModel(id)),
            other => Err(store::Error::Broken(format!("an action has the unknown target {other}"))),
        }
    }

    /// Reads the target of a list.
    pub fn of_list(kind: &str, id: &str) -> Result<Self, Error> {
        let id = id.to_owned();
        match kind {
            "ASSET" => Ok(Self::Asset(id)),
            "COMPUTATION_MODEL" => Ok(Self::ComputationModel(id)),
            other => {
                Err(invalid(format!("targetResourceType '{other}' is neither ASSET nor COMPUTATION_MODEL")))
            }
        }
    }

    /// Shows AWS's name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Asset(_) => "ASSET",
            Self::ComputationModel(_) => "COMPUTATION_MODEL",
        }
    }

    /// Answers the id.
    pub fn id(&self) -> &str {
        match self {
            Self::Asset(id) | Self::ComputationModel(id) => id,
        }
    }

    /// Names the target.
    pub fn arn(&self, call: &Call) -> String {
        match self {
            Self::Asset(id) => asset::arn(call, id),
            Self::ComputationModel(id) => computation_model::arn(call, id),
        }
    }

    /// Shows the target.
    pub fn shown(&self) -> t::TargetResource {
        match self {
            Self::Asset(id) => t::TargetResource { asset_id: Some(id.clone()), computation_model_id: None },
            Self::ComputationModel(id) => {
                t::TargetResource { asset_id: None, computation_model_id: Some(id.clone()) }
            }
        }
    }

    /// Asks whether the caller may, then checks that the target exists; else `ResourceNotFoundException`.
    pub fn check_known(&self, tx: &mut Tx, call: &Call, action: &str) -> Result<(), Error> {
        let place = Place::of(call);
        call.allow(tx, action, &self.arn(call))?;
        let (what, known) = match self {
            Self::Asset(id) => ("Asset", asset::table::by_id(tx, place, id)?.is_some()),
            Self::ComputationModel(id) => {
                ("Computation model", computation_model::table::by_id(tx, place, id)?.is_some())
            }
        };
        if known { Ok(()) } else { Err(not_found(format!("{what} with id {} not found", self.id()))) }
    }
}

/// Enters the operations on actions.
pub fn register(table: &mut Table) {
    table.write::<op::ExecuteAction>(execute::execute);
    table.read::<op::DescribeAction>(describe::describe);
    table.read::<op::ListActions>(list::list);
}

/// Reads the pair that confines a list to one asset: both or neither, and only an asset is possible.
pub fn resolve_to<'a>(kind: Option<&str>, id: Option<&'a str>) -> Result<Option<&'a str>, Error> {
    match (kind, id) {
        (None, None) => Ok(None),
        (Some("ASSET"), Some(id)) => Ok(Some(id)),
        (Some(other), Some(_)) => Err(invalid(format!("resolveToResourceType '{other}' is not ASSET"))),
        (Some(_), None) => Err(invalid("resolveToResourceType needs resolveToResourceId besides it")),
        (None, Some(_)) => Err(invalid("resolveToResourceId needs resolveToResourceType ASSET besides it")),
    }
}

/// Forgets the oldest actions on a target, and the oldest executions, so that no more than `kept` of each are left (assumed).
pub fn forget_oldest(tx: &mut Tx, place: Place<'_>, target: &Target, kept: i64) -> Result<(), store::Error> {
    table::keep_newest(tx, place, target, kept)?;
    execution::table::keep_newest(tx, place, target, kept)
}

/// Removes the actions and executions of an asset or computation model that is gone, and those for it.
pub fn forget(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<(), store::Error> {
    table::delete_of(tx, place, id)?;
    execution::table::delete_of(tx, place, id)
}
