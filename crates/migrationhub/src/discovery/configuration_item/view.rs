//! A configuration item as answers show it: a flat map of texts.

use serde_json::json;
use store::{Error, Tx};

use super::attribute::{self, Attributes};
use super::{Item, ItemKind, table};
use crate::discovery::{application, tag};
use crate::place::Place;

/// What a list shows of a server besides its id, type and time; description shows everything.
const LISTED: [&str; 4] = ["server.agentId", attribute::HOST_NAME, attribute::OS_NAME, attribute::OS_VERSION];

/// What can be filtered by, and sorted by, of a server.
pub(crate) fn server_names() -> &'static [&'static str] {
    &[
        "server.configurationId",
        "server.agentId",
        "server.connectorId",
        attribute::HOST_NAME,
        attribute::OS_NAME,
        attribute::OS_VERSION,
        attribute::TYPE,
        attribute::MOREF_ID,
        attribute::VCENTER_ID,
        "server.vmWareInfo.hostId",
        "server.networkInterfaceInfo.ipAddress",
        "server.networkInterfaceInfo.macAddress",
        "server.networkInterfaceInfo.portGroupId",
        "server.networkInterfaceInfo.portGroupName",
        "server.networkInterfaceInfo.virtualSwitchName",
    ]
}

/// What a list shows of an item.
pub(crate) fn listed(tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<Attributes, Error> {
    match item.kind {
        ItemKind::Server => {
            let mut shown = identified(item);
            for name in LISTED {
                shown.extend(item.attribute(name).map(|value| (name.to_owned(), value.to_owned())));
            }
            Ok(shown)
        }
        ItemKind::Application => application(tx, at, item),
    }
}

/// What a description shows of an item.
pub(crate) fn described(tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<Attributes, Error> {
    if item.kind == ItemKind::Application {
        return application(tx, at, item);
    }
    let mut applications = Vec::new();
    for id in application::table::applications_of(tx, at, &item.configuration_id)? {
        let application = table::get(tx, at, &id)?;
        let name = application.as_ref().and_then(|item| item.attribute(attribute::APPLICATION_NAME));
        applications.push((id, name.unwrap_or_default().to_owned()));
    }
    let tags = tag::table::of(tx, at, &item.configuration_id)?;
    let tags: Vec<_> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    Ok(server(item, &applications, &tags))
}

/// What a description shows of a server with its applications (id, name) and its tags (key, value).
pub(crate) fn server(
    item: &Item,
    applications: &[(String, String)],
    tags: &[(String, String)],
) -> Attributes {
    let mut shown = item.attributes.clone();
    shown.append(&mut identified(item));
    let application = |(id, name): &(String, String)| json!({"configurationId": id, "name": name});
    let tag = |(key, value): &(String, String)| json!({"key": key, "value": value});
    let applications: Vec<_> = applications.iter().map(application).collect();
    let tags: Vec<_> = tags.iter().map(tag).collect();
    shown.insert("server.applications".to_owned(), json!(applications).to_string());
    shown.insert("server.tags".to_owned(), json!(tags).to_string());
    shown.entry(attribute::INTERFACES.to_owned()).or_insert_with(|| "[]".to_owned());
    for name in ["server.applications", "server.tags", attribute::INTERFACES] {
        shown.insert(format!("{name}.hasMoreValues"), "false".to_owned());
    }
    shown
}

/// What every answer shows of a server.
fn identified(item: &Item) -> Attributes {
    let kind = item.attribute(attribute::TYPE).unwrap_or(attribute::TYPE_OTHER);
    [
        ("server.configurationId".to_owned(), item.configuration_id.clone()),
        ("server.timeOfCreation".to_owned(), attribute::time(item.created_at)),
        (attribute::TYPE.to_owned(), kind.to_owned()),
    ]
    .into()
}

fn application(tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<Attributes, Error> {
    let count = application::table::count(tx, at, &item.configuration_id)?;
    let mut shown = item.attributes.clone();
    shown.insert("application.configurationId".to_owned(), item.configuration_id.clone());
    shown.insert("application.serverCount".to_owned(), count.to_string());
    shown.insert("application.timeOfCreation".to_owned(), attribute::time(item.created_at));
    shown.insert("application.lastModifiedTime".to_owned(), attribute::time(item.modified_at));
    Ok(shown)
}
