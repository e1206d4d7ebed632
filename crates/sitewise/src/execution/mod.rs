//! Executions: what became of an action.

pub mod describe;
pub mod list;
pub mod table;

use std::collections::BTreeMap;

use model::Timestamp;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::{Call, Table};
use store::Tx;

use crate::action::{Action, Target};
use crate::id::{AssetId, ExecutionId};

/// What the details of a failed execution say; their characters are confined by the API.
pub const NO_ENGINE: &str = "no anomaly detection engine is installed on this server";

/// One execution of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// Id.
    pub id: ExecutionId,
    /// Type of the action.
    pub action_type: String,
    /// What the action was taken on.
    pub target: Target,
    /// The version of the target that was in force.
    pub target_version: i64,
    /// The asset that was meant, where the target stands for several.
    pub resolve_to: Option<AssetId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends or ended.
    pub ended_at: Timestamp,
    /// How it ends.
    pub outcome: Outcome,
    /// What there is to know about it.
    pub details: BTreeMap<String, String>,
}

/// How an execution ends.
///
/// There is no other end than this: a training or an inference that AWS calls COMPLETED has a trained model
/// behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was computed; the details say why.
    Failed,
}

impl Outcome {
    /// Shows AWS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
        }
    }

    /// Reads a stored outcome.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        match text {
            "FAILED" => Ok(Self::Failed),
            other => Err(store::Error::Broken(format!("an execution has the unknown outcome {other}"))),
        }
    }
}

impl Execution {
    /// Makes the execution of an action: it fails as soon as passing states are over, since there is no
    /// engine.
    pub fn of(tx: &mut Tx, call: &Call, action: &Action, action_type: String, target_version: i64) -> Self {
        let details = [("errorCode", "ENGINE_NOT_INSTALLED"), ("errorMessage", NO_ENGINE)];
        Self {
            id: ExecutionId::stored(tx.uuid()),
            action_type,
            target: action.target.clone(),
            target_version,
            resolve_to: action.resolve_to.clone(),
            started_at: action.executed_at,
            ended_at: action.executed_at.plus_millis(call.installation.propagation_ms),
            outcome: Outcome::Failed,
            details: details.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        }
    }

    /// Says whether it is over at a moment.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended_at <= now
    }

    /// Shows the state at a moment.
    pub fn shown_status(&self, now: Timestamp) -> t::ExecutionStatus {
        let state = if self.is_over(now) { self.outcome.as_str() } else { "RUNNING" };
        t::ExecutionStatus { state: state.to_owned() }
    }

    /// Shows the asset that was meant.
    pub fn shown_resolve_to(&self) -> Option<t::ResolveTo> {
        self.resolve_to.as_ref().map(|asset| t::ResolveTo { asset_id: asset.to_string() })
    }
}

/// Enters the operations on executions.
pub fn register(table: &mut Table) {
    table.read::<op::DescribeExecution>(describe::describe);
    table.read::<op::ListExecutions>(list::list);
}
