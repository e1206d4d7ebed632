//! Takes assets and models whose passing state is over to rest; what an operation did not finish goes on here.

use store::{Error, Tx};

use crate::asset_model::progress::{Budget, Step};
use crate::place::Place;
use crate::{asset, asset_model, computation_model, dataset, portal};

/// Takes one step for up to `limit` assets and models that are due; answers how many steps were taken.
///
/// Call it at start and now and then, and again at once while it answers more than nothing. It needs no other
/// input than the rows, and a step that was rolled back is taken again.
pub fn reconcile(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let now = tx.now();
    let mut steps = 0;
    // Assets first: a model that is being deleted waits for its last one.
    for (account, region, asset) in asset::table::due(tx, now, limit)? {
        asset::progress::step(tx, Place { account: &account, region: &region }, &asset)?;
        steps += 1;
    }
    for (account, region, dataset) in dataset::table::due(tx, now, limit)? {
        dataset::progress::step(tx, Place { account: &account, region: &region }, &dataset)?;
        steps += 1;
    }
    for (account, region, portal) in portal::table::due(tx, now, limit)? {
        portal::progress::step(tx, Place { account: &account, region: &region }, &portal)?;
        steps += 1;
    }
    for (account, region, mut model) in computation_model::table::due(tx, now, limit)? {
        let place = Place { account: &account, region: &region };
        computation_model::progress::step(tx, place, &mut model)?;
        steps += 1;
    }
    for (account, region, model) in asset_model::table::due(tx, now, limit)? {
        let place = Place { account: &account, region: &region };
        // A step before may have moved this one.
        let Some(mut model) = asset_model::table::by_id(tx, place, model.id.as_str())? else { continue };
        if model.due_at.is_none_or(|due_at| due_at > now) {
            continue;
        }
        match asset_model::progress::step(tx, place, &mut model, &mut Budget::default())? {
            Step::Moved => steps += 1,
            // A deletion that waits for assets does not count.
            Step::Waits => {}
            Step::Worked => {
                steps += 1;
                // One roll-over is enough work for a transaction; others wait behind it.
                break;
            }
        }
    }
    Ok(steps)
}

/// Says whether [`reconcile`] has anything to do, from a snapshot.
pub fn is_due(tx: &mut Tx) -> Result<bool, Error> {
    let now = tx.now();
    Ok(!asset::table::due(tx, now, 1)?.is_empty()
        || !dataset::table::due(tx, now, 1)?.is_empty()
        || !portal::table::due(tx, now, 1)?.is_empty()
        || !computation_model::table::due(tx, now, 1)?.is_empty()
        || !asset_model::table::due(tx, now, 1)?.is_empty())
}
