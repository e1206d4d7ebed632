//! SQL of assets and of the associations between them.

use model::Timestamp;
use store::{Error, Row, Tx, Value};

use super::{Asset, AssetState};
use crate::asset_model::Version;
use crate::id::{AssetId, AssetModelId, CustomId, ExternalId, HierarchyId};
use crate::place::Place;

// SQLite keeps no statistics here and would walk over all assets of the account rather than use an index that does not
// hold all that is asked for: conditions that are always true (`created_at >= 0`) and the order of a CROSS JOIN lead it to
// the right one.

/// Begins a statement over assets, with more columns if need be. An asset that stands in a hierarchy which its
/// parent's model has just lost stands alone for every reader, though the rows are changed in batches.
macro_rules! select {
    ($rest:literal) => {
        select!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT a.id, a.external_id, a.name, a.description, a.model_id, a.model_version, a.state, a.due_at,
                    a.created_at, a.updated_at, CASE WHEN d.id IS NULL THEN a.parent_id END,
                    CASE WHEN d.id IS NULL THEN a.hierarchy_id END, m.active_version, m.active_etag",
            $more,
            " FROM sitewise_asset a JOIN sitewise_asset_model m
                 ON m.account = a.account AND m.region = a.region AND m.id = a.model_id
             LEFT JOIN sitewise_dropped_element d
                 ON d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id ",
            $rest
        )
    };
}

fn asset(row: &Row<'_>) -> Result<Asset, Error> {
    let state = AssetState::stored(row.str(6)?)?;
    let (rolled_to, active) = (row.integer(5)?, row.integer(12)?);
    // An asset that its model's new version has not reached yet is being updated.
    let behind = state == AssetState::Active && rolled_to < active;
    Ok(Asset {
        id: AssetId::stored(row.text(0)?),
        external_id: row.optional_text(1)?.map(ExternalId::stored),
        name: row.text(2)?,
        description: row.optional_text(3)?,
        model_id: AssetModelId::stored(row.text(4)?),
        model_version: Version { number: active, etag: row.text(13)? },
        state: if behind { AssetState::Updating } else { state },
        due_at: row.optional_timestamp(7)?,
        created_at: row.timestamp(8)?,
        updated_at: row.timestamp(9)?,
        parent_id: row.optional_text(10)?.map(AssetId::stored),
        hierarchy_id: row.optional_text(11)?.map(HierarchyId::stored),
    })
}

/// Finds an asset by either form of its id.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &CustomId) -> Result<Option<Asset>, Error> {
    match id {
        CustomId::Id(id) => by_id(tx, place, id),
        CustomId::External(id) => by_external_id(tx, place, id),
    }
}

/// Finds an asset by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<Asset>, Error> {
    tx.query_one(
        select!("WHERE a.account = ?1 AND a.region = ?2 AND a.id = ?3"),
        &[place.account.into(), place.region.into(), id.into()],
        asset,
    )
}

/// Finds an asset by its external id.
pub fn by_external_id(tx: &mut Tx, place: Place<'_>, id: &ExternalId) -> Result<Option<Asset>, Error> {
    tx.query_one(
        select!("WHERE a.account = ?1 AND a.region = ?2 AND a.external_id = ?3"),
        &[place.account.into(), place.region.into(), id.as_str().into()],
        asset,
    )
}

