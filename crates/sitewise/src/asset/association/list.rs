//! `ListAssociatedAssets` and `ListAssetRelationships`: who stands directly below or above, and the way to the root.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::hierarchy;
use crate::Error;
use crate::argument::{Paging, created_key, custom_id};
use crate::asset::{Asset, load, table, wire};
use crate::error::invalid;
use crate::id::{AssetId, HierarchyId};
use crate::limits::ASSET_TREE_DEPTH_MAX;
use crate::place::Place;

/// Lists the children of an asset in the order of their creation, or its parent.
///
/// A hierarchy that the asset's model does not have is `ResourceNotFoundException` for children (assumed); for the
/// parent it names a hierarchy of the parent's model, and another one gives an empty list (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssociatedAssetsRequest,
) -> Result<t::ListAssociatedAssetsResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let asset = load(tx, call, "iotsitewise:ListAssociatedAssets", &id)?;
    let direction = input.traversal_direction.as_deref().unwrap_or("CHILD");
    let filters = [asset.id.as_str(), direction, input.hierarchy_id.as_deref().unwrap_or_default()];
    let paging = Paging::open(
        call,
        op::ListAssociatedAssets::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let mut assets = match direction {
        "CHILD" => children(tx, call, (&asset, input.hierarchy_id.as_deref()), &paging)?,
        "PARENT" => parent(tx, call, (&asset, input.hierarchy_id.as_deref()))?,
        other => return Err(invalid(format!("traversalDirection '{other}' is neither PARENT nor CHILD"))),
    };
    let next_token = paging.close(&mut assets, |asset| created_key(asset.created_at, asset.id.as_str()));
    let asset_summaries =
        assets.into_iter().map(|asset| summary(tx, call, asset)).collect::<Result<_, _>>()?;
    Ok(t::ListAssociatedAssetsResponse { asset_summaries, next_token })
}

fn children(
    tx: &mut Tx,
    call: &Call,
    (asset, wanted): (&Asset, Option<&str>),
    paging: &Paging<'_>,
) -> Result<Vec<Asset>, Error> {
    let definition = asset.definition(tx, call)?;
    let wanted = match wanted {
        None => None,
        Some(id) => Some(&hierarchy(&definition, asset, &custom_id("hierarchyId", id)?)?.id),
    };
    let after = paging.after_created()?;
    Ok(table::list_children(tx, Place::of(call), (&asset.id, wanted), after, paging.limit())?)
}

fn parent(tx: &mut Tx, call: &Call, (asset, wanted): (&Asset, Option<&str>)) -> Result<Vec<Asset>, Error> {
    let (Some(parent_id), Some(hierarchy_id)) = (&asset.parent_id, &asset.hierarchy_id) else {
        return Ok(Vec::new());
    };
    let Some(parent) = table::by_id(tx, Place::of(call), parent_id.as_str())? else {
        return Ok(Vec::new());
    };
    if let Some(wanted) = wanted {
        let definition = parent.definition(tx, call)?;
        let named: Option<&HierarchyId> =
            definition.hierarchy(&custom_id("hierarchyId", wanted)?).map(|hierarchy| &hierarchy.id);
        if named != Some(hierarchy_id) {
            return Ok(Vec::new());
        }
    }
    Ok(vec![parent])
}

fn summary(tx: &mut Tx, call: &Call, asset: Asset) -> Result<t::AssociatedAssetsSummary, Error> {
    let definition = asset.definition(tx, call)?;
    Ok(t::AssociatedAssetsSummary {
        id: asset.id.to_string(),
        external_id: asset.external_id.as_ref().map(ToString::to_string),
        arn: asset.arn(call),
        asset_model_id: asset.model_id.to_string(),
        creation_date: asset.created_at,
        last_update_date: asset.updated_at,
        status: wire::status(asset.state),
        hierarchies: wire::hierarchies(&definition),
        name: asset.name,
        description: asset.description,
    })
}

/// Lists the steps from an asset up to the root of its tree; an asset without parent has none.
///
/// That there is no entry for the root alone is assumed: each entry has a parent and a child.
pub fn path_to_root(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssetRelationshipsRequest,
) -> Result<t::ListAssetRelationshipsResponse, Error> {
    let id = custom_id("assetId", &input.asset_id)?;
    let asset = load(tx, call, "iotsitewise:ListAssetRelationships", &id)?;
    let filters = [asset.id.as_str(), input.traversal_type.as_str()];
    let paging = Paging::open(
        call,
        op::ListAssetRelationships::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let path = table::path_to_root(tx, Place::of(call), &asset.id, ASSET_TREE_DEPTH_MAX + 1)?;
    // The token names the child of the last step shown; where that asset has moved away, the list ends.
    let start = match paging.after() {
        None => 0,
        Some(last) => path.iter().position(|id| last == [id.as_str()]).map_or(path.len(), |place| place + 1),
    };
    let mut steps: Vec<&[AssetId]> = path.windows(2).skip(start).collect();
    let next_token = paging.close(&mut steps, |step| vec![step[0].to_string()]);
    let shown = steps.into_iter().map(|step| t::AssetRelationshipSummary {
        relationship_type: "HIERARCHY".to_owned(),
        hierarchy_info: Some(t::AssetHierarchyInfo {
            parent_asset_id: Some(step[1].to_string()),
            child_asset_id: Some(step[0].to_string()),
        }),
    });
    Ok(t::ListAssetRelationshipsResponse { asset_relationship_summaries: shown.collect(), next_token })
}
