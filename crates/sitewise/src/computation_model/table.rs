//! SQL of computation models, their versions and what they are bound to.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::definition::{Bindable, BoundProperty};
use super::{ComputationModel, ComputationModelState, Definition};
use crate::id::{AssetModelId, ComputationModelId, PropertyId};
use crate::place::Place;

/// The tables of computation models, actions and executions.
///
/// - All versions of a computation model are kept: they can be described by their number.
/// - The bindings are those of the version in force and of one that is about to be; `kind` and `owner_id`
///   name an asset or an asset model.
/// - `resolve_to` is the asset for which an action on a model of several assets was taken.
/// - An execution ends at `ended_at`; before that moment it is RUNNING, afterwards it has its `outcome`.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_computation_model (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    latest_version INTEGER NOT NULL,
    active_version INTEGER,
    PRIMARY KEY (account, region, id)
);
CREATE UNIQUE INDEX sitewise_computation_model_name ON sitewise_computation_model (account, region, name);
CREATE INDEX sitewise_computation_model_created ON sitewise_computation_model (account, region, created_at, id);
CREATE INDEX sitewise_computation_model_due ON sitewise_computation_model (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sitewise_computation_model_version (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    model_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, model_id, version)
);

CREATE TABLE sitewise_computation_model_binding (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    property_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, owner_id, property_id, model_id)
);
CREATE INDEX sitewise_computation_model_binding_model
    ON sitewise_computation_model_binding (account, region, model_id);

CREATE TABLE sitewise_action (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    definition_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    resolve_to TEXT,
    executed_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_action_target
    ON sitewise_action (account, region, target_id, executed_at, id);
CREATE INDEX sitewise_action_resolve_to ON sitewise_action (account, region, resolve_to)
    WHERE resolve_to IS NOT NULL;

CREATE TABLE sitewise_execution (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    action_type TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_version INTEGER NOT NULL,
    resolve_to TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_execution_target
    ON sitewise_execution (account, region, target_id, started_at, id);
CREATE INDEX sitewise_execution_resolve_to ON sitewise_execution (account, region, resolve_to)
    WHERE resolve_to IS NOT NULL;
";

fn model(row: &Row<'_>) -> Result<ComputationModel, Error> {
    Ok(ComputationModel {
        id: ComputationModelId::stored(row.text(0)?),
        name: row.text(1)?,
        state: ComputationModelState::stored(row.str(2)?)?,
        due_at: row.optional_timestamp(3)?,
        created_at: row.timestamp(4)?,
        updated_at: row.timestamp(5)?,
        latest: row.integer(6)?,
        active: row.optional_integer(7)?,
    })
}

/// Finds a computation model by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<ComputationModel>, Error> {
    tx.query_one(
        "SELECT id, name, state, due_at, created_at, updated_at, latest_version, active_version
         FROM sitewise_computation_model WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        model,
    )
}

/// Finds the id of the computation model that has a name.
pub fn id_by_name(tx: &mut Tx, place: Place<'_>, name: &str) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_computation_model WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[place.account.into(), place.region.into(), name.into()],
        |row| row.text(0),
    )
}

/// Counts the computation models.
pub fn count(tx: &mut Tx, place: Place<'_>) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_computation_model WHERE account = ?1 AND region = ?2",
        &[place.account.into(), place.region.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Inserts a computation model, or overwrites what may change of it.
pub fn put(tx: &mut Tx, place: Place<'_>, model: &ComputationModel) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_computation_model
             (account, region, id, name, state, due_at, created_at, updated_at, latest_version, active_version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (account, region, id) DO UPDATE SET
             name = excluded.name, state = excluded.state, due_at = excluded.due_at,
             updated_at = excluded.updated_at, latest_version = excluded.latest_version,
             active_version = excluded.active_version",
        &[
            place.account.into(),
            place.region.into(),
            model.id.as_str().into(),
            model.name.as_str().into(),
            model.state.as_str().into(),
            model.due_at.into(),
            model.created_at.into(),
            model.updated_at.into(),
            model.latest.into(),
            model.active.into(),
        ],
    )?;
    Ok(())
}

/// Removes a computation model with its versions and bindings.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &ComputationModelId) -> Result<(), Error> {
    let key = [place.account.into(), place.region.into(), id.as_str().into()];
    tx.execute(
        "DELETE FROM sitewise_computation_model WHERE account = ?1 AND region = ?2 AND id = ?3",
        &key,
    )?;
    tx.execute(
        "DELETE FROM sitewise_computation_model_version
         WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &key,
    )?;
    put_bindings(tx, place, id, &[])
}

/// Lists computation models in the order of their creation, after creation time and id of the last one shown.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<ComputationModel>, Error> {
    tx.query(
        "SELECT id, name, state, due_at, created_at, updated_at, latest_version, active_version
         FROM sitewise_computation_model
         WHERE account = ?1 AND region = ?2 AND (created_at, id) > (?3, ?4)
         ORDER BY created_at, id LIMIT ?5",
        &[place.account.into(), place.region.into(), created_at.into(), id.into(), limit.into()],
        model,
    )
}

