//! The assets of a project: `BatchAssociateProjectAssets`, `BatchDisassociateProjectAssets`, `ListProjectAssets`.
//!
//! A project shows one root asset and, without being told, all assets below it.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{arn, load, table};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::asset::{self, AssetState};
use crate::error::limit;
use crate::id::{AssetId, ProjectId};
use crate::limits::ASSET_TREE_DEPTH_MAX;
use crate::place::Place;

/// The only code that errors of single assets have.
const ERROR_CODE: &str = "INTERNAL_FAILURE";

/// Associates assets with a project; one that is associated already stays so (assumed).
///
/// An unknown asset, or one that is being deleted, is an error of its own in the answer, and the others are
/// associated. Errors of the whole request in the order of their checks: unknown project, second root asset.
pub fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &t::BatchAssociateProjectAssetsRequest,
) -> Result<t::BatchAssociateProjectAssetsResponse, Error> {
    let (place, now) = (Place::of(call), tx.now());
    let id = ProjectId::stored(input.project_id.clone());
    load(tx, call, "iotsitewise:BatchAssociateProjectAssets", &id)?;
    let mut errors = Vec::new();
    for asset_id in input.asset_ids.iter().cloned().map(AssetId::stored) {
        match asset::table::by_id(tx, place, asset_id.as_str())? {
            None => errors.push(error(&asset_id, format!("Asset with id {asset_id} not found"))),
            Some(asset) if asset.state == AssetState::Deleting => {
                errors.push(error(&asset_id, format!("Asset '{asset_id}' is DELETING")));
            }
            Some(_) if table::has_asset(tx, place, (&id, &asset_id))? => {}
            Some(_) => {
                check_root(tx, place, (&id, &asset_id))?;
                table::insert_asset(tx, place, (&id, &asset_id), now)?;
                let event = json!({ "projectId": id.as_str(), "assetId": asset_id.as_str() });
                tx.emit(place.account, place.region, "sitewise.project.asset.associated", &event)?;
            }
        }
    }
    Ok(t::BatchAssociateProjectAssetsResponse { errors: (!errors.is_empty()).then_some(errors) })
}

/// Checks that a project keeps one root asset: a new one stands below one that it has, or all stand below the new
/// one. That a second root is `LimitExceededException` is assumed; the quota is documented.
fn check_root(tx: &mut Tx, place: Place<'_>, pair: (&ProjectId, &AssetId)) -> Result<(), Error> {
    let (project, asset) = pair;
    for above in asset::table::path_to_root(tx, place, asset, ASSET_TREE_DEPTH_MAX)? {
        if table::has_asset(tx, place, (project, &above))? {
            return Ok(());
        }
    }
    let Some(root) = table::any_not_below(tx, place, pair)? else { return Ok(()) };
    Err(limit(format!(
        "Project '{project}' has the root asset '{root}', and one is allowed: asset '{asset}' stands neither below \
         nor above it"
    )))
}

/// Takes assets out of a project; one that is not in it is an error of its own in the answer (assumed).
pub fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &t::BatchDisassociateProjectAssetsRequest,
) -> Result<t::BatchDisassociateProjectAssetsResponse, Error> {
    let place = Place::of(call);
    let id = ProjectId::stored(input.project_id.clone());
    load(tx, call, "iotsitewise:BatchDisassociateProjectAssets", &id)?;
    let mut errors = Vec::new();
    for asset_id in input.asset_ids.iter().cloned().map(AssetId::stored) {
        if table::delete_asset(tx, place, (&id, &asset_id))? {
            let event = json!({ "projectId": id.as_str(), "assetId": asset_id.as_str() });
            tx.emit(place.account, place.region, "sitewise.project.asset.disassociated", &event)?;
            continue;
        }
        let message = format!("Asset '{asset_id}' is not associated with project '{id}'");
        errors.push(error(&asset_id, message));
    }
    Ok(t::BatchDisassociateProjectAssetsResponse { errors: (!errors.is_empty()).then_some(errors) })
}

fn error(asset_id: &AssetId, message: String) -> t::AssetErrorDetails {
    t::AssetErrorDetails { asset_id: asset_id.to_string(), code: ERROR_CODE.to_owned(), message }
}

/// Lists the ids of a project's assets in the order in which they came; an unknown project has none, since the
/// operation declares no error for it (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListProjectAssetsRequest,
) -> Result<t::ListProjectAssetsResponse, Error> {
    let id = ProjectId::stored(input.project_id.clone());
    call.allow(tx, "iotsitewise:ListProjectAssets", &arn(call, id.as_str()))?;
    let filters = [id.as_str()];
    let (spec, token) = (op::ListProjectAssets::SPEC, input.next_token.as_deref());
    let paging = Paging::open(call, spec, &filters, token, input.max_results)?;
    let mut assets = table::list_assets(tx, Place::of(call), &id, paging.after_created()?, paging.limit())?;
    let next_token = paging.close(&mut assets, |(since, asset)| created_key(*since, asset.as_str()));
    let asset_ids = assets.into_iter().map(|(_, asset)| asset.to_string()).collect();
    Ok(t::ListProjectAssetsResponse { asset_ids, next_token })
}
