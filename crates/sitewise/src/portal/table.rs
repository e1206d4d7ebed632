//! SQL of portals and their logos.

use std::collections::BTreeMap;

use model::Timestamp;
use model_sitewise::types as t;
use store::{Error, Row, Tx};

use super::{Portal, PortalState, Settings};
use crate::id::{LogoId, PortalId};
use crate::place::Place;

/// Portals. A logo is a row of its own, so that lists do not read pictures.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_portal (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    contact_email TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    auth_mode TEXT NOT NULL,
    portal_type TEXT NOT NULL,
    type_configuration TEXT,
    sender_email TEXT,
    alarm_role_arn TEXT,
    alarm_lambda_arn TEXT,
    logo_id TEXT,
    state TEXT NOT NULL,
    due_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX sitewise_portal_created ON sitewise_portal (account, region, created_at, id);
CREATE INDEX sitewise_portal_due ON sitewise_portal (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sitewise_portal_logo (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    image BLOB NOT NULL,
    PRIMARY KEY (account, region, id)
);
";

/// Which tools each part of a portal has, as it is kept.
type Tools = BTreeMap<String, Option<Vec<String>>>;

fn portal(row: &Row<'_>) -> Result<Portal, Error> {
    let alarms = row.optional_text(8)?.map(|alarm_role_arn| {
        Ok::<_, Error>(t::Alarms { alarm_role_arn, notification_lambda_arn: row.optional_text(9)? })
    });
    Ok(Portal {
        id: PortalId::stored(row.text(0)?),
        settings: Settings {
            name: row.text(1)?,
            description: row.optional_text(2)?,
            contact_email: row.text(3)?,
            role_arn: row.text(4)?,
            portal_type: row.text(5)?,
            type_configuration: row.optional_str(6)?.map(read_tools).transpose()?,
            sender_email: row.optional_text(7)?,
            alarms: alarms.transpose()?,
        },
        auth_mode: row.text(10)?,
        logo_id: row.optional_text(11)?.map(LogoId::stored),
        state: PortalState::stored(row.str(12)?)?,
        due_at: row.optional_timestamp(13)?,
        created_at: row.timestamp(14)?,
        updated_at: row.timestamp(15)?,
    })
}

fn read_tools(json: &str) -> Result<BTreeMap<String, t::PortalTypeEntry>, Error> {
    let tools: Tools = serde_json::from_str(json)
        .map_err(|error| Error::Broken(format!("the tools of a portal cannot be read: {error}")))?;
    Ok(tools.into_iter().map(|(name, portal_tools)| (name, t::PortalTypeEntry { portal_tools })).collect())
}

fn write_tools(entries: &BTreeMap<String, t::PortalTypeEntry>) -> String {
    let tools: Tools =
        entries.iter().map(|(name, entry)| (name.clone(), entry.portal_tools.clone())).collect();
    serde_json::to_string(&tools).expect("names and lists of names are JSON")
}

/// Finds a portal.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &PortalId) -> Result<Option<Portal>, Error> {
    tx.query_one(
        "SELECT id, name, description, contact_email, role_arn, portal_type, type_configuration, sender_email,
                alarm_role_arn, alarm_lambda_arn, auth_mode, logo_id, state, due_at, created_at, updated_at
         FROM sitewise_portal WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        portal,
    )
}

/// Keeps a portal, new or changed; what never changes of it stays as it was.
pub fn put(tx: &mut Tx, place: Place<'_>, portal: &Portal) -> Result<(), Error> {
    let settings = &portal.settings;
    tx.execute(
        "INSERT INTO sitewise_portal
             (account, region, id, name, description, contact_email, role_arn, portal_type, type_configuration,
              sender_email, alarm_role_arn, alarm_lambda_arn, auth_mode, logo_id, state, due_at, created_at,
              updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
         ON CONFLICT (account, region, id) DO UPDATE SET
             name = excluded.name, description = excluded.description, contact_email = excluded.contact_email,
             role_arn = excluded.role_arn, portal_type = excluded.portal_type,
             type_configuration = excluded.type_configuration, sender_email = excluded.sender_email,
             alarm_role_arn = excluded.alarm_role_arn, alarm_lambda_arn = excluded.alarm_lambda_arn,
             logo_id = excluded.logo_id, state = excluded.state, due_at = excluded.due_at,
             updated_at = excluded.updated_at",
        &[
            place.account.into(),
            place.region.into(),
            portal.id.as_str().into(),
            settings.name.as_str().into(),
            (&settings.description).into(),
            settings.contact_email.as_str().into(),
            settings.role_arn.as_str().into(),
            settings.portal_type.as_str().into(),
            settings.type_configuration.as_ref().map(write_tools).into(),
            (&settings.sender_email).into(),
            settings.alarms.as_ref().map(|alarms| alarms.alarm_role_arn.as_str()).into(),
            settings.alarms.as_ref().and_then(|alarms| alarms.notification_lambda_arn.as_deref()).into(),
            portal.auth_mode.as_str().into(),
            portal.logo_id.as_ref().map(LogoId::as_str).into(),
            portal.state.as_str().into(),
            portal.due_at.into(),
            portal.created_at.into(),
            portal.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a portal.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &PortalId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_portal WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Counts the portals.
pub fn count(tx: &mut Tx, place: Place<'_>) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_portal WHERE account = ?1 AND region = ?2",
        &[place.account.into(), place.region.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Lists the portals in the order of their creation.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Portal>, Error> {
    tx.query(
        "SELECT id, name, description, contact_email, role_arn, portal_type, type_configuration, sender_email,
                alarm_role_arn, alarm_lambda_arn, auth_mode, logo_id, state, due_at, created_at, updated_at
         FROM sitewise_portal
         WHERE account = ?1 AND region = ?2 AND (created_at, id) > (?3, ?4)
         ORDER BY created_at, id LIMIT ?5",
        &[place.account.into(), place.region.into(), created_at.into(), id.into(), limit.into()],
        portal,
    )
}

/// Lists portals whose passing state is over, in any account and Region.
pub fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(String, String, Portal)>, Error> {
    tx.query(
        "SELECT id, name, description, contact_email, role_arn, portal_type, type_configuration, sender_email,
                alarm_role_arn, alarm_lambda_arn, auth_mode, logo_id, state, due_at, created_at, updated_at,
                account, region
         FROM sitewise_portal WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        &[now.into(), limit.into()],
        |row| Ok((row.text(16)?, row.text(17)?, portal(row)?)),
    )
}

/// Keeps a logo.
pub fn insert_logo(tx: &mut Tx, place: Place<'_>, id: &LogoId, image: &[u8]) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_portal_logo (account, region, id, image) VALUES (?1, ?2, ?3, ?4)",
        &[place.account.into(), place.region.into(), id.as_str().into(), image.into()],
    )?;
    Ok(())
}

/// Reads a logo.
pub fn logo(tx: &mut Tx, place: Place<'_>, id: &LogoId) -> Result<Option<Vec<u8>>, Error> {
    tx.query_one(
        "SELECT image FROM sitewise_portal_logo WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        |row| row.blob(0),
    )
}

/// Removes a logo.
pub fn delete_logo(tx: &mut Tx, place: Place<'_>, id: &LogoId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_portal_logo WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}
