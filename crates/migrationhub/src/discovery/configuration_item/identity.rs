//! What tells servers apart: the classes of values by which a server is found again, in their common form.
//!
//! Only values that belong to one machine count: loopback, link-local and unspecified addresses, and MAC addresses
//! of all zeros or ones, are left out (assumed: migration-hub 10.3).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::attribute::{self, Attributes};
use super::{Item, ItemKind};

/// A class of values; the order is that in which matching asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The id that the importing user gave; decides alone.
    External,
    /// vCenter and managed object reference together.
    Moref,
    Bios,
    Motherboard,
    Mac,
    /// The whole host name, in lower case.
    Host,
    /// Its first label.
    HostLabel,
    /// vCenter and path of the virtual machine together.
    VmPath,
    /// vCenter and name of the virtual machine together.
    VmName,
    Ipv6,
    Ipv4,
    /// An application's name.
    ApplicationName,
}

impl Class {
    /// The word under which rows keep the class.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Moref => "moref",
            Self::Bios => "bios",
            Self::Motherboard => "motherboard",
            Self::Mac => "mac",
            Self::Host => "host",
            Self::HostLabel => "host-label",
            Self::VmPath => "vm-path",
            Self::VmName => "vm-name",
            Self::Ipv6 => "ipv6",
            Self::Ipv4 => "ipv4",
            Self::ApplicationName => "application-name",
        }
    }
}

/// The key under which a value is kept; values of pairs may be longer than an index entry.
pub(crate) fn key(value: &str) -> Cow<'_, str> {
    service::page::key(value)
}

/// Two values that count only together.
pub(crate) fn pair(first: &str, second: &str) -> String {
    serde_json::json!([first, second]).to_string()
}

/// A MAC address in lower case with colons, if it is one machine's.
pub(crate) fn mac(value: &str) -> Option<String> {
    let digits: String =
        value.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let separated = value.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.'));
    if digits.len() != 12 || !separated || ["000000000000", "ffffffffffff"].contains(&digits.as_str()) {
        return None;
    }
    let groups: Vec<&str> = (0..6).filter_map(|group| digits.get(group * 2..group * 2 + 2)).collect();
    Some(groups.join(":"))
}

/// An IP address in its shortest form with its class, if it is one machine's.
pub(crate) fn ip(value: &str) -> Option<(Class, String)> {
    if let Some(address) = ipv4(value) {
        let shared = address.is_loopback()
            || address.is_link_local()
            || address.is_unspecified()
            || address.is_broadcast();
        return (!shared).then(|| (Class::Ipv4, address.to_string()));
    }
    let address: Ipv6Addr = value.parse().ok()?;
    let shared = address.is_loopback() || address.is_unspecified() || address.is_unicast_link_local();
    (!shared).then(|| (Class::Ipv6, address.to_string()))
}

/// Four octets, with leading zeros as inventories write them.
fn ipv4(value: &str) -> Option<Ipv4Addr> {
    let octets: Vec<u8> = value
        .split('.')
        .map(|part| (part.len() <= 3).then(|| part.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    <[u8; 4]>::try_from(octets).ok().map(Ipv4Addr::from)
}

/// A host name as it is compared.
pub(crate) fn host(value: &str) -> String {
    value.trim_end_matches('.').to_lowercase()
}

/// The first label of a host name that is already in its compared form.
pub(crate) fn label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

/// Everything by which an item is found again.
pub(crate) fn of(item: &Item) -> BTreeSet<(Class, String)> {
    match item.kind {
        ItemKind::Server => of_server(&item.attributes),
        ItemKind::Application => {
            let name = item.attribute(attribute::APPLICATION_NAME);
            name.map(|name| (Class::ApplicationName, name.to_owned())).into_iter().collect()
        }
    }
}

/// Everything by which a server is found again.
pub(crate) fn of_server(attributes: &Attributes) -> BTreeSet<(Class, String)> {
    let mut found = BTreeSet::new();
    let text = |name: &str| attributes.get(name).filter(|value| !value.is_empty());
    found.extend(text(attribute::EXTERNAL_ID).map(|id| (Class::External, id.clone())));
    found.extend(text(attribute::BIOS_ID).map(|id| (Class::Bios, id.to_lowercase())));
    found.extend(text(attribute::MOTHERBOARD).map(|id| (Class::Motherboard, id.to_lowercase())));
    if let Some(manager) = text(attribute::VCENTER_ID) {
        for (class, name) in [
            (Class::Moref, attribute::MOREF_ID),
            (Class::VmPath, attribute::VM_PATH),
            (Class::VmName, attribute::VM_NAME),
        ] {
            found.extend(text(name).map(|value| (class, pair(manager, value))));
        }
    }
    if let Some(name) = text(attribute::HOST_NAME).map(|name| host(name)) {
        found.insert((Class::HostLabel, label(&name).to_owned()));
        found.insert((Class::Host, name));
    }
    for interface in attribute::interfaces(attributes) {
        found.extend(interface.get("macAddress").and_then(|value| mac(value)).map(|mac| (Class::Mac, mac)));
        found.extend(interface.get("ipAddress").and_then(|value| ip(value)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_have_one_form_and_shared_ones_none() {
        for value in ["00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e", "001a.2b3c.4d5e"] {
            assert_eq!(mac(value).as_deref(), Some("00:1a:2b:3c:4d:5e"));
        }
        for value in ["00:00:00:00:00:00", "FF-FF-FF-FF-FF-FF", "00:1a:2b", "x0:1a:2b:3c:4d:5e", ""] {
            assert_eq!(mac(value), None, "{value}");
        }
    }

    #[test]
    fn addresses_of_one_machine_count_and_shared_ones_do_not() {
        assert_eq!(ip("010.000.000.001"), Some((Class::Ipv4, "10.0.0.1".to_owned())));
        assert_eq!(ip("2001:DB8:0:0:0:0:0:1"), Some((Class::Ipv6, "2001:db8::1".to_owned())));
        for value in
            ["127.0.0.1", "169.254.7.7", "0.0.0.0", "255.255.255.255", "::1", "::", "fe80::1", "10.0.0"]
        {
            assert_eq!(ip(value), None, "{value}");
        }
    }
}
