//! What an export holds: servers, applications, memberships and tags, a CSV file each.

use std::collections::{BTreeMap, BTreeSet};

use store::{Error, Tx};

use crate::discovery::configuration_item::attribute::{self, Attributes};
use crate::discovery::configuration_item::{self, Item, ItemKind, described, described_server};
use crate::discovery::tag::table::Tag;
use crate::discovery::{application, csv, tag, zip};
use crate::place::Place;

/// Rows that are read at once.
const BATCH: i64 = 500;

/// Texts in pairs, by the item that they belong to.
type Pairs = BTreeMap<String, Vec<(String, String)>>;

/// Writes the archive of everything that an account knows in a region.
///
/// Everything is read once and joined here: three statements a server would hold the writer for seconds.
pub(crate) fn archive(tx: &mut Tx, at: Place<'_>) -> Result<Vec<u8>, Error> {
    let mut applications = Vec::new();
    let mut applications_of = Pairs::new();
    let mut members = String::new();
    csv::write(&mut members, ["application.configurationId", "server.configurationId"]);
    for item in items(tx, at, ItemKind::Application)? {
        let id = &item.configuration_id;
        let name = item.attribute(attribute::APPLICATION_NAME).unwrap_or_default();
        for server in application::table::servers_of(tx, at, id)? {
            csv::write(&mut members, [id.as_str(), &server]);
            applications_of.entry(server).or_default().push((id.clone(), name.to_owned()));
        }
        applications.push(described(tx, at, &item)?);
    }
    let tags = tags(tx, at)?;
    let mut tags_of = Pairs::new();
    for tag in &tags {
        let pairs = tags_of.entry(tag.configuration_id.clone()).or_default();
        pairs.push((tag.key.clone(), tag.value.clone()));
    }
    let of = |pairs: &Pairs, id: &str| pairs.get(id).cloned().unwrap_or_default();
    let servers: Vec<Attributes> = items(tx, at, ItemKind::Server)?
        .iter()
        .map(|item| {
            let id = &item.configuration_id;
            described_server(item, &of(&applications_of, id), &of(&tags_of, id))
        })
        .collect();
    Ok(zip::archive(&[
        ("servers.csv", table(&servers).as_bytes()),
        ("applications.csv", table(&applications).as_bytes()),
        ("application_servers.csv", members.as_bytes()),
        ("tags.csv", tag_table(&tags).as_bytes()),
    ]))
}

fn items(tx: &mut Tx, at: Place<'_>, kind: ItemKind) -> Result<Vec<Item>, Error> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let items = configuration_item::table::list(tx, at, kind, &after, BATCH)?;
        let Some(last) = items.last() else { return Ok(rows) };
        after.clone_from(&last.configuration_id);
        rows.extend(items);
    }
}

fn tags(tx: &mut Tx, at: Place<'_>) -> Result<Vec<Tag>, Error> {
    let mut rows = Vec::new();
    let (mut id, mut key) = (String::new(), String::new());
    loop {
        let tags = tag::table::list(tx, at, (&id, &key), BATCH)?;
        let Some(last) = tags.last() else { return Ok(rows) };
        id.clone_from(&last.configuration_id);
        key = service::page::key(&last.key).into_owned();
        rows.extend(tags);
    }
}

/// Writes maps as a table of all keys that occur.
fn table(rows: &[Attributes]) -> String {
    let columns: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    let mut out = String::new();
    csv::write(&mut out, columns.iter().copied());
    for row in rows {
        csv::write(&mut out, columns.iter().map(|column| row.get(*column).map_or("", String::as_str)));
    }
    out
}

fn tag_table(tags: &[Tag]) -> String {
    let mut out = String::new();
    csv::write(&mut out, ["configurationType", "configurationId", "key", "value"]);
    for tag in tags {
        csv::write(&mut out, [tag.kind.as_str(), &tag.configuration_id, &tag.key, &tag.value]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_occurs_is_a_column() {
        let row = |pairs: &[(&str, &str)]| -> Attributes {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let rows = [row(&[("b", "1"), ("a", "x,y")]), row(&[("c", "2")])];
        assert_eq!(table(&rows), "a,b,c\r\n\"x,y\",1,\r\n,,2\r\n");
    }
}
