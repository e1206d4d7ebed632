//! What an export holds: servers, applications, memberships and tags, a CSV file each.

use std::collections::BTreeSet;

use store::{Error, Tx};

use crate::discovery::configuration_item::attribute::Attributes;
use crate::discovery::configuration_item::{self, ItemKind, described};
use crate::discovery::{application, csv, tag, zip};
use crate::place::Place;

/// Rows that are read at once.
const BATCH: i64 = 500;

/// Writes the archive of everything that an account knows in a region.
pub(crate) fn archive(tx: &mut Tx, at: Place<'_>) -> Result<Vec<u8>, Error> {
    let servers = items(tx, at, ItemKind::Server)?;
    let applications = items(tx, at, ItemKind::Application)?;
    let mut members = String::new();
    csv::write(&mut members, ["application.configurationId", "server.configurationId"]);
    for application in &applications {
        let Some(id) = application.get("application.configurationId") else { continue };
        for server in application::table::servers_of(tx, at, id)? {
            csv::write(&mut members, [id.as_str(), &server]);
        }
    }
    let tags = tags(tx, at)?;
    Ok(zip::archive(&[
        ("servers.csv", table(&servers).as_bytes()),
        ("applications.csv", table(&applications).as_bytes()),
        ("application_servers.csv", members.as_bytes()),
        ("tags.csv", tags.as_bytes()),
    ]))
}

fn items(tx: &mut Tx, at: Place<'_>, kind: ItemKind) -> Result<Vec<Attributes>, Error> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let items = configuration_item::table::list(tx, at, kind, &after, BATCH)?;
        let Some(last) = items.last() else { return Ok(rows) };
        after.clone_from(&last.configuration_id);
        for item in &items {
            rows.push(described(tx, at, item)?);
        }
    }
}

/// Writes maps as a table of all keys that occur.
pub(crate) fn table(rows: &[Attributes]) -> String {
    let columns: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    let mut out = String::new();
    csv::write(&mut out, columns.iter().copied());
    for row in rows {
        csv::write(&mut out, columns.iter().map(|column| row.get(*column).map_or("", String::as_str)));
    }
    out
}

fn tags(tx: &mut Tx, at: Place<'_>) -> Result<String, Error> {
    let mut out = String::new();
    csv::write(&mut out, ["configurationType", "configurationId", "key", "value"]);
    let (mut id, mut key) = (String::new(), String::new());
    loop {
        let tags = tag::table::list(tx, at, (&id, &key), BATCH)?;
        let Some(last) = tags.last() else { return Ok(out) };
        id.clone_from(&last.configuration_id);
        key = service::page::key(&last.key).into_owned();
        for tag in &tags {
            csv::write(&mut out, [tag.kind.as_str(), &tag.configuration_id, &tag.key, &tag.value]);
        }
    }
}
