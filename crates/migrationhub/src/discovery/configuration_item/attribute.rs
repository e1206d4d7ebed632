//! The names of configuration items' attributes, and their forms inside a flat map of texts.

use std::collections::BTreeMap;

use model::Timestamp;
use serde_json::Value;

/// What an item knows of itself: names as the wire has them, all values text.
pub(crate) type Attributes = BTreeMap<String, String>;

pub(crate) const HOST_NAME: &str = "server.hostName";
pub(crate) const OS_NAME: &str = "server.osName";
pub(crate) const OS_VERSION: &str = "server.osVersion";
pub(crate) const TYPE: &str = "server.type";
/// A list of objects, as JSON in a text.
pub(crate) const INTERFACES: &str = "server.networkInterfaceInfo";
pub(crate) const VCENTER_ID: &str = "server.vmWareInfo.vcenterId";
pub(crate) const MOREF_ID: &str = "server.vmWareInfo.morefId";
pub(crate) const VM_NAME: &str = "server.vmWareInfo.vmName";
pub(crate) const VM_PATH: &str = "server.vmWareInfo.vmPath";
pub(crate) const BIOS_ID: &str = "server.smBiosId";
pub(crate) const EXTERNAL_ID: &str = "server.externalId";
pub(crate) const MOTHERBOARD: &str = "server.motherboardSerialNumber";
/// The progress update stream whose task made the server known; an attribute of our own.
pub(crate) const SOURCE: &str = "server.source";

pub(crate) const APPLICATION_NAME: &str = "application.name";
pub(crate) const APPLICATION_DESCRIPTION: &str = "application.description";
pub(crate) const APPLICATION_WAVE: &str = "application.wave";

/// The type of a server of which nothing says what it is.
pub(crate) const TYPE_OTHER: &str = "OTHER";

/// Reads the network interfaces of a server.
pub(crate) fn interfaces(attributes: &Attributes) -> Vec<Attributes> {
    attributes.get(INTERFACES).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Writes the network interfaces of a server; addresses and MAC addresses are paired in their order.
pub(crate) fn set_interfaces(attributes: &mut Attributes, addresses: &[String], macs: &[String]) {
    let interfaces: Vec<Value> = (0..addresses.len().max(macs.len()))
        .map(|index| {
            let mut interface = serde_json::Map::new();
            for (name, values) in [("ipAddress", addresses), ("macAddress", macs)] {
                interface.extend(values.get(index).map(|value| (name.to_owned(), value.as_str().into())));
            }
            Value::Object(interface)
        })
        .collect();
    if !interfaces.is_empty() {
        attributes.insert(INTERFACES.to_owned(), Value::Array(interfaces).to_string());
    }
}

/// Adds what `from` says and `into` does not say yet: absent attributes, and interfaces with an address that is new.
pub(crate) fn learn(into: &mut Attributes, from: &Attributes) {
    add_interfaces(into, from);
    for (name, value) in from {
        into.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

/// Takes what `from` says in place of what `into` said, except that known interfaces stay.
pub(crate) fn replace(into: &mut Attributes, from: &Attributes) {
    add_interfaces(into, from);
    for (name, value) in from {
        if name != INTERFACES || !into.contains_key(INTERFACES) {
            into.insert(name.clone(), value.clone());
        }
    }
}

fn add_interfaces(into: &mut Attributes, from: &Attributes) {
    let mut known = interfaces(into);
    let before = known.len();
    for interface in interfaces(from) {
        let is_known =
            |name: &String, value: &String| known.iter().any(|other| other.get(name) == Some(value));
        if !interface.iter().all(|(name, value)| is_known(name, value)) {
            known.push(interface);
        }
    }
    if known.len() > before {
        into.insert(INTERFACES.to_owned(), serde_json::json!(known).to_string());
    }
}

/// Writes a time as these maps have it: `2016-10-28 23:44:30.0`, UTC.
pub(crate) fn time(time: Timestamp) -> String {
    let text = time.to_rfc3339();
    let text = text.trim_end_matches('Z').replacen('T', " ", 1);
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learnt_adds_and_what_is_imported_replaces() {
        let made = |host: &str, addresses: &[&str], macs: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let mut attributes = Attributes::from([(HOST_NAME.to_owned(), host.to_owned())]);
            set_interfaces(&mut attributes, &owned(addresses), &owned(macs));
            attributes
        };
        let known = made("web.example.com", &["10.0.0.1"], &["aa"]);
        let mut learnt = known.clone();
        learn(&mut learnt, &made("web", &["10.0.0.1", "10.0.0.2"], &[]));
        assert_eq!(learnt[HOST_NAME], "web.example.com");
        let both = r#"[{"ipAddress":"10.0.0.1","macAddress":"aa"},{"ipAddress":"10.0.0.2"}]"#;
        assert_eq!(learnt[INTERFACES], both);
        let mut imported = known;
        replace(&mut imported, &made("web", &["10.0.0.2"], &[]));
        assert_eq!((imported[HOST_NAME].as_str(), imported[INTERFACES].as_str()), ("web", both));
    }

    #[test]
    fn times_in_maps_are_text() {
        assert_eq!(time(Timestamp::from_millis(1_477_698_270_000)), "2016-10-28 23:44:30.0");
        assert_eq!(time(Timestamp::from_millis(1_477_698_270_120)), "2016-10-28 23:44:30.120");
    }
}
