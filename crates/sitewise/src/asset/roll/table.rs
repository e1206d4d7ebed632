//! SQL of the roll of a model's new version over its assets.

use model::Timestamp;
use store::{Error, Tx};

use crate::id::{AssetModelId, HierarchyId, PropertyId};
use crate::place::Place;

/// What is being rolled out.
///
/// - A dropped element is a property or hierarchy that its model has lost while rows of assets still name it. Readers
///   pass those rows over, so that it is gone for everybody at once; the table is empty while no model propagates.
/// - A roll is how far the assets of a model have its newest version, in the order of their creation; its row stands
///   only between two batches.
/// - The index by name serves those who ask for unique names of assets.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_dropped_element (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, id)
);
CREATE INDEX sitewise_dropped_element_model ON sitewise_dropped_element (account, region, model_id);

CREATE TABLE sitewise_roll (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    model_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    asset_id TEXT NOT NULL,
    PRIMARY KEY (account, region, model_id)
);
CREATE INDEX sitewise_asset_hierarchy ON sitewise_asset (account, region, hierarchy_id, id)
    WHERE hierarchy_id IS NOT NULL;
CREATE INDEX sitewise_asset_name ON sitewise_asset (account, region, name);
";

/// Something that a model has lost and that rows of assets may still name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// A property, of the model itself or of one of its composite models.
    Property(PropertyId),
    /// A hierarchy.
    Hierarchy(HierarchyId),
}

impl Dropped {
    fn key(&self) -> (&'static str, &str) {
        match self {
            Self::Property(id) => ("property", id.as_str()),
            Self::Hierarchy(id) => ("hierarchy", id.as_str()),
        }
    }
}

/// Marks an element as dropped.
pub fn put_dropped(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    dropped: &Dropped,
) -> Result<(), Error> {
    let (kind, id) = dropped.key();
    tx.execute(
        "INSERT INTO sitewise_dropped_element (account, region, kind, id, model_id)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, region, kind, id) DO NOTHING",
        &[place.account.into(), place.region.into(), kind.into(), id.into(), model_id.as_str().into()],
    )?;
    Ok(())
}

/// Lists what a model has lost and assets may still name.
pub fn dropped(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Vec<Dropped>, Error> {
    tx.query(
        "SELECT kind, id FROM sitewise_dropped_element
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 ORDER BY kind, id",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| {
            let id = row.text(1)?;
            Ok(match row.str(0)? {
                "hierarchy" => Dropped::Hierarchy(HierarchyId::stored(id)),
                _ => Dropped::Property(PropertyId::stored(id)),
            })
        },
    )
}

/// Removes the mark of an element that no row names any more.
pub fn delete_dropped(tx: &mut Tx, place: Place<'_>, dropped: &Dropped) -> Result<(), Error> {
    let (kind, id) = dropped.key();
    tx.execute(
        "DELETE FROM sitewise_dropped_element
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4",
        &[place.account.into(), place.region.into(), kind.into(), id.into()],
    )?;
    Ok(())
}

/// Takes up to `limit` assets out of a hierarchy, below whichever parents; answers how many there were.
pub fn empty_hierarchy(
    tx: &mut Tx,
    place: Place<'_>,
    hierarchy_id: &HierarchyId,
    limit: i64,
) -> Result<u64, Error> {
    let batch = tx.query(
        "SELECT id FROM sitewise_asset
         WHERE account = ?1 AND region = ?2 AND hierarchy_id = ?3 AND id > '' ORDER BY id LIMIT ?4",
        &[place.account.into(), place.region.into(), hierarchy_id.as_str().into(), limit.into()],
        |row| row.text(0),
    )?;
    let Some(last) = batch.last() else { return Ok(0) };
    // A range of an index, for a planner that knows nothing of the rows yet.
    tx.execute(
        "UPDATE sitewise_asset SET parent_id = NULL, hierarchy_id = NULL
         WHERE account = ?1 AND region = ?2 AND hierarchy_id = ?3 AND id <= ?4",
        &[place.account.into(), place.region.into(), hierarchy_id.as_str().into(), last.into()],
    )
}

/// A place among the assets of a model: creation time and id.
pub type Position = (i64, String);

/// Answers how far the assets of a model were rolled; nothing before the first and after the last batch.
pub fn position(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Option<Position>, Error> {
    tx.query_one(
        "SELECT created_at, asset_id FROM sitewise_roll WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| Ok((row.integer(0)?, row.text(1)?)),
    )
}

/// Remembers how far the assets of a model were rolled.
pub fn put_position(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    (created_at, asset_id): &Position,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_roll (account, region, model_id, created_at, asset_id)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, region, model_id)
             DO UPDATE SET created_at = excluded.created_at, asset_id = excluded.asset_id",
        &[
            place.account.into(),
            place.region.into(),
            model_id.as_str().into(),
            (*created_at).into(),
            asset_id.into(),
        ],
    )?;
    Ok(())
}

/// Forgets how far the assets of a model were rolled.
pub fn delete_position(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_roll WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
    )?;
    Ok(())
}

/// Lists the places of the next up to `limit` assets of a model.
pub fn next(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    (created_at, asset_id): &Position,
    limit: i64,
) -> Result<Vec<Position>, Error> {
    tx.query(
        "SELECT created_at, id FROM sitewise_asset
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND (created_at, id) > (?4, ?5)
         ORDER BY created_at, id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            model_id.as_str().into(),
            (*created_at).into(),
            asset_id.into(),
            limit.into(),
        ],
        |row| Ok((row.integer(0)?, row.text(1)?)),
    )
}

/// Gives the assets of a model from behind one place up to another its newest version, and its date.
pub fn roll(
    tx: &mut Tx,
    place: Place<'_>,
    (model_id, version): (&AssetModelId, i64),
    (after, up_to): (&Position, &Position),
    now: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE sitewise_asset SET model_version = ?4, updated_at = ?5
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND (created_at, id) > (?6, ?7)
             AND (created_at, id) <= (?8, ?9) AND model_version < ?4",
        &[
            place.account.into(),
            place.region.into(),
            model_id.as_str().into(),
            version.into(),
            now.into(),
            after.0.into(),
            (&after.1).into(),
            up_to.0.into(),
            (&up_to.1).into(),
        ],
    )
}
