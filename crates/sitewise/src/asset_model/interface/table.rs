//! SQL of the relations between models and interfaces.

use store::{Error, Row, Tx, Value};

use super::relation::{Mapping, Relation};
use crate::id::AssetModelId;
use crate::place::Place;

/// The relations: which model follows which version of which interface, and how.
///
/// A row whose `interface_version` is older than the interface's active one is work for the reconciler.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_interface_relation (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    model_id TEXT NOT NULL,
    interface_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    interface_version INTEGER NOT NULL,
    mapping TEXT NOT NULL,
    PRIMARY KEY (account, region, model_id, interface_id)
);
CREATE INDEX sitewise_interface_relation_interface
    ON sitewise_interface_relation (account, region, interface_id, created_at, model_id);
";

fn relation(row: &Row<'_>) -> Result<Relation, Error> {
    Ok(Relation {
        model_id: AssetModelId::stored(row.text(0)?),
        interface_id: AssetModelId::stored(row.text(1)?),
        created_at: row.timestamp(2)?,
        interface_version: row.integer(3)?,
        mapping: Mapping::decode(row.str(4)?)?,
    })
}

/// Finds the relation between a model and an interface.
pub fn get(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    interface_id: &AssetModelId,
) -> Result<Option<Relation>, Error> {
    tx.query_one(
        "SELECT model_id, interface_id, created_at, interface_version, mapping FROM sitewise_interface_relation
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND interface_id = ?4",
        &[place.account.into(), place.region.into(), model_id.as_str().into(), interface_id.as_str().into()],
        relation,
    )
}

/// Inserts a relation, or overwrites what may change of it.
pub fn put(tx: &mut Tx, place: Place<'_>, relation: &Relation) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_interface_relation
             (account, region, model_id, interface_id, created_at, interface_version, mapping)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, model_id, interface_id) DO UPDATE SET
             interface_version = excluded.interface_version, mapping = excluded.mapping",
        &[
            place.account.into(),
            place.region.into(),
            relation.model_id.as_str().into(),
            relation.interface_id.as_str().into(),
            relation.created_at.into(),
            relation.interface_version.into(),
            relation.mapping.encode().as_str().into(),
        ],
    )?;
    Ok(())
}

/// Removes the relation between a model and an interface.
pub fn delete(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    interface_id: &AssetModelId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_interface_relation
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND interface_id = ?4",
        &[place.account.into(), place.region.into(), model_id.as_str().into(), interface_id.as_str().into()],
    )?;
    Ok(())
}

/// Removes all relations of a model to the interfaces that it implements.
pub fn delete_all(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_interface_relation WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
    )?;
    Ok(())
}

/// Lists the relations of a model, in the order in which the interfaces were applied to it.
pub fn of_model(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Vec<Relation>, Error> {
    tx.query(
        "SELECT model_id, interface_id, created_at, interface_version, mapping FROM sitewise_interface_relation
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 ORDER BY created_at, interface_id",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        relation,
    )
}

/// Lists the relations of an interface in the order in which it was applied, after `cursor` (time and model).
pub fn of_interface(
    tx: &mut Tx,
    place: Place<'_>,
    interface_id: &AssetModelId,
    (created_at, model_id): (i64, &str),
    limit: i64,
) -> Result<Vec<Relation>, Error> {
    tx.query(
        "SELECT model_id, interface_id, created_at, interface_version, mapping FROM sitewise_interface_relation
         WHERE account = ?1 AND region = ?2 AND interface_id = ?3 AND (created_at, model_id) > (?4, ?5)
         ORDER BY created_at, model_id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            interface_id.as_str().into(),
            created_at.into(),
            model_id.into(),
            limit.into(),
        ],
        relation,
    )
}

/// Counts the models that implement an interface.
pub fn count(tx: &mut Tx, place: Place<'_>, interface_id: &AssetModelId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_interface_relation
         WHERE account = ?1 AND region = ?2 AND interface_id = ?3",
        &[place.account.into(), place.region.into(), interface_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Lists models at rest whose relation follows a version of the interface older than the given one.
pub fn behind(
    tx: &mut Tx,
    place: Place<'_>,
    interface_id: &AssetModelId,
    version: i64,
    limit: i64,
) -> Result<Vec<AssetModelId>, Error> {
    tx.query(
        "SELECT r.model_id FROM sitewise_interface_relation r JOIN sitewise_asset_model m
             ON m.account = r.account AND m.region = r.region AND m.id = r.model_id
         WHERE r.account = ?1 AND r.region = ?2 AND r.interface_id = ?3 AND r.interface_version < ?4
             AND m.state IN ('ACTIVE', 'FAILED')
         ORDER BY r.created_at, r.model_id LIMIT ?5",
        &[
            place.account.into(),
            place.region.into(),
            interface_id.as_str().into(),
            version.into(),
            limit.into(),
        ],
        |row| row.text(0).map(AssetModelId::stored),
    )
}

/// Finds a model that does not yet rest in the given version of the interface.
pub fn unsettled(
    tx: &mut Tx,
    place: Place<'_>,
    interface_id: &AssetModelId,
    version: i64,
) -> Result<Option<AssetModelId>, Error> {
    let key: [Value<'_>; 4] =
        [place.account.into(), place.region.into(), interface_id.as_str().into(), version.into()];
    tx.query_one(
        "SELECT r.model_id FROM sitewise_interface_relation r JOIN sitewise_asset_model m
             ON m.account = r.account AND m.region = r.region AND m.id = r.model_id
         WHERE r.account = ?1 AND r.region = ?2 AND r.interface_id = ?3
             AND (r.interface_version < ?4 OR m.state NOT IN ('ACTIVE', 'FAILED'))
         LIMIT 1",
        &key,
        |row| row.text(0).map(AssetModelId::stored),
    )
}
