//! SQL of projects and of the assets that are associated with them.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::Project;
use crate::id::{AssetId, PortalId, ProjectId};
use crate::limits::ASSET_TREE_DEPTH_MAX;
use crate::place::Place;

/// Projects and their assets.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_project (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    portal_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_project_portal ON sitewise_project (account, region, portal_id, created_at, id);

CREATE TABLE sitewise_project_asset (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    project_id TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, project_id, asset_id)
);
CREATE INDEX sitewise_project_asset_created
    ON sitewise_project_asset (account, region, project_id, created_at, asset_id);
CREATE INDEX sitewise_project_asset_asset ON sitewise_project_asset (account, region, asset_id);
";

fn project(row: &Row<'_>) -> Result<Project, Error> {
    Ok(Project {
        id: ProjectId::stored(row.text(0)?),
        portal_id: PortalId::stored(row.text(1)?),
        name: row.text(2)?,
        description: row.optional_text(3)?,
        created_at: row.timestamp(4)?,
        updated_at: row.timestamp(5)?,
    })
}

/// Finds a project.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &ProjectId) -> Result<Option<Project>, Error> {
    tx.query_one(
        "SELECT id, portal_id, name, description, created_at, updated_at FROM sitewise_project
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        project,
    )
}

/// Keeps a project, new or changed; its portal and the time of its creation never change.
pub fn put(tx: &mut Tx, place: Place<'_>, project: &Project) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_project
             (account, region, id, portal_id, name, description, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, region, id) DO UPDATE SET
             name = excluded.name, description = excluded.description, updated_at = excluded.updated_at",
        &[
            place.account.into(),
            place.region.into(),
            project.id.as_str().into(),
            project.portal_id.as_str().into(),
            project.name.as_str().into(),
            (&project.description).into(),
            project.created_at.into(),
            project.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a project and lets go of its assets.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &ProjectId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_project_asset WHERE account = ?1 AND region = ?2 AND project_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    tx.execute(
        "DELETE FROM sitewise_project WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Counts the projects of a portal.
pub fn count(tx: &mut Tx, place: Place<'_>, portal_id: &PortalId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_project WHERE account = ?1 AND region = ?2 AND portal_id = ?3",
        &[place.account.into(), place.region.into(), portal_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Finds one project of a portal.
pub fn any_of(tx: &mut Tx, place: Place<'_>, portal_id: &PortalId) -> Result<Option<ProjectId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_project WHERE account = ?1 AND region = ?2 AND portal_id = ?3
         ORDER BY created_at, id LIMIT 1",
        &[place.account.into(), place.region.into(), portal_id.as_str().into()],
        |row| row.text(0).map(ProjectId::stored),
    )
}

/// Lists the projects of a portal in the order of their creation.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    portal_id: &PortalId,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Project>, Error> {
    tx.query(
        "SELECT id, portal_id, name, description, created_at, updated_at FROM sitewise_project
         WHERE account = ?1 AND region = ?2 AND portal_id = ?3 AND (created_at, id) > (?4, ?5)
         ORDER BY created_at, id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            portal_id.as_str().into(),
            created_at.into(),
            id.into(),
            limit.into(),
        ],
        project,
    )
}

/// Says whether an asset is associated with a project.
pub fn has_asset(
    tx: &mut Tx,
    place: Place<'_>,
    (project_id, asset_id): (&ProjectId, &AssetId),
) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT asset_id FROM sitewise_project_asset
         WHERE account = ?1 AND region = ?2 AND project_id = ?3 AND asset_id = ?4",
        &[place.account.into(), place.region.into(), project_id.as_str().into(), asset_id.as_str().into()],
        |row| row.text(0),
    )?;
    Ok(found.is_some())
}

/// Finds an asset of a project that does not stand below another asset; a hierarchy that its model has lost holds
/// nothing.
pub fn any_not_below(
    tx: &mut Tx,
    place: Place<'_>,
    (project_id, asset_id): (&ProjectId, &AssetId),
) -> Result<Option<AssetId>, Error> {
    tx.query_one(
        "WITH RECURSIVE above (member, id, level) AS (
             SELECT asset_id, asset_id, CAST(1 AS BIGINT) FROM sitewise_project_asset
             WHERE account = ?1 AND region = ?2 AND project_id = ?3
             UNION ALL
             SELECT above.member, a.parent_id, above.level + 1 FROM above JOIN sitewise_asset a
                 ON a.account = ?1 AND a.region = ?2 AND a.id = above.id
             WHERE a.parent_id IS NOT NULL AND above.level < ?5 AND NOT EXISTS (
                 SELECT 1 FROM sitewise_dropped_element d
                 WHERE d.account = a.account AND d.region = a.region AND d.kind = 'hierarchy'
                     AND d.id = a.hierarchy_id))
         SELECT p.asset_id FROM sitewise_project_asset p
         WHERE p.account = ?1 AND p.region = ?2 AND p.project_id = ?3
             AND NOT EXISTS (SELECT 1 FROM above WHERE above.member = p.asset_id AND above.id = ?4)
         ORDER BY p.created_at, p.asset_id LIMIT 1",
        &[
            place.account.into(),
            place.region.into(),
            project_id.as_str().into(),
            asset_id.as_str().into(),
            ASSET_TREE_DEPTH_MAX.into(),
        ],
        |row| row.text(0).map(AssetId::stored),
    )
}

/// Associates an asset with a project.
pub fn insert_asset(
    tx: &mut Tx,
    place: Place<'_>,
    (project_id, asset_id): (&ProjectId, &AssetId),
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_project_asset (account, region, project_id, asset_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            place.account.into(),
            place.region.into(),
            project_id.as_str().into(),
            asset_id.as_str().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Lets go of one asset; says whether it was associated.
pub fn delete_asset(
    tx: &mut Tx,
    place: Place<'_>,
    (project_id, asset_id): (&ProjectId, &AssetId),
) -> Result<bool, Error> {
    let deleted = tx.execute(
        "DELETE FROM sitewise_project_asset
         WHERE account = ?1 AND region = ?2 AND project_id = ?3 AND asset_id = ?4",
        &[place.account.into(), place.region.into(), project_id.as_str().into(), asset_id.as_str().into()],
    )?;
    Ok(deleted > 0)
}

/// Takes an asset out of all projects, because it is no more.
pub fn forget_asset(tx: &mut Tx, place: Place<'_>, asset_id: &AssetId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_project_asset WHERE account = ?1 AND region = ?2 AND asset_id = ?3",
        &[place.account.into(), place.region.into(), asset_id.as_str().into()],
    )?;
    Ok(())
}

/// Lists the assets of a project in the order in which they came, each with that time.
pub fn list_assets(
    tx: &mut Tx,
    place: Place<'_>,
    project_id: &ProjectId,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<(Timestamp, AssetId)>, Error> {
    tx.query(
        "SELECT created_at, asset_id FROM sitewise_project_asset
         WHERE account = ?1 AND region = ?2 AND project_id = ?3 AND (created_at, asset_id) > (?4, ?5)
         ORDER BY created_at, asset_id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            project_id.as_str().into(),
            created_at.into(),
            id.into(),
            limit.into(),
        ],
        |row| Ok((row.timestamp(0)?, AssetId::stored(row.text(1)?))),
    )
}
