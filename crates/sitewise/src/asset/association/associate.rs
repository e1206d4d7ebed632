//! `AssociateAssets`: puts an asset below another one.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::Triple;
use crate::Error;
use crate::asset::{name, table};
use crate::error::{exists, invalid, limit};
use crate::id::HierarchyId;
use crate::limits::{ASSET_TREE_DEPTH_MAX, CHILDREN_PER_ASSET_MAX};
use crate::place::Place;

/// Puts a child below a parent in one hierarchy. Neither asset's state or date changes, and lists show it at once.
///
/// Errors in the order of their checks: unknown parent, unknown child, both the same, unknown hierarchy, child of
/// another model than the hierarchy's, state of parent and child, already associated, cycle, too many children,
/// tree too deep, name taken where names of siblings are unique. That "already associated" comes before the others
/// is assumed: a repeat without token gets the same answer whatever else has changed.
pub fn associate(tx: &mut Tx, call: &Call, input: &t::AssociateAssetsRequest) -> Result<(), Error> {
    let place = Place::of(call);
    let ids = [&*input.asset_id, &*input.hierarchy_id, &*input.child_asset_id];
    let triple = Triple::load(tx, call, "iotsitewise:AssociateAssets", ids)?;
    check_apart(&triple)?;
    let hierarchy = triple.hierarchy()?;
    if triple.child.model_id != hierarchy.child_asset_model_id {
        return Err(invalid(format!(
            "Asset '{}' is not an instance of the hierarchy's child model: it is of asset model '{}', hierarchy \
             '{}' takes assets of '{}'",
            triple.child.id, triple.child.model_id, hierarchy.id, hierarchy.child_asset_model_id
        )));
    }
    for asset in [&triple.parent, &triple.child] {
        asset.state.check_active(asset.id.as_str(), asset.arn(call))?;
    }
    check_free(call, &triple, &hierarchy.id)?;
    check_place(tx, place, &triple)?;
    name::check_among(tx, call, &triple.parent.id, &triple.child)?;
    table::set_parent(tx, place, &triple.child.id, Some((&triple.parent.id, &hierarchy.id)))?;
    let event = json!({
        "assetId": triple.parent.id.as_str(),
        "hierarchyId": hierarchy.id.as_str(),
        "childAssetId": triple.child.id.as_str(),
    });
    tx.emit(place.account, place.region, "sitewise.asset.associated", &event)?;
    Ok(())
}

fn check_apart(triple: &Triple) -> Result<(), Error> {
    if triple.parent.id == triple.child.id {
        return Err(invalid(format!("assetId and childAssetId both name asset '{}'", triple.parent.id)));
    }
    Ok(())
}

/// Checks that the child has no parent. A repeat and a second parent are both `ResourceAlreadyExistsException` with
/// the child's id and ARN (assumed: the operation declares it, and nothing else could be its cause).
fn check_free(call: &Call, triple: &Triple, hierarchy: &HierarchyId) -> Result<(), Error> {
    let child = &triple.child;
    let (Some(parent_id), Some(hierarchy_id)) = (&child.parent_id, &child.hierarchy_id) else {
        return Ok(());
    };
    let same = *parent_id == triple.parent.id && hierarchy_id == hierarchy;
    let already = if same { "already" } else { "already, as an asset has one parent," };
    let message = format!(
        "Asset '{}' is {already} associated to asset '{parent_id}' in hierarchy '{hierarchy_id}'",
        child.id
    );
    Err(exists(message, child.id.as_str(), child.arn(call)))
}

/// Checks that the tree stays a tree, and within the quotas on children and depth.
fn check_place(tx: &mut Tx, place: Place<'_>, triple: &Triple) -> Result<(), Error> {
    let (parent, child) = (&triple.parent.id, &triple.child.id);
    // One more than allowed tells a tree that is too deep already; a cycle can't hide above it.
    let above = table::path_to_root(tx, place, parent, ASSET_TREE_DEPTH_MAX + 1)?;
    if above.contains(child) {
        return Err(invalid(format!("Associating asset '{child}' to asset '{parent}' would create a cycle")));
    }
    if table::count_children(tx, place, parent)? >= CHILDREN_PER_ASSET_MAX {
        return Err(limit(format!(
            "Asset '{parent}' has {CHILDREN_PER_ASSET_MAX} child assets, and no more are allowed"
        )));
    }
    let depth = i64::try_from(above.len()).expect("the walk stops after a few assets");
    let height = table::height(tx, place, child, ASSET_TREE_DEPTH_MAX)?;
    if depth + height > ASSET_TREE_DEPTH_MAX {
        return Err(limit(format!(
            "Associating asset '{child}' to asset '{parent}' would make the asset tree {} levels deep; \
             {ASSET_TREE_DEPTH_MAX} are allowed",
            depth + height
        )));
    }
    Ok(())
}
