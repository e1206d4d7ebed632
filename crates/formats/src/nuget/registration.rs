//! What a registry says of a package: its registration, one document or several pages of it, and entries of its catalog.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::entry::{self, Entry};
use super::id::PackageId;
use super::listing::Listed;
use super::version::Version;

/// Most pages of a registration: those of the gallery have 64 versions each.
const PAGES_MAX: usize = 1000;
/// Most versions in one document.
const LEAVES_MAX: usize = 100_000;

/// One document of a registration.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// The versions in it that are understood.
    pub versions: Vec<Listed>,
    /// Where further pages are.
    pub pages: Vec<String>,
    /// How many versions are not understood.
    pub left_out: usize,
}

impl Registration {
    /// Reads the index of a registration, or one of its pages. Versions of other packages are left out.
    pub fn read(id: &PackageId, document: &[u8]) -> Result<Self, String> {
        let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        let items = document.get("items").and_then(Value::as_array);
        let items = items.ok_or_else(|| "the registration has no items".to_owned())?;
        let mut registration = Self::default();
        for item in items {
            if item.get("catalogEntry").is_some() {
                registration.add(id, item);
            } else if let Some(leaves) = item.get("items").and_then(Value::as_array) {
                for leaf in leaves {
                    registration.add(id, leaf);
                }
            } else if let Some(page) = item.get("@id").and_then(Value::as_str) {
                registration.pages.push(page.to_owned());
            }
            if registration.pages.len() > PAGES_MAX || registration.versions.len() > LEAVES_MAX {
                return Err("the registration is larger than is read".to_owned());
            }
        }
        Ok(registration)
    }

    fn add(&mut self, id: &PackageId, leaf: &Value) {
        match listed(id, leaf) {
            Some(listed) => self.versions.push(listed),
            None => self.left_out += 1,
        }
    }

    /// How much memory it takes, roughly.
    pub fn bytes(&self) -> usize {
        let versions = self.versions.iter().map(|listed| size_of::<Listed>() + listed.entry.bytes() + 256);
        versions.sum::<usize>() + self.pages.iter().map(|page| page.len() + 64).sum::<usize>() + 128
    }
}

fn listed(id: &PackageId, leaf: &Value) -> Option<Listed> {
    let of = leaf.get("catalogEntry")?.as_object()?;
    let text =
        |of: &Map<String, Value>, member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
    let version = Version::parse(&text(of, "version")?)?;
    if PackageId::parse(&text(of, "id")?).ok()? != *id {
        return None;
    }
    let mut entry = Entry::of_catalog(of);
    entry.version = version.full();
    let published = text(of, "published").filter(|text| is_time(text));
    // Before there was a member for it, what is not listed was published in the year 1900.
    let of_1900 = published.as_deref().is_some_and(|time| time.starts_with("1900-"));
    let stated = of.get("listed").and_then(Value::as_bool);
    let content = leaf.get("packageContent").or_else(|| of.get("packageContent"));
    Some(Listed {
        version,
        entry: Arc::new(entry),
        is_listed: stated.unwrap_or(!of_1900),
        published: published.filter(|_| !of_1900),
        deprecation: of
            .get("deprecation")
            .filter(|value| value.is_object())
            .map(|value| Arc::new(value.clone())),
        vulnerabilities: of
            .get("vulnerabilities")
            .filter(|value| value.as_array().is_some_and(|several| !several.is_empty()))
            .map(|value| Arc::new(value.clone())),
        content: content.and_then(Value::as_str).map(str::to_owned),
        catalog: text(of, "@id"),
    })
}

/// Whether a text may be a time of RFC 3339: it is handed on as it stands.
fn is_time(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte))
}

/// An entry of a registry's catalog: what it states of the bytes of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogLeaf {
    /// SHA-512 of the package, in base64.
    pub sha512: Option<String>,
    /// When it was published, where a registration hides that.
    pub created: Option<String>,
}

impl CatalogLeaf {
    /// Reads an entry; what is something else states nothing.
    pub fn read(document: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        let of = document.as_object().ok_or_else(|| "the entry of the catalog is no object".to_owned())?;
        let created = of.get("created").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { sha512: entry::hash(of), created })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn leaf(id: &str, version: &str, more: Value) -> Value {
        let mut entry = json!({"@id": "http://r/c", "id": id, "version": version});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"catalogEntry": entry, "packageContent": "http://r/p.nupkg"})
    }

    #[test]
    fn pages_are_read_where_they_are() {
        let kit = PackageId::parse("kit").unwrap();
        let index = json!({"count": 3, "items": [
            {"@id": "http://r/page/1", "items": [
                leaf("Kit", "1.0", json!({"published": "2020-01-01T00:00:00Z", "listed": true})),
                leaf("Kit", "1.1.0", json!({"published": "1900-01-01T00:00:00+00:00"})),
                leaf("Kit", "1.2.0", json!({"published": "<now>"})),
                leaf("Other", "1.0.0", json!({})), leaf("Kit", "one", json!({})), 7,
            ]},
            {"@id": "http://r/page/2"},
        ]});
        let read = Registration::read(&kit, index.to_string().as_bytes()).unwrap();
        assert_eq!((read.pages, read.left_out), (vec!["http://r/page/2".to_owned()], 3));
        let shown: Vec<_> =
            read.versions.iter().map(|one| (one.version.normalised(), one.is_listed)).collect();
        assert_eq!(
            shown,
            [("1.0.0".to_owned(), true), ("1.1.0".to_owned(), false), ("1.2.0".to_owned(), true)]
        );
        assert!(read.versions[1..].iter().all(|one| one.published.is_none()));
        let deprecated =
            json!({"deprecation": {"reasons": ["Legacy"]}, "vulnerabilities": [], "listed": false});
        let page = json!({"items": [leaf("kit", "2.0.0", deprecated)]});
        let read = Registration::read(&kit, page.to_string().as_bytes()).unwrap();
        assert!(read.versions[0].deprecation.is_some() && read.versions[0].vulnerabilities.is_none());
        assert!(!read.versions[0].is_listed);
        for bad in ["", "{}", "[]", r#"{"items": 5}"#] {
            assert!(Registration::read(&kit, bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_catalog_states_digests() {
        let leaf = br#"{"packageHash": "AA==", "packageHashAlgorithm": "SHA512", "created": "2020-01-01T00:00:00Z"}"#;
        assert_eq!(CatalogLeaf::read(leaf).unwrap().sha512.as_deref(), Some("AA=="));
        let other = br#"{"packageHash": "AA==", "packageHashAlgorithm": "MD5"}"#;
        assert_eq!(CatalogLeaf::read(other), Ok(CatalogLeaf::default()));
        assert!(CatalogLeaf::read(b"[]").is_err());
    }
}
