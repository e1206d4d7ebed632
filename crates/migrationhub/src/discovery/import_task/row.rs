//! One row of an import: a server, the applications it belongs to and its tags.

use std::collections::BTreeMap;

use crate::discovery::configuration_item::attribute::{self, Attributes};
use crate::discovery::configuration_item::identity::{self, Class};

/// Longest value of an attribute; filters and page tokens carry such values.
const VALUE_CHARACTERS_MAX: usize = 1000;
/// Longest name of an application (API model).
const APPLICATION_CHARACTERS_MAX: usize = 127;

/// A server as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What is said of it, under the names of attributes.
    pub(crate) attributes: Attributes,
    /// Names of its applications.
    pub(crate) applications: Vec<String>,
    /// Its tags.
    pub(crate) tags: Vec<(String, String)>,
}

/// Columns whose values become one attribute as they are.
const PLAIN: [(&str, &str); 20] = [
    ("ExternalId", attribute::EXTERNAL_ID),
    ("SMBiosId", attribute::BIOS_ID),
    ("HostName", attribute::HOST_NAME),
    ("VMware.MoRefId", attribute::MOREF_ID),
    ("VMware.VCenterId", attribute::VCENTER_ID),
    ("VMware.VMName", attribute::VM_NAME),
    ("OS.Name", attribute::OS_NAME),
    ("OS.Version", attribute::OS_VERSION),
    ("CPU.NumberOfProcessors", "server.performance.numCpus"),
    ("CPU.NumberOfCores", "server.performance.numCores"),
    ("CPU.NumberOfLogicalCores", "server.performance.numLogicalCores"),
    ("CPU.UsagePct.Avg", "server.performance.avgCpuUsagePct"),
    ("CPU.UsagePct.Max", "server.performance.maxCpuUsagePct"),
    ("RAM.TotalSizeInMB", "server.performance.totalRAMInMB"),
    ("RAM.UsedSizeInMB.Avg", "server.performance.avgRAMUsedInMB"),
    ("RAM.UsedSizeInMB.Max", "server.performance.maxRAMUsedInMB"),
    ("DiskReadsPerSecondInKB.Avg", "server.performance.avgDiskReadsPerSecondInKB"),
    ("DiskWritesPerSecondInKB.Avg", "server.performance.avgDiskWritesPerSecondInKB"),
    ("NetworkReadsPerSecondInKB.Avg", "server.performance.avgNetworkReadsPerSecondInKB"),
    ("NetworkWritesPerSecondInKB.Avg", "server.performance.avgNetworkWritesPerSecondInKB"),
];

