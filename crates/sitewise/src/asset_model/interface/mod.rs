//! Interfaces: contracts that asset models implement, and the relations that say how each one does.

pub mod apply;
pub mod below;
pub mod delete;
pub mod guard;
pub mod list;
pub mod mapping;
pub mod propagate;
pub mod put;
pub mod relation;
pub mod table;

use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

pub use relation::{Mapping, Relation};

use super::{AssetModel, AssetModelType, load};
use crate::Error;
use crate::argument::custom_id;
use crate::error::{invalid, not_found};
use crate::id::AssetModelId;

/// Enters the operations on relations between models and interfaces.
pub fn register(table: &mut Table) {
    table.write::<op::PutAssetModelInterfaceRelationship>(put::put);
    table.write::<op::DeleteAssetModelInterfaceRelationship>(delete::delete);
    table.read::<op::DescribeAssetModelInterfaceRelationship>(list::describe);
    table.read::<op::ListInterfaceRelationships>(list::list);
}

/// The ids of a model and an interface as a request has them.
type Named<'a> = (&'a str, &'a str);

/// Finds the model and the interface that a request names.
///
/// Errors in the order of their checks: malformed ids, unknown model, unknown interface, wrong kinds of model (that
/// the last are `InvalidRequestException` is assumed).
fn both(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    (model, interface): Named<'_>,
) -> Result<(AssetModel, AssetModel), Error> {
    let model = custom_id("assetModelId", model)?;
    let interface = custom_id("interfaceAssetModelId", interface)?;
    let model = load(tx, call, action, &model)?;
    let interface = load(tx, call, action, &interface)?;
    check_kind("assetModelId", &model, AssetModelType::AssetModel)?;
    check_kind("interfaceAssetModelId", &interface, AssetModelType::Interface)?;
    Ok((model, interface))
}

fn check_kind(member: &str, model: &AssetModel, wanted: AssetModelType) -> Result<(), Error> {
    if model.model_type == wanted {
        return Ok(());
    }
    Err(invalid(format!(
        "{member} '{}' is of type {}; it must be of type {}",
        model.id,
        model.model_type.as_str(),
        wanted.as_str()
    )))
}

/// Says that a model does not implement an interface.
fn unrelated(model_id: &AssetModelId, interface_id: &AssetModelId) -> Error {
    not_found(format!("Asset model '{model_id}' has no relationship with interface '{interface_id}'"))
}
