//! What a task's resource attributes say about its server.

use std::collections::BTreeSet;

use serde_json::json;

use crate::discovery::configuration_item::attribute::{self, Attributes};
use crate::discovery::configuration_item::identity::{self, Class};

/// The attributes of a task: (type, value), each pair once, in the order of the type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence(BTreeSet<(String, String)>);

/// The types that name a virtual machine, and mean nothing without its manager.
const MANAGER: &str = "VM_MANAGER_ID";

impl Evidence {
    /// Collects attributes.
    pub(crate) fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Reads what [`Evidence::write`] wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// Writes the attributes; the same attributes give the same text, in whatever order they came.
    pub(crate) fn write(&self) -> String {
        json!(self.0).to_string()
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The values to look for, in the order of their weight: each step is a class of values.
    pub(crate) fn steps(&self) -> Vec<Vec<(Class, String)>> {
        let pairs = |class: Class, name: &str| -> Vec<(Class, String)> {
            let managers = self.all(MANAGER);
            let values = self.all(name);
            managers
                .iter()
                .flat_map(|manager| values.iter().map(move |value| (class, identity::pair(manager, value))))
                .collect()
        };
        let plain = |class: Class, name: &str| -> Vec<(Class, String)> {
            self.all(name).into_iter().map(|value| (class, value.to_lowercase())).collect()
        };
        let macs = self.all("MAC_ADDRESS").into_iter().filter_map(identity::mac);
        let mut machine = pairs(Class::VmPath, "VM_PATH");
        machine.extend(pairs(Class::VmName, "VM_NAME"));
        vec![
            pairs(Class::Moref, "VM_MANAGED_OBJECT_REFERENCE"),
            plain(Class::Bios, "BIOS_ID"),
            plain(Class::Motherboard, "MOTHERBOARD_SERIAL_NUMBER"),
            macs.map(|mac| (Class::Mac, mac)).collect(),
            self.all("FQDN").into_iter().flat_map(hosts).collect(),
            machine,
            self.all("IPV6_ADDRESS").into_iter().filter_map(identity::ip).collect(),
            self.all("IPV4_ADDRESS").into_iter().filter_map(identity::ip).collect(),
        ]
    }

    /// What a new server would be known by.
    pub(crate) fn attributes(&self, stream_name: &str) -> Attributes {
        let mut known = Attributes::new();
        let mut take = |name: &str, from: &str| {
            known.extend(self.all(from).first().map(|value| (name.to_owned(), (*value).to_owned())));
        };
        take(attribute::HOST_NAME, "FQDN");
        take(attribute::BIOS_ID, "BIOS_ID");
        take(attribute::MOTHERBOARD, "MOTHERBOARD_SERIAL_NUMBER");
        if !self.all(MANAGER).is_empty() {
            take(attribute::VCENTER_ID, MANAGER);
            take(attribute::MOREF_ID, "VM_MANAGED_OBJECT_REFERENCE");
            take(attribute::VM_NAME, "VM_NAME");
            take(attribute::VM_PATH, "VM_PATH");
        }
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut addresses = owned(self.all("IPV4_ADDRESS"));
        addresses.extend(owned(self.all("IPV6_ADDRESS")));
        attribute::set_interfaces(&mut known, &addresses, &owned(self.all("MAC_ADDRESS")));
        known.insert(attribute::TYPE.to_owned(), attribute::TYPE_OTHER.to_owned());
        known.insert(attribute::SOURCE.to_owned(), stream_name.to_owned());
        known
    }
}

/// A host name is looked for whole; a qualified one also among the unqualified, an unqualified one also among the
/// first labels of the qualified.
fn hosts(name: &str) -> Vec<(Class, String)> {
    let name = identity::host(name);
    let label = identity::label(&name).to_owned();
    if label == name {
        return vec![(Class::HostLabel, label)];
    }
    vec![(Class::Host, name), (Class::Host, label)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(pairs: &[(&str, &str)]) -> Evidence {
        Evidence::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_order_of_attributes_does_not_matter() {
        let one = evidence(&[("FQDN", "a"), ("MAC_ADDRESS", "b"), ("FQDN", "a")]);
        let other = evidence(&[("MAC_ADDRESS", "b"), ("FQDN", "a")]);
        assert_eq!(one.write(), other.write());
        assert_eq!(Evidence::read(&one.write()), Some(one));
    }

    #[test]
    fn a_virtual_machine_without_its_manager_says_nothing() {
        let lone =
            evidence(&[("VM_NAME", "web"), ("VM_PATH", "/dc/web"), ("VM_MANAGED_OBJECT_REFERENCE", "vm-1")]);
        assert!(lone.steps().iter().all(Vec::is_empty));
        let known = lone.attributes("SMS");
        assert_eq!(known.keys().collect::<Vec<_>>(), [attribute::SOURCE, attribute::TYPE]);
        let managed = evidence(&[("VM_NAME", "web"), ("VM_MANAGER_ID", "vc")]);
        assert_eq!(managed.steps()[5], [(Class::VmName, r#"["vc","web"]"#.to_owned())]);
    }

    #[test]
    fn addresses_and_macs_of_a_new_server_stand_in_pairs() {
        let known =
            evidence(&[("IPV4_ADDRESS", "10.0.0.1"), ("MAC_ADDRESS", "00:1a:2b:3c:4d:5e")]).attributes("SMS");
        assert_eq!(
            known[attribute::INTERFACES],
            r#"[{"ipAddress":"10.0.0.1","macAddress":"00:1a:2b:3c:4d:5e"}]"#
        );
    }
}
