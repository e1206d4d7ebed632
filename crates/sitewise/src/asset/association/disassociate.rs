//! `DisassociateAssets`: takes an asset from below another one.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::Triple;
use crate::Error;
use crate::asset::table;
use crate::error::not_found;
use crate::id::HierarchyId;
use crate::place::Place;

/// Takes a child from below a parent; it stands at the top level then, and the data of both stays. Neither asset's
/// state or date changes: clients delete the assets in their next statement.
///
/// Errors in the order of their checks: unknown parent, unknown child, unknown hierarchy, state of parent and
/// child, not associated.
pub fn disassociate(tx: &mut Tx, call: &Call, input: &t::DisassociateAssetsRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let ids = [&*input.asset_id, &*input.hierarchy_id, &*input.child_asset_id];
    let triple = Triple::load(tx, call, "iotsitewise:DisassociateAssets", ids)?;
    let hierarchy = triple.hierarchy()?;
    for asset in [&triple.parent, &triple.child] {
        asset.state.check_rests(asset.id.as_str(), asset.arn(call))?;
    }
    check_associated(&triple, &hierarchy.id)?;
    table::set_parent(tx, place, &triple.child.id, None)?;
    let event = json!({
        "assetId": triple.parent.id.as_str(),
        "hierarchyId": hierarchy.id.as_str(),
        "childAssetId": triple.child.id.as_str(),
    });
    tx.emit(place.account, place.region, "sitewise.asset.disassociated", &event)?;
    Ok(())
}

/// Checks that the very triple exists: another hierarchy of the same parent is not meant and stays as it is. That
/// the code is `ResourceNotFoundException` in every case is assumed.
fn check_associated(triple: &Triple, hierarchy: &HierarchyId) -> Result<(), Error> {
    let (parent, child) = (&triple.parent.id, &triple.child);
    if child.parent_id.as_ref() == Some(parent) && child.hierarchy_id.as_ref() == Some(hierarchy) {
        return Ok(());
    }
    Err(not_found(format!(
        "Asset '{}' is not associated to asset '{parent}' in hierarchy '{hierarchy}'",
        child.id
    )))
}
