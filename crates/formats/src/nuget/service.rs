//! The service index of a registry: which parts of the protocol it has, and where.

use serde_json::Value;

/// Where a registry keeps what is asked of it; addresses are absolute, or relative to the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceIndex {
    /// What it says of packages; with a slash at the end.
    pub registrations: Option<String>,
    /// The packages by id and version; with a slash at the end.
    pub packages: Option<String>,
    /// Whether it keeps a catalog, whose entries state the digests of packages.
    pub has_catalog: bool,
}

/// The registrations, the most complete first: all of them, then those for clients of old.
const REGISTRATIONS: [&str; 7] = [
    "RegistrationsBaseUrl/Versioned",
    "RegistrationsBaseUrl/3.6.0",
    "RegistrationsBaseUrl/3.4.0",
    "RegistrationsBaseUrl/3.0.0-rc",
    "RegistrationsBaseUrl/3.0.0-beta",
    "RegistrationsBaseUrl/3.0.0",
    "RegistrationsBaseUrl",
];

impl ServiceIndex {
    /// Reads a service index.
    pub fn read(document: &[u8]) -> Result<Self, String> {
        let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        let version = document.get("version").and_then(Value::as_str).unwrap_or_default();
        if !version.starts_with("3.") {
            return Err("it is no service index of version 3".to_owned());
        }
        let resources = document.get("resources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let typed = |resource: &Value, wanted: &str| match resource.get("@type") {
            Some(Value::String(kind)) => kind == wanted,
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind.as_str() == Some(wanted)),
            _ => false,
        };
        let address = |wanted: &str| {
            let found = resources.iter().find(|resource| typed(resource, wanted))?;
            let id = found.get("@id").and_then(Value::as_str)?;
            Some(format!("{}/", id.trim_end_matches('/')))
        };
        let index = Self {
            registrations: REGISTRATIONS.iter().find_map(|kind| address(kind)),
            packages: address("PackageBaseAddress/3.0.0"),
            has_catalog: resources.iter().any(|resource| typed(resource, "Catalog/3.0.0")),
        };
        if index.registrations.is_none() {
            return Err("its service index has no registrations".to_owned());
        }
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_most_complete_registrations_are_taken() {
        let resource = |id: &str, kind: Value| json!({"@id": id, "@type": kind});
        let index = json!({"version": "3.0.0", "resources": [
            resource("http://r/plain/", json!("RegistrationsBaseUrl")),
            resource("http://r/semver2", json!(["RegistrationsBaseUrl/3.6.0", "x"])),
            resource("http://r/flat", json!("PackageBaseAddress/3.0.0")),
            resource("http://r/catalog.json", json!("Catalog/3.0.0")), {"odd": true}, 5,
        ]});
        let index = ServiceIndex::read(index.to_string().as_bytes()).unwrap();
        assert_eq!(index.registrations.as_deref(), Some("http://r/semver2/"));
        assert_eq!((index.packages.as_deref(), index.has_catalog), (Some("http://r/flat/"), true));
    }

    #[test]
    fn other_documents_are_no_service_index() {
        for bad in ["", "{}", "[]", r#"{"version": "2.0.0"}"#, r#"{"version": "3.0.0", "resources": []}"#] {
            assert!(ServiceIndex::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