/// Lists computation models whose passing state is over, in any account and Region.
pub fn due(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(String, String, ComputationModel)>, Error> {
    tx.query(
        "SELECT id, name, state, due_at, created_at, updated_at, latest_version, active_version, account, region
         FROM sitewise_computation_model WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        &[now.into(), limit.into()],
        |row| Ok((row.text(8)?, row.text(9)?, model(row)?)),
    )
}

/// Reads one version of a computation model.
pub fn document(
    tx: &mut Tx,
    place: Place<'_>,
    id: &ComputationModelId,
    version: i64,
) -> Result<Option<Definition>, Error> {
    tx.query_one(
        "SELECT document FROM sitewise_computation_model_version
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND version = ?4",
        &[place.account.into(), place.region.into(), id.as_str().into(), version.into()],
        |row| Definition::decode(row.str(0)?),
    )
}

/// Inserts one version of a computation model.
pub fn put_document(
    tx: &mut Tx,
    place: Place<'_>,
    id: &ComputationModelId,
    version: i64,
    document: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_computation_model_version (account, region, model_id, version, document)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &[place.account.into(), place.region.into(), id.as_str().into(), version.into(), document.into()],
    )?;
    Ok(())
}

/// Puts these bindings in place of those that a computation model had.
pub fn put_bindings(
    tx: &mut Tx,
    place: Place<'_>,
    id: &ComputationModelId,
    bound: &[BoundProperty],
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_computation_model_binding
         WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    for bound in bound {
        tx.execute(
            "INSERT INTO sitewise_computation_model_binding
                 (account, region, kind, owner_id, property_id, model_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            &[
                place.account.into(),
                place.region.into(),
                bound.owner().kind().into(),
                bound.owner().id().into(),
                bound.property().as_str().into(),
                id.as_str().into(),
            ],
        )?;
    }
    Ok(())
}

/// Finds one computation model that is bound to an asset or asset model.
pub fn any_bound(
    tx: &mut Tx,
    place: Place<'_>,
    owner: Bindable<'_>,
) -> Result<Option<ComputationModelId>, Error> {
    tx.query_one(
        "SELECT model_id FROM sitewise_computation_model_binding
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND owner_id = ?4
         ORDER BY property_id, model_id LIMIT 1",
        &[place.account.into(), place.region.into(), owner.kind().into(), owner.id().into()],
        |row| row.text(0).map(ComputationModelId::stored),
    )
}

/// Lists the properties of an asset model that are bound for all of its assets or for single ones, each with the
/// computation model.
pub fn bound_of_model(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
) -> Result<Vec<(PropertyId, ComputationModelId)>, Error> {
    let (of_model, of_asset) = (Bindable::AssetModel(id).kind(), Bindable::ASSET);
    tx.query(
        "SELECT property_id, model_id FROM sitewise_computation_model_binding
         WHERE account = ?1 AND region = ?2 AND kind = ?4 AND owner_id = ?3
         UNION ALL
         SELECT b.property_id, b.model_id FROM sitewise_computation_model_binding b CROSS JOIN sitewise_asset a
         WHERE b.account = ?1 AND b.region = ?2 AND b.kind = ?5
             AND a.account = ?1 AND a.region = ?2 AND a.id = b.owner_id AND a.model_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into(), of_model.into(), of_asset.into()],
        |row| Ok((PropertyId::stored(row.text(0)?), ComputationModelId::stored(row.text(1)?))),
    )
}

/// Lists the bound properties of an asset or asset model, all or one, after the last one shown.
pub fn bound_properties(
    tx: &mut Tx,
    place: Place<'_>,
    owner: Bindable<'_>,
    property: Option<&str>,
    after: &str,
    limit: i64,
) -> Result<Vec<PropertyId>, Error> {
    tx.query(
        "SELECT DISTINCT property_id FROM sitewise_computation_model_binding
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND owner_id = ?4
             AND property_id > ?5 AND property_id = COALESCE(?6, property_id)
         ORDER BY property_id LIMIT ?7",
        &[
            place.account.into(),
            place.region.into(),
            owner.kind().into(),
            owner.id().into(),
            after.into(),
            property.into(),
            limit.into(),
        ],
        |row| row.text(0).map(PropertyId::stored),
    )
}

/// Lists the computation models that bind one property of an asset or asset model.
pub fn binders(
    tx: &mut Tx,
    place: Place<'_>,
    owner: Bindable<'_>,
    property: &PropertyId,
) -> Result<Vec<ComputationModelId>, Error> {
    tx.query(
        "SELECT model_id FROM sitewise_computation_model_binding
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND owner_id = ?4 AND property_id = ?5
         ORDER BY model_id",
        &[
            place.account.into(),
            place.region.into(),
            owner.kind().into(),
            owner.id().into(),
            property.as_str().into(),
        ],
        |row| row.text(0).map(ComputationModelId::stored),
    )
}
