//! A made-up NuGet registry on a loopback port: a service index, registrations, a catalog, and packages.

mod package;

pub use package::{Nupkg, form, nupkg, nuspec, zip};

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::crate_registry::CrateRegistry;

/// A running registry. It stops when dropped.
#[derive(Debug)]
pub struct NugetRegistry {
    server: CrateRegistry,
    /// The leaves of each package.
    leaves: Mutex<BTreeMap<String, Vec<Value>>>,
    /// How many leaves a page has; all lie in the index where it is none.
    page: Option<usize>,
}

impl NugetRegistry {
    /// Starts an empty registry on a free loopback port; its registrations come whole.
    pub fn start() -> Self {
        Self::paged(None)
    }

    /// The same with registrations in pages of so many versions.
    pub fn paged(page: Option<usize>) -> Self {
        let registry = Self { server: CrateRegistry::start(), leaves: Mutex::default(), page };
        registry.serve(true);
        registry
    }

    /// Writes the service index; without a catalog, nothing states digests.
    pub fn serve(&self, catalog: bool) {
        let at = |path: &str, kind: &str| json!({"@id": format!("{}{path}", self.url()), "@type": kind});
        let mut resources = vec![
            at("flat/", "PackageBaseAddress/3.0.0"),
            at("reg/", "RegistrationsBaseUrl/3.6.0"),
            at("none/", "RegistrationsBaseUrl"),
        ];
        if catalog {
            resources.push(at("catalog/index.json", "Catalog/3.0.0"));
        }
        let index = json!({"version": "3.0.0", "resources": resources});
        self.put("/v3/index.json", index.to_string().as_bytes());
    }

    /// Its base URL, with a slash at the end; the service index is at `v3/index.json` below it.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Offers a package; `more` are members of its catalog entry.
    pub fn publish(&self, of: &Nupkg, more: Value) {
        let (id, version) = (of.id.to_lowercase(), of.version.to_lowercase());
        let version = version.split('+').next().unwrap_or_default().to_owned();
        let path = format!("/flat/{id}/{version}/{id}.{version}.nupkg");
        self.put(&path, &of.bytes);
        let catalog = format!("catalog/{id}.{version}.json");
        let stated = json!({"packageHash": of.sha512, "packageHashAlgorithm": "SHA512"});
        self.put(&format!("/{catalog}"), stated.to_string().as_bytes());
        let mut entry = json!({
            "@id": format!("{}{catalog}", self.url()), "id": of.id, "version": of.version, "listed": true,
            "description": format!("{} of the fixture", of.id), "authors": "Fixture",
            "published": "2020-01-01T00:00:00Z",
        });
        if let (Some(entry), Value::Object(more)) = (entry.as_object_mut(), more) {
            entry.extend(more);
        }
        let leaf = json!({"catalogEntry": entry, "packageContent": format!("{}{}", self.url(), &path[1..])});
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        let of_id = leaves.entry(id.clone()).or_default();
        of_id.retain(|leaf| leaf["catalogEntry"]["version"] != of.version);
        of_id.push(leaf);
        self.list(&id, of_id);
    }

    fn list(&self, id: &str, leaves: &[Value]) {
        let size = self.page.unwrap_or(leaves.len()).max(1);
        let pages = leaves.chunks(size).enumerate().map(|(place, leaves)| {
            let path = format!("reg/{id}/page/{place}.json");
            let items = json!({"items": leaves});
            self.put(&format!("/{path}"), items.to_string().as_bytes());
            let mut page = json!({"@id": format!("{}{path}", self.url()), "count": leaves.len()});
            if self.page.is_none() {
                page["items"] = json!(leaves);
            }
            page
        });
        let pages: Vec<Value> = pages.collect();
        let index = json!({"count": pages.len(), "items": pages});
        self.put(&format!("/reg/{id}/index.json"), index.to_string().as_bytes());
    }

    /// Puts a file at a path.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        self.server.put(path, bytes);
    }

    /// How often a path was asked for.
    pub fn requests(&self, path: &str) -> u64 {
        self.server.requests(path)
    }

    /// How often anything was asked for.
    pub fn requests_in_all(&self) -> u64 {
        self.server.requests_in_all()
    }

    /// Answers a path with a status, until `repair`.
    pub fn fail(&self, path: &str, status: u16) {
        self.server.fail(path, status);
    }

    /// Makes everything work again.
    pub fn repair(&self) {
        self.server.repair();
    }

    /// Refuses requests without this Authorization header.
    pub fn require_authorization(&self, value: &str) {
        self.server.require_authorization(value);
    }
}
