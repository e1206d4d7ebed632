//! `DeleteAssetModel`: a model that nothing uses any more.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::create::due_at;
use super::precondition::Precondition;
use super::readers::any_parent_formula;
use super::{AssetModel, ModelState, arn, composite, interface, load, progress, table, wire};
use crate::Error;
use crate::argument::custom_id;
use crate::asset;
use crate::computation_model::{self, Bindable};
use crate::error::conflict;
use crate::place::Place;

/// Deletes a model.
///
/// Errors in the order of their checks: unknown model, precondition, state, then assets, parent models and
/// implementing models that use it; assets that are being deleted themselves do not count, the model waits for them.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteAssetModelRequest,
) -> Result<t::DeleteAssetModelResponse, Error> {
    let place = Place::of(call);
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let mut model = load(tx, call, "iotsitewise:DeleteAssetModel", &id)?;
    let precondition = Precondition {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        version_type: input.match_for_version_type.as_deref(),
    };
    precondition.check(call, &model)?;
    model.state.check_rests(model.id.as_str(), arn(call, model.id.as_str()))?;
    check_unused(tx, call, &model)?;
    let now = tx.now();
    model.state = ModelState::Deleting;
    model.due_at = Some(due_at(call, now));
    model.updated_at = now;
    table::put(tx, place, &model)?;
    // A model that is being deleted implements and uses nothing any more: its interfaces, its component models and the
    // child models of its hierarchies may be deleted right away.
    table::put_elements(tx, place, &model.id, &[])?;
    interface::table::delete_all(tx, place, &model.id)?;
    table::wake(tx, place)?;
    progress::settle(tx, place, &mut model)?;
    Ok(t::DeleteAssetModelResponse {
        asset_model_id: Some(model.id.to_string()),
        asset_model_status: wire::promised(ModelState::Deleting),
    })
}

/// Checks that nothing uses a model; AWS documents the conditions, that the code is
/// `ConflictingOperationException` with the model's own id and ARN is assumed.
fn check_unused(tx: &mut Tx, call: &Call, model: &AssetModel) -> Result<(), Error> {
    let place = Place::of(call);
    let id = model.id.as_str();
    if let Some(asset) = asset::table::any_kept(tx, place, &model.id)? {
        let message = format!("Asset model '{id}' still has assets, such as '{asset}'; delete them first");
        return Err(conflict(message, id, arn(call, id)));
    }
    if let Some(parent) = any_parent_formula(tx, place, &model.id)? {
        let message =
            format!("A formula of asset model '{parent}' reads properties of asset model '{id}' below it");
        return Err(conflict(message, id, arn(call, id)));
    }
    if let Some(parent) = table::parents(tx, place, &model.id)?.first() {
        let message = format!("Asset model '{id}' is the child of a hierarchy of asset model '{parent}'");
        return Err(conflict(message, id, arn(call, id)));
    }
    if let Some((user, composite)) = composite::table::page(tx, place, &model.id, ("", ""), 1)?.first() {
        let message = format!(
            "Component model '{id}' is composed into asset model '{user}' as composite model '{composite}'"
        );
        return Err(conflict(message, id, arn(call, id)));
    }
    let implements = interface::table::of_interface(tx, place, &model.id, (i64::MIN, ""), 1)?;
    if let Some(relation) = implements.first() {
        let message = format!("Interface '{id}' is applied to asset model '{}'", relation.model_id);
        return Err(conflict(message, id, arn(call, id)));
    }
    computation_model::bound(tx, call, Bindable::AssetModel(&model.id), arn(call, id))
}
