//! SQL of datasets.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::{Content, Dataset, DatasetState};
use crate::id::DatasetId;
use crate::place::Place;

/// Datasets; what the user says about one is a document, since nothing is looked up by it.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_dataset (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_dataset_created ON sitewise_dataset (account, region, created_at, id);
CREATE INDEX sitewise_dataset_due ON sitewise_dataset (due_at) WHERE due_at IS NOT NULL;
";

fn dataset(row: &Row<'_>) -> Result<Dataset, Error> {
    let content = serde_json::from_str(row.str(1)?);
    Ok(Dataset {
        id: DatasetId::stored(row.text(0)?),
        content: content.map_err(|error| Error::Broken(format!("a dataset is unreadable: {error}")))?,
        state: DatasetState::stored(row.str(2)?)?,
        due_at: row.optional_timestamp(3)?,
        version: row.integer(4)?,
        created_at: row.timestamp(5)?,
        updated_at: row.timestamp(6)?,
    })
}

fn document(content: &Content) -> String {
    serde_json::to_string(content).expect("a structure of texts is written as JSON")
}

/// Finds a dataset by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<Dataset>, Error> {
    tx.query_one(
        "SELECT id, content, state, due_at, version, created_at, updated_at
         FROM sitewise_dataset WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        dataset,
    )
}

/// Lists datasets in the order of their creation, from after a position.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Dataset>, Error> {
    tx.query(
        "SELECT id, content, state, due_at, version, created_at, updated_at
         FROM sitewise_dataset
         WHERE account = ?1 AND region = ?2 AND (created_at, id) > (?3, ?4)
         ORDER BY created_at, id LIMIT ?5",
        &[place.account.into(), place.region.into(), created_at.into(), id.into(), limit.into()],
        dataset,
    )
}

/// Lists datasets whose passing state is over, in any account and Region.
pub fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(String, String, Dataset)>, Error> {
    tx.query(
        "SELECT id, content, state, due_at, version, created_at, updated_at, account, region
         FROM sitewise_dataset WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        &[now.into(), limit.into()],
        |row| Ok((row.text(7)?, row.text(8)?, dataset(row)?)),
    )
}

/// Adds a dataset.
pub fn insert(tx: &mut Tx, place: Place<'_>, dataset: &Dataset) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_dataset (account, region, id, content, state, due_at, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            place.account.into(),
            place.region.into(),
            dataset.id.as_str().into(),
            document(&dataset.content).into(),
            dataset.state.as_str().into(),
            dataset.due_at.into(),
            dataset.version.into(),
            dataset.created_at.into(),
            dataset.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Overwrites everything of a dataset that may change.
pub fn update(tx: &mut Tx, place: Place<'_>, dataset: &Dataset) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_dataset SET content = ?4, state = ?5, due_at = ?6, version = ?7, updated_at = ?8
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[
            place.account.into(),
            place.region.into(),
            dataset.id.as_str().into(),
            document(&dataset.content).into(),
            dataset.state.as_str().into(),
            dataset.due_at.into(),
            dataset.version.into(),
            dataset.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a dataset.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &DatasetId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_dataset WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}
