//! Goes on with what an operation began and left in rows.

use store::{Error, Tx};

use crate::{discovery, matching, progress_update_stream};

/// Takes the next step of everything that is under way, up to `limit` rows for each kind of work; answers how many
/// rows it moved.
///
/// Call it at start and now and then, and again at once while it answers more than nothing. It needs no other input
/// than the rows, and a step that was rolled back is taken again.
pub fn reconcile(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let matched = matching::reconcile(tx, limit)?;
    Ok(matched + discovery::reconcile(tx, limit)? + progress_update_stream::purge(tx, limit)?)
}

/// Says whether [`reconcile`] has anything to do, from a snapshot.
pub fn is_due(tx: &mut Tx) -> Result<bool, Error> {
    Ok(matching::is_due(tx)? || discovery::is_due(tx)? || progress_update_stream::is_purge_due(tx)?)
}
