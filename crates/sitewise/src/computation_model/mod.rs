//! Computation models: anomaly detection over properties of assets, as far as it is configuration.
//!
//! No model is ever trained here: actions on computation models stand in the room `action`, and their
//! executions say so.

pub mod create;
pub mod definition;
pub mod delete;
pub mod describe;
pub mod list;
pub mod progress;
pub mod property;
pub mod resolved;
pub mod state;
pub mod table;
pub mod update;
pub mod usage;
pub mod wire;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

pub use definition::{Bindable, Definition};
pub use state::ComputationModelState;

use crate::Error;
use crate::error::{conflict, not_found};
use crate::id::ComputationModelId;
use crate::place::Place;

/// One computation model, without its definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ComputationModel {
    /// Id.
    pub id: ComputationModelId,
    /// Name in the latest version, unique in account and Region.
    pub name: String,
    /// State.
    pub state: ComputationModelState,
    /// When the passing state is over; nothing at rest.
    pub due_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the last update was accepted.
    pub updated_at: Timestamp,
    /// Number of the newest version; the first is 1.
    pub latest: i64,
    /// Number of the version in force; nothing before the model is ACTIVE for the first time.
    pub active: Option<i64>,
}

/// Enters the operations on computation models.
pub fn register(table: &mut Table) {
    table.write::<op::CreateComputationModel>(create::create);
    table.read::<op::DescribeComputationModel>(describe::describe);
    table.read::<op::DescribeComputationModelExecutionSummary>(describe::execution_summary);
    table.read::<op::ListComputationModels>(list::list);
    table.read::<op::ListComputationModelDataBindingUsages>(usage::list);
    table.read::<op::ListComputationModelResolveToResources>(resolved::list);
    table.write::<op::UpdateComputationModel>(update::update);
    table.write::<op::DeleteComputationModel>(delete::delete);
}

/// Names a computation model of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &format!("computation-model/{id}"))
}

/// Names a computation model inside its account and Region, as tags know it.
pub fn resource(id: &ComputationModelId) -> String {
    format!("computation-model/{id}")
}

/// Asks whether the caller may, then finds the model; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &str) -> Result<ComputationModel, Error> {
    call.allow(tx, action, &arn(call, id))?;
    let model = table::by_id(tx, Place::of(call), id)?;
    model.ok_or_else(|| not_found(format!("Computation model with id {id} not found")))
}

/// Answers one version of a model's definition.
pub fn definition(
    tx: &mut Tx,
    place: Place<'_>,
    id: &ComputationModelId,
    version: i64,
) -> Result<Definition, store::Error> {
    table::document(tx, place, id, version)?
        .ok_or_else(|| store::Error::Broken(format!("version {version} of computation model {id} is lost")))
}

/// Checks that no computation model is bound to an asset or asset model that is about to be deleted
/// (assumed); else `ConflictingOperationException` with the id and ARN of what was to be deleted.
pub fn bound(tx: &mut Tx, call: &Call, what: Bindable<'_>, arn: String) -> Result<(), Error> {
    let Some(model) = table::any_bound(tx, Place::of(call), what)? else { return Ok(()) };
    let message = format!("{what} is bound by computation model '{model}'; update or delete that one first");
    Err(conflict(message, what.id(), arn))
}
