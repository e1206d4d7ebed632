//! SQL of actions; their tables are made with those of computation models.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::{Action, Target};
use crate::id::{ActionId, AssetId};
use crate::place::Place;

fn action(row: &Row<'_>) -> Result<Action, Error> {
    Ok(Action {
        id: ActionId::stored(row.text(0)?),
        target: Target::stored(row.str(1)?, row.text(2)?)?,
        definition_id: row.text(3)?,
        payload: row.text(4)?,
        resolve_to: row.optional_text(5)?.map(AssetId::stored),
        executed_at: row.timestamp(6)?,
    })
}

/// Finds an action by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<Action>, Error> {
    tx.query_one(
        "SELECT id, target_kind, target_id, definition_id, payload, resolve_to, executed_at
         FROM sitewise_action WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        action,
    )
}

/// Inserts an action.
pub fn insert(tx: &mut Tx, place: Place<'_>, action: &Action) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_action
             (account, region, id, target_kind, target_id, definition_id, payload, resolve_to, executed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            place.account.into(),
            place.region.into(),
            action.id.as_str().into(),
            action.target.kind().into(),
            action.target.id().into(),
            action.definition_id.as_str().into(),
            action.payload.as_str().into(),
            action.resolve_to.as_ref().map(AssetId::as_str).into(),
            action.executed_at.into(),
        ],
    )?;
    Ok(())
}

/// Lists the actions on a target in the order of their acceptance, all or those for one asset, after the last
/// one shown.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    target: &Target,
    resolve_to: Option<&str>,
    (executed_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Action>, Error> {
    tx.query(
        "SELECT id, target_kind, target_id, definition_id, payload, resolve_to, executed_at
         FROM sitewise_action
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND target_kind = ?4
             AND (executed_at, id) > (?5, ?6) AND COALESCE(resolve_to, '') = COALESCE(?7, resolve_to, '')
         ORDER BY executed_at, id LIMIT ?8",
        &[
            place.account.into(),
            place.region.into(),
            target.id().into(),
            target.kind().into(),
            executed_at.into(),
            id.into(),
            resolve_to.into(),
            limit.into(),
        ],
        action,
    )
}

/// Lists the assets that actions on a computation model resolved to, each with the time of its first action,
/// in the order of these times.
pub fn resolved(
    tx: &mut Tx,
    place: Place<'_>,
    computation_model_id: &str,
    (first_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<(String, Timestamp)>, Error> {
    tx.query(
        "SELECT resolve_to, MIN(executed_at) FROM sitewise_action
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND resolve_to IS NOT NULL
         GROUP BY resolve_to HAVING (MIN(executed_at), resolve_to) > (?4, ?5)
         ORDER BY MIN(executed_at), resolve_to LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            computation_model_id.into(),
            first_at.into(),
            id.into(),
            limit.into(),
        ],
        |row| Ok((row.text(0)?, row.timestamp(1)?)),
    )
}

/// Removes all actions on a target but the newest `kept`.
pub fn keep_newest(tx: &mut Tx, place: Place<'_>, target: &Target, kept: i64) -> Result<(), Error> {
    let oldest_kept = tx.query_one(
        "SELECT executed_at, id FROM sitewise_action
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND executed_at >= 0
         ORDER BY executed_at DESC, id DESC LIMIT 1 OFFSET ?4",
        &[place.account.into(), place.region.into(), target.id().into(), (kept - 1).into()],
        |row| Ok((row.integer(0)?, row.text(1)?)),
    )?;
    let Some((executed_at, id)) = oldest_kept else { return Ok(()) };
    tx.execute(
        "DELETE FROM sitewise_action
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND (executed_at, id) < (?4, ?5)",
        &[
            place.account.into(),
            place.region.into(),
            target.id().into(),
            executed_at.into(),
            id.as_str().into(),
        ],
    )?;
    Ok(())
}

/// Removes the actions on an asset or computation model, and those that resolved to it.
pub fn delete_of(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<(), Error> {
    let key = [place.account.into(), place.region.into(), id.into()];
    tx.execute("DELETE FROM sitewise_action WHERE account = ?1 AND region = ?2 AND target_id = ?3", &key)?;
    tx.execute("DELETE FROM sitewise_action WHERE account = ?1 AND region = ?2 AND resolve_to = ?3", &key)?;
    Ok(())
}