impl Row {
    /// Reads a record under its header; names of columns are compared without letter case, unknown ones ignored.
    pub(crate) fn read(header: &[String], record: &[String]) -> Result<Self, String> {
        let fields: BTreeMap<String, &str> = header
            .iter()
            .zip(record)
            .map(|(name, value)| (name.trim().to_lowercase(), value.trim()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        if let Some((name, _)) = fields.iter().find(|(_, value)| value.contains('\0')) {
            // PostgreSQL keeps no such text, and the API takes none.
            return Err(format!("{} holds U+0000", name.replace('\0', "")));
        }
        let field = |name: &str| fields.get(&name.to_lowercase()).copied();
        let mut attributes = Attributes::new();
        for (column, name) in PLAIN {
            let Some(value) = field(column) else { continue };
            if value.chars().count() > VALUE_CHARACTERS_MAX {
                return Err(format!("{column} has more than {VALUE_CHARACTERS_MAX} characters"));
            }
            attributes.insert(name.to_owned(), value.to_owned());
        }
        let addresses = list(field("IPAddress"));
        let macs = list(field("MACAddress"));
        if let Some(bad) = addresses.iter().find(|address| address.parse::<std::net::IpAddr>().is_err()) {
            return Err(format!("IPAddress '{bad}' is not an IP address"));
        }
        if let Some(bad) = macs.iter().find(|mac| identity::mac(mac).is_none()) {
            return Err(format!("MACAddress '{bad}' is not a MAC address of one machine"));
        }
        attribute::set_interfaces(&mut attributes, &addresses, &macs);
        let row = Self { attributes, applications: list(field("Applications")), tags: tags(field("Tags"))? };
        row.check()?;
        Ok(row)
    }

    /// Whether a header has a column that tells servers apart.
    pub(crate) fn knows(header: &[String]) -> bool {
        let identifying = ["externalid", "smbiosid", "ipaddress", "macaddress", "hostname", "vmware.morefid"];
        header.iter().any(|name| identifying.contains(&name.trim().to_lowercase().as_str()))
    }

    fn check(&self) -> Result<(), String> {
        let has = |name: &str| self.attributes.contains_key(name);
        if has(attribute::MOREF_ID) != has(attribute::VCENTER_ID) {
            return Err("VMware.MoRefId and VMware.VCenterId are given only together".to_owned());
        }
        let identifying = [
            attribute::EXTERNAL_ID,
            attribute::BIOS_ID,
            attribute::INTERFACES,
            attribute::HOST_NAME,
            attribute::MOREF_ID,
        ];
        if !identifying.into_iter().any(has) {
            return Err(
                "none of ExternalId, SMBiosId, IPAddress, MACAddress, HostName and the VMware pair is \
                        given"
                    .to_owned(),
            );
        }
        let too_long = |name: &String| name.chars().count() > APPLICATION_CHARACTERS_MAX;
        if let Some(name) = self.applications.iter().find(|name| too_long(name)) {
            return Err(format!(
                "the application '{name}' has a name of more than {APPLICATION_CHARACTERS_MAX} characters"
            ));
        }
        Ok(())
    }

    /// The values to look for among known servers, each step a class; the external id decides alone.
    pub(crate) fn steps(&self) -> Vec<Vec<(Class, String)>> {
        let item = identity::of_server(&self.attributes);
        let of = |classes: &[Class]| -> Vec<(Class, String)> {
            item.iter().filter(|(class, _)| classes.contains(class)).cloned().collect()
        };
        if self.attributes.contains_key(attribute::EXTERNAL_ID) {
            return vec![of(&[Class::External])];
        }
        vec![
            of(&[Class::Moref]),
            of(&[Class::Bios]),
            of(&[Class::Mac]),
            of(&[Class::Host]),
            of(&[Class::Ipv6]),
            of(&[Class::Ipv4]),
        ]
    }
}

fn list(field: Option<&str>) -> Vec<String> {
    let parts = field.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn tags(field: Option<&str>) -> Result<Vec<(String, String)>, String> {
    list(field)
        .into_iter()
        .map(|tag| {
            let (key, value) =
                tag.split_once(':').ok_or_else(|| format!("the tag '{tag}' is not key:value"))?;
            let (key, value) = (key.trim(), value.trim());
            if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
                return Err(format!(
                    "the tag '{tag}' has a key of 1 to 128 and a value of up to 256 characters"
                ));
            }
            Ok((key.to_owned(), value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &[(&str, &str)]) -> Result<Row, String> {
        let (header, record): (Vec<String>, Vec<String>) =
            columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).unzip();
        Row::read(&header, &record)
    }

    #[test]
    fn a_row_needs_something_that_tells_the_server_apart() {
        assert!(read(&[("OS.Name", "Linux"), ("VMware.VMName", "web")]).unwrap_err().contains("none of"));
        assert!(read(&[("HostName", "web"), ("VMware.MoRefId", "vm-1")]).unwrap_err().contains("together"));
        assert!(
            read(&[("HostName", "web"), ("IPAddress", "10.0.0.300")]).unwrap_err().contains("10.0.0.300")
        );
        assert!(read(&[("HostName", "web"), ("MACAddress", "x")]).unwrap_err().contains("MACAddress"));
        assert!(read(&[("HostName", "web"), ("Tags", "lonely")]).unwrap_err().contains("lonely"));
        assert!(read(&[("HostName", "w\0"), ("\0", "\0")]).unwrap_err().ends_with("holds U+0000"));
        assert!(read(&[("HostName", &"w".repeat(1001))]).unwrap_err().contains("HostName"));
        assert!(read(&[("HostName", "web"), ("Applications", &"a".repeat(128))]).is_err());
    }

    #[test]
    fn columns_are_found_in_any_case_and_lists_are_split() {
        let row = read(&[
            ("hostname ", " web "),
            ("Applications", "shop, blog"),
            ("Tags", "env:prod,url:http://x"),
            ("IPAddress", "10.0.0.1,10.0.0.2"),
            ("Unheard.Of", "x"),
        ])
        .unwrap();
        assert_eq!(row.attributes[attribute::HOST_NAME], "web");
        assert_eq!(row.applications, ["shop", "blog"]);
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(row.tags, [pair("env", "prod"), pair("url", "http://x")]);
        assert_eq!(
            row.attributes[attribute::INTERFACES],
            r#"[{"ipAddress":"10.0.0.1"},{"ipAddress":"10.0.0.2"}]"#
        );
    }

    #[test]
    fn the_external_id_decides_alone() {
        let steps = read(&[("ExternalId", "e1"), ("HostName", "web")]).unwrap().steps();
        assert_eq!(steps, [[(Class::External, "e1".to_owned())]]);
        let steps = read(&[("HostName", "Web")]).unwrap().steps();
        assert_eq!(steps.concat(), [(Class::Host, "web".to_owned())]);
    }
}