/// Inserts a new asset.
pub fn insert(tx: &mut Tx, place: Place<'_>, asset: &Asset) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_asset
             (account, region, id, external_id, name, description, model_id, model_version, state, due_at,
              created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            place.account.into(),
            place.region.into(),
            asset.id.as_str().into(),
            asset.external_id.as_ref().map(ExternalId::as_str).into(),
            asset.name.as_str().into(),
            (&asset.description).into(),
            asset.model_id.as_str().into(),
            asset.model_version.number.into(),
            asset.state.as_str().into(),
            asset.due_at.into(),
            asset.created_at.into(),
            asset.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Overwrites what an update or a change of state may change; the association stays.
pub fn update(tx: &mut Tx, place: Place<'_>, asset: &Asset) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_asset
         SET external_id = ?4, name = ?5, description = ?6, state = ?7, due_at = ?8, updated_at = ?9
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[
            place.account.into(),
            place.region.into(),
            asset.id.as_str().into(),
            asset.external_id.as_ref().map(ExternalId::as_str).into(),
            asset.name.as_str().into(),
            (&asset.description).into(),
            asset.state.as_str().into(),
            asset.due_at.into(),
            asset.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes an asset.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &AssetId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Lists assets whose passing state is over, in any account and Region.
pub fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(String, String, Asset)>, Error> {
    tx.query(
        select!(", a.account, a.region", "WHERE a.due_at <= ?1 ORDER BY a.due_at LIMIT ?2"),
        &[now.into(), limit.into()],
        |row| Ok((row.text(14)?, row.text(15)?, asset(row)?)),
    )
}

/// Counts the assets of a model.
pub fn count(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Finds one asset of a model that is not being deleted.
pub fn any_kept(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<Option<AssetId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_asset
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND state <> 'DELETING'
         ORDER BY created_at, id LIMIT 1",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Finds one asset of a model, whatever its state; answers when it is due, if it is.
pub fn any(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
) -> Result<Option<Option<Timestamp>>, Error> {
    tx.query_one(
        "SELECT due_at FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND model_id = ?3 LIMIT 1",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| row.optional_timestamp(0),
    )
}

/// Where a list of assets goes on: creation time and id of the last one shown.
pub type After<'a> = (i64, &'a str);

/// Lists the assets of a model in the order of their creation; only those without parent if `top_level`.
pub fn list_of_model(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    top_level: bool,
    (created_at, id): After<'_>,
    limit: i64,
) -> Result<Vec<Asset>, Error> {
    tx.query(
        select!(
            "WHERE a.account = ?1 AND a.region = ?2 AND a.model_id = ?3 AND (a.created_at, a.id) > (?4, ?5)
             AND (a.parent_id IS NULL OR d.id IS NOT NULL OR CAST(?6 AS BIGINT) = 0)
         ORDER BY a.created_at, a.id LIMIT ?7"
        ),
        &[
            place.account.into(),
            place.region.into(),
            model_id.as_str().into(),
            created_at.into(),
            id.into(),
            top_level.into(),
            limit.into(),
        ],
        asset,
    )
}

/// Lists the assets without parent in the order of their creation.
pub fn list_roots(
    tx: &mut Tx,
    place: Place<'_>,
    (created_at, id): After<'_>,
    limit: i64,
) -> Result<Vec<Asset>, Error> {
    tx.query(
        concat!(
            select!(
                "WHERE a.account = ?1 AND a.region = ?2 AND a.parent_id IS NULL
                         AND (a.created_at, a.id) > (?3, ?4)"
            ),
            " UNION ALL ",
            select!(
                "WHERE a.account = ?1 AND a.region = ?2 AND a.id IN (
                     SELECT h.id FROM sitewise_dropped_element x CROSS JOIN sitewise_asset h
                     WHERE x.account = ?1 AND x.region = ?2 AND x.kind = 'hierarchy' AND h.account = ?1
                         AND h.region = ?2 AND h.hierarchy_id = x.id)
                     AND (a.created_at, a.id) > (?3, ?4)"
            ),
            " ORDER BY 9, 1 LIMIT ?5"
        ),
        &[place.account.into(), place.region.into(), created_at.into(), id.into(), limit.into()],
        asset,
    )
}

/// Lists the children of an asset in the order of their creation, in one hierarchy or (`None`) in all.
pub fn list_children(
    tx: &mut Tx,
    place: Place<'_>,
    (parent_id, hierarchy_id): (&AssetId, Option<&HierarchyId>),
    (created_at, id): After<'_>,
    limit: i64,
) -> Result<Vec<Asset>, Error> {
    tx.query(
        select!(
            "WHERE a.account = ?1 AND a.region = ?2 AND a.parent_id = ?3 AND (a.created_at, a.id) > (?4, ?5)
             AND (a.hierarchy_id = ?6 OR ?6 = '') AND d.id IS NULL
         ORDER BY a.created_at, a.id LIMIT ?7"
        ),
        &[
            place.account.into(),
            place.region.into(),
            parent_id.as_str().into(),
            created_at.into(),
            id.into(),
            hierarchy_id.map_or("", HierarchyId::as_str).into(),
            limit.into(),
        ],
        asset,
    )
}

/// Counts the children of an asset over all of its hierarchies.
pub fn count_children(tx: &mut Tx, place: Place<'_>, parent_id: &AssetId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT (SELECT COUNT(*) FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND parent_id = ?3)
             - (SELECT COUNT(*) FROM sitewise_dropped_element x CROSS JOIN sitewise_asset a
                WHERE x.account = ?1 AND x.region = ?2 AND x.kind = 'hierarchy' AND a.account = ?1
                    AND a.region = ?2 AND a.parent_id = ?3 AND a.created_at >= 0 AND a.hierarchy_id = x.id)",
        &[place.account.into(), place.region.into(), parent_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Finds one child of an asset.
pub fn any_child(tx: &mut Tx, place: Place<'_>, parent_id: &AssetId) -> Result<Option<AssetId>, Error> {
    tx.query_one(
        "SELECT a.id FROM sitewise_asset a
         WHERE a.account = ?1 AND a.region = ?2 AND a.parent_id = ?3 AND a.created_at >= 0 AND NOT EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id) LIMIT 1",
        &[place.account.into(), place.region.into(), parent_id.as_str().into()],
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Finds another asset of the account with a name.
pub fn named(
    tx: &mut Tx,
    place: Place<'_>,
    name: &str,
    other_than: Option<&AssetId>,
) -> Result<Option<AssetId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND name = ?3 AND id <> ?4 LIMIT 1",
        &[
            place.account.into(),
            place.region.into(),
            name.into(),
            other_than.map_or("", AssetId::as_str).into(),
        ],
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Finds another child of a parent with a name.
pub fn sibling_named(
    tx: &mut Tx,
    place: Place<'_>,
    parent_id: &AssetId,
    name: &str,
    other_than: &AssetId,
) -> Result<Option<AssetId>, Error> {
    tx.query_one(
        "SELECT a.id FROM sitewise_asset a
         WHERE a.account = ?1 AND a.region = ?2 AND a.parent_id = ?3 AND a.created_at >= 0
             AND a.name = ?4 AND a.id <> ?5 AND NOT EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id) LIMIT 1",
        &[
            place.account.into(),
            place.region.into(),
            parent_id.as_str().into(),
            name.into(),
            other_than.as_str().into(),
        ],
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Puts a child below a parent, or (`None`) takes it from there.
pub fn set_parent(
    tx: &mut Tx,
    place: Place<'_>,
    child_id: &AssetId,
    parent: Option<(&AssetId, &HierarchyId)>,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_asset SET parent_id = ?4, hierarchy_id = ?5
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[
            place.account.into(),
            place.region.into(),
            child_id.as_str().into(),
            parent.map(|(id, _)| id.as_str()).into(),
            parent.map(|(_, id)| id.as_str()).into(),
        ],
    )?;
    Ok(())
}

/// Lists an asset and all above it, the root last; stops after `limit` assets.
pub fn path_to_root(tx: &mut Tx, place: Place<'_>, id: &AssetId, limit: i64) -> Result<Vec<AssetId>, Error> {
    let key: [Value<'_>; 4] = [place.account.into(), place.region.into(), id.as_str().into(), limit.into()];
    tx.query(
        "WITH RECURSIVE above (id, parent_id, level) AS (
             SELECT a.id, CASE WHEN EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id) THEN NULL ELSE a.parent_id END, CAST(1 AS BIGINT)
             FROM sitewise_asset a WHERE a.account = ?1 AND a.region = ?2 AND a.id = ?3
             UNION ALL
             SELECT a.id, CASE WHEN EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id) THEN NULL ELSE a.parent_id END, above.level + 1 FROM above JOIN sitewise_asset a
                 ON a.account = ?1 AND a.region = ?2 AND a.id = above.parent_id
             WHERE above.level < ?4)
         SELECT id FROM above ORDER BY level",
        &key,
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Counts the levels of the tree below and including an asset; stops at `limit`.
pub fn height(tx: &mut Tx, place: Place<'_>, id: &AssetId, limit: i64) -> Result<i64, Error> {
    let levels = tx.query_one(
        "WITH RECURSIVE below (id, level) AS (
             SELECT id, CAST(1 AS BIGINT) FROM sitewise_asset WHERE account = ?1 AND region = ?2 AND id = ?3
             UNION ALL
             SELECT a.id, below.level + 1 FROM below CROSS JOIN sitewise_asset a
             WHERE a.account = ?1 AND a.region = ?2 AND a.parent_id = below.id AND below.level < ?4 AND a.id NOT IN (
                 SELECT h.id FROM sitewise_dropped_element x CROSS JOIN sitewise_asset h
                 WHERE x.account = ?1 AND x.region = ?2 AND x.kind = 'hierarchy' AND h.account = ?1
                     AND h.region = ?2 AND h.hierarchy_id = x.id))
         SELECT MAX(level) FROM below",
        &[place.account.into(), place.region.into(), id.as_str().into(), limit.into()],
        |row| row.optional_integer(0),
    )?;
    Ok(levels.flatten().unwrap_or(0))
}
