//! SQL of gateways and their capabilities.

use model::Timestamp;
use model_sitewise::types as t;
use store::{Error, Row, Tx};

use super::{Gateway, Platform};
use crate::id::GatewayId;
use crate::place::Place;

/// Gateways and the documents of their capabilities.
///
/// The document is the last column, so that a list of summaries never reads it.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_gateway (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    operating_system TEXT,
    version TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE UNIQUE INDEX sitewise_gateway_name ON sitewise_gateway (account, region, name);
CREATE UNIQUE INDEX sitewise_gateway_device ON sitewise_gateway (account, region, device);
CREATE INDEX sitewise_gateway_created ON sitewise_gateway (account, region, created_at, id);

CREATE TABLE sitewise_gateway_capability (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    gateway_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    sync_status TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    configuration TEXT NOT NULL,
    PRIMARY KEY (account, region, gateway_id, namespace)
);
";

fn gateway(row: &Row<'_>) -> Result<Gateway, Error> {
    Ok(Gateway {
        id: GatewayId::stored(row.text(0)?),
        name: row.text(1)?,
        platform: Platform::stored(row.str(2)?, row.text(3)?, row.optional_text(4)?)?,
        version: row.text(5)?,
        created_at: row.timestamp(6)?,
        updated_at: row.timestamp(7)?,
    })
}

/// Finds a gateway by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<Gateway>, Error> {
    tx.query_one(
        "SELECT id, name, platform, device, operating_system, version, created_at, updated_at
         FROM sitewise_gateway WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        gateway,
    )
}

/// Finds a gateway by its name.
pub fn by_name(tx: &mut Tx, place: Place<'_>, name: &str) -> Result<Option<Gateway>, Error> {
    tx.query_one(
        "SELECT id, name, platform, device, operating_system, version, created_at, updated_at
         FROM sitewise_gateway WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[place.account.into(), place.region.into(), name.into()],
        gateway,
    )
}

/// Finds the gateway that runs on a device.
pub fn by_device(tx: &mut Tx, place: Place<'_>, device: &str) -> Result<Option<Gateway>, Error> {
    tx.query_one(
        "SELECT id, name, platform, device, operating_system, version, created_at, updated_at
         FROM sitewise_gateway WHERE account = ?1 AND region = ?2 AND device = ?3",
        &[place.account.into(), place.region.into(), device.into()],
        gateway,
    )
}

/// Lists gateways in the order of their creation, from after a position.
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<Gateway>, Error> {
    tx.query(
        "SELECT id, name, platform, device, operating_system, version, created_at, updated_at
         FROM sitewise_gateway
         WHERE account = ?1 AND region = ?2 AND (created_at, id) > (?3, ?4)
         ORDER BY created_at, id LIMIT ?5",
        &[place.account.into(), place.region.into(), created_at.into(), id.into(), limit.into()],
        gateway,
    )
}

/// Counts the gateways of an account in a Region.
pub fn count(tx: &mut Tx, place: Place<'_>) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM sitewise_gateway WHERE account = ?1 AND region = ?2",
        &[place.account.into(), place.region.into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Adds a gateway.
pub fn insert(tx: &mut Tx, place: Place<'_>, gateway: &Gateway) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_gateway (account, region, id, name, platform, device, operating_system, version,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            place.account.into(),
            place.region.into(),
            gateway.id.as_str().into(),
            gateway.name.as_str().into(),
            gateway.platform.kind().into(),
            gateway.platform.device().into(),
            gateway.platform.operating_system().into(),
            gateway.version.as_str().into(),
            gateway.created_at.into(),
            gateway.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Overwrites a gateway's name and the time of its last update.
pub fn update(tx: &mut Tx, place: Place<'_>, gateway: &Gateway) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_gateway SET name = ?4, updated_at = ?5
         WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[
            place.account.into(),
            place.region.into(),
            gateway.id.as_str().into(),
            gateway.name.as_str().into(),
            gateway.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes a gateway and its capabilities.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &GatewayId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_gateway_capability WHERE account = ?1 AND region = ?2 AND gateway_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    tx.execute(
        "DELETE FROM sitewise_gateway WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Keeps the document of a capability, given as namespace, document and sync status; answers whether the gateway
/// had that capability before.
pub fn put_capability(
    tx: &mut Tx,
    place: Place<'_>,
    gateway_id: &GatewayId,
    (namespace, configuration, sync_status): (&str, &str, &str),
) -> Result<bool, Error> {
    let now: Timestamp = tx.now();
    let changed = tx.execute(
        "UPDATE sitewise_gateway_capability SET sync_status = ?5, updated_at = ?6, configuration = ?7
         WHERE account = ?1 AND region = ?2 AND gateway_id = ?3 AND namespace = ?4",
        &[
            place.account.into(),
            place.region.into(),
            gateway_id.as_str().into(),
            namespace.into(),
            sync_status.into(),
            now.into(),
            configuration.into(),
        ],
    )?;
    if changed > 0 {
        return Ok(true);
    }
    tx.execute(
        "INSERT INTO sitewise_gateway_capability (account, region, gateway_id, namespace, sync_status, updated_at,
             configuration)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            place.account.into(),
            place.region.into(),
            gateway_id.as_str().into(),
            namespace.into(),
            sync_status.into(),
            now.into(),
            configuration.into(),
        ],
    )?;
    Ok(false)
}

/// Answers the document of a capability and its sync status.
pub fn capability(
    tx: &mut Tx,
    place: Place<'_>,
    gateway_id: &GatewayId,
    namespace: &str,
) -> Result<Option<(String, String)>, Error> {
    tx.query_one(
        "SELECT configuration, sync_status FROM sitewise_gateway_capability
         WHERE account = ?1 AND region = ?2 AND gateway_id = ?3 AND namespace = ?4",
        &[place.account.into(), place.region.into(), gateway_id.as_str().into(), namespace.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Lists the capabilities of a gateway by namespace; there are not many.
pub fn capabilities(
    tx: &mut Tx,
    place: Place<'_>,
    gateway_id: &GatewayId,
) -> Result<Vec<t::GatewayCapabilitySummary>, Error> {
    tx.query(
        "SELECT namespace, sync_status FROM sitewise_gateway_capability
         WHERE account = ?1 AND region = ?2 AND gateway_id = ?3 ORDER BY namespace",
        &[place.account.into(), place.region.into(), gateway_id.as_str().into()],
        |row| {
            Ok(t::GatewayCapabilitySummary {
                capability_namespace: row.text(0)?,
                capability_sync_status: row.text(1)?,
            })
        },
    )
}
