//! Names of assets: they may repeat, unless the operator wants them unique.

use service::{Call, UniqueAssetNames};
use store::Tx;

use super::{Asset, arn, table};
use crate::Error;
use crate::error::exists;
use crate::id::AssetId;
use crate::place::Place;

/// Checks that a new asset (`None`), or one that had another name, may have a name.
///
/// That names may repeat unless the operator says otherwise is assumed: AWS called them unique in 2020 and no longer
/// does. Assets without a parent are no siblings, for every new asset is one of them.
pub fn check(tx: &mut Tx, call: &Call, name: &str, asset: Option<&Asset>) -> Result<(), Error> {
    let place = Place::of(call);
    let taken = match (call.installation.unique_asset_names, asset) {
        (UniqueAssetNames::Account, asset) => table::named(tx, place, name, asset.map(|asset| &asset.id))?,
        (UniqueAssetNames::Sibling, Some(Asset { id, parent_id: Some(parent), .. })) => {
            table::sibling_named(tx, place, parent, name, id)?
        }
        _ => None,
    };
    taken.map_or(Ok(()), |taken| Err(refuse(call, name, &taken)))
}

/// Checks that a child may stand among the children of a parent under its name.
pub fn check_among(tx: &mut Tx, call: &Call, parent: &AssetId, child: &Asset) -> Result<(), Error> {
    if call.installation.unique_asset_names != UniqueAssetNames::Sibling {
        return Ok(());
    }
    let taken = table::sibling_named(tx, Place::of(call), parent, &child.name, &child.id)?;
    taken.map_or(Ok(()), |taken| Err(refuse(call, &child.name, &taken)))
}

fn refuse(call: &Call, name: &str, taken: &AssetId) -> Error {
    let message = format!("Another resource is already using the name {name}");
    exists(message, taken.as_str(), arn(call, taken.as_str()))
}
