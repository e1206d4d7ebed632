//! SQL of executions; their table is made with those of computation models.

use store::{Error, Row, Tx};

use super::{Execution, Outcome};
use crate::action::Target;
use crate::id::{AssetId, ExecutionId};
use crate::place::Place;

/// What a list is confined to.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What the actions were taken on.
    pub target: &'a Target,
    /// The asset that they resolved to.
    pub resolve_to: Option<&'a str>,
    /// The type of the actions.
    pub action_type: Option<&'a str>,
}

fn execution(row: &Row<'_>) -> Result<Execution, Error> {
    let details = serde_json::from_str(row.str(9)?)
        .map_err(|error| Error::Broken(format!("an execution's details can't be read: {error}")))?;
    Ok(Execution {
        id: ExecutionId::stored(row.text(0)?),
        action_type: row.text(1)?,
        target: Target::stored(row.str(2)?, row.text(3)?)?,
        target_version: row.integer(4)?,
        resolve_to: row.optional_text(5)?.map(AssetId::stored),
        started_at: row.timestamp(6)?,
        ended_at: row.timestamp(7)?,
        outcome: Outcome::stored(row.str(8)?)?,
        details,
    })
}

/// Finds an execution by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<Execution>, Error> {
    tx.query_one(
        "SELECT id, action_type, target_kind, target_id, target_version, resolve_to, started_at, ended_at, outcome,
                details
         FROM sitewise_execution WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        execution,
    )
}

/// Inserts an execution.
///
/// # Panics
/// Never: the details are texts, which always encode.
pub fn insert(tx: &mut Tx, place: Place<'_>, execution: &Execution) -> Result<(), Error> {
    let details = serde_json::to_string(&execution.details).expect("a map of texts encodes");
    tx.execute(
        "INSERT INTO sitewise_execution
             (account, region, id, action_type, target_kind, target_id, target_version, resolve_to, started_at,
              ended_at, outcome, details)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            place.account.into(),
            place.region.into(),
            execution.id.as_str().into(),
            execution.action_type.as_str().into(),
            execution.target.kind().into(),
            execution.target.id().into(),
            execution.target_version.into(),
            execution.resolve_to.as_ref().map(AssetId::as_str).into(),
            execution.started_at.into(),
            execution.ended_at.into(),
            execution.outcome.as_str().into(),
            details.into(),
        ],
    )?;
    Ok(())
}

/// Lists executions in the order of their start, after start and id of the last one shown.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    wanted: &Wanted<'_>,
    (started_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Execution>, Error> {
    tx.query(
        "SELECT id, action_type, target_kind, target_id, target_version, resolve_to, started_at, ended_at, outcome,
                details
         FROM sitewise_execution
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND target_kind = ?4
             AND (started_at, id) > (?5, ?6) AND COALESCE(resolve_to, '') = COALESCE(?7, resolve_to, '')
             AND action_type = COALESCE(?8, action_type)
         ORDER BY started_at, id LIMIT ?9",
        &[
            place.account.into(),
            place.region.into(),
            wanted.target.id().into(),
            wanted.target.kind().into(),
            started_at.into(),
            id.into(),
            wanted.resolve_to.into(),
            wanted.action_type.into(),
            limit.into(),
        ],
        execution,
    )
}

/// Removes all executions on a target but the newest `kept`.
pub fn keep_newest(tx: &mut Tx, place: Place<'_>, target: &Target, kept: i64) -> Result<(), Error> {
    let oldest_kept = tx.query_one(
        "SELECT started_at, id FROM sitewise_execution
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND started_at >= 0
         ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ?4",
        &[place.account.into(), place.region.into(), target.id().into(), (kept - 1).into()],
        |row| Ok((row.integer(0)?, row.text(1)?)),
    )?;
    let Some((started_at, id)) = oldest_kept else { return Ok(()) };
    tx.execute(
        "DELETE FROM sitewise_execution
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND (started_at, id) < (?4, ?5)",
        &[
            place.account.into(),
            place.region.into(),
            target.id().into(),
            started_at.into(),
            id.as_str().into(),
        ],
    )?;
    Ok(())
}

/// Removes the executions on an asset or computation model, and those that resolved to it.
pub fn delete_of(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<(), Error> {
    let key = [place.account.into(), place.region.into(), id.into()];
    tx.execute("DELETE FROM sitewise_execution WHERE account = ?1 AND region = ?2 AND target_id = ?3", &key)?;
    tx.execute(
        "DELETE FROM sitewise_execution WHERE account = ?1 AND region = ?2 AND resolve_to = ?3",
        &key,
    )?;
    Ok(())
}
