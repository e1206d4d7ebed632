//! SQL of dashboards.

use store::{Error, Row, Tx};

use super::Dashboard;
use crate::id::{DashboardId, ProjectId};
use crate::place::Place;

/// Dashboards.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_dashboard (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_dashboard_project ON sitewise_dashboard (account, region, project_id, created_at, id);
";

fn dashboard(row: &Row<'_>) -> Result<Dashboard, Error> {
    Ok(Dashboard {
        id: DashboardId::stored(row.text(0)?),
        project_id: ProjectId::stored(row.text(1)?),
        name: row.text(2)?,
        description: row.optional_text(3)?,
        created_at: row.timestamp(4)?,
        updated_at: row.timestamp(5)?,
    })
}

/// Finds a dashboard, without its definition.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &DashboardId) -> Result<Option<Dashboard>, Error> {
    tx.query_one(
        "SELECT id, project_id, name, description, created_at, updated_at FROM sitewise_dashboard
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        dashboard,
    )
}

/// Reads the definition of a dashboard.
pub fn definition(tx: &mut Tx, place: Place<'_>, id: &DashboardId) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT definition FROM sitewise_dashboard WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        |row| row.text(0),
    )
}

/// Keeps a dashboard, new or changed; its project and the time of its creation never change.
pub fn put(tx: &mut Tx, place: Place<'_>, dashboard: &Dashboard, definition: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_dashboard
             (account, region, id, project_id, name, description, definition, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (account, region, id) DO UPDATE SET
             name = excluded.name, description = excluded.description, definition = excluded.definition,
             updated_at = excluded.updated_at",
        &[
            place.account.into(),
            place.region.into(),
            dashboard.id.as_str().into(),
            dashboard.project_id.as_str().into(),
            dashboard.name.as_str().into(),
            (&dashboard.description).into(),
            definition.into(),
            dashboard.created_at.into(),
            dashboard.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a dashboard.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &DashboardId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_dashboard WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Counts the dashboards of a project.
pub fn count(tx: &mut Tx, place: Place<'_>, project_id: &ProjectId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_dashboard WHERE account = ?1 AND region = ?2 AND project_id = ?3",
        &[place.account.into(), place.region.into(), project_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Finds one dashboard of a project.
pub fn any_of(tx: &mut Tx, place: Place<'_>, project_id: &ProjectId) -> Result<Option<DashboardId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_dashboard WHERE account = ?1 AND region = ?2 AND project_id = ?3
         ORDER BY created_at, id LIMIT 1",
        &[place.account.into(), place.region.into(), project_id.as_str().into()],
        |row| row.text(0).map(DashboardId::stored),
    )
}

/// Lists the dashboards of a project in the order of their creation.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    project_id: &ProjectId,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Dashboard>, Error> {
    tx.query(
        "SELECT id, project_id, name, description, created_at, updated_at FROM sitewise_dashboard
         WHERE account = ?1 AND region = ?2 AND project_id = ?3 AND (created_at, id) > (?4, ?5)
         ORDER BY created_at, id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            project_id.as_str().into(),
            created_at.into(),
            id.into(),
            limit.into(),
        ],
        dashboard,
    )
}
