//! What one version of a model says, as one document.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::hierarchy::Hierarchy;
use super::property::Property;
use crate::id::{AssetModelId, CustomId};

/// Layout of the document; a later one takes the next number and reads this one too.
const LAYOUT: u32 = 1;

/// Definitions kept in memory. A definition of 600 properties takes about 200 kB, so the bound is about 100 MB.
const CACHED_MAX: usize = 512;

/// One version of a model: everything that an update replaces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    layout: u32,
    /// Name of the model in this version.
    pub name: String,
    /// Description, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Properties in the order in which they were sent.
    pub properties: Vec<Property>,
    /// Hierarchies in the order in which they were sent.
    pub hierarchies: Vec<Hierarchy>,
}

impl Definition {
    /// Puts a definition together.
    pub fn new(
        name: String,
        description: Option<String>,
        properties: Vec<Property>,
        hierarchies: Vec<Hierarchy>,
    ) -> Self {
        Self { layout: LAYOUT, name, description, properties, hierarchies }
    }

    /// Finds a hierarchy by id or external id.
    pub fn hierarchy(&self, id: &CustomId) -> Option<&Hierarchy> {
        self.hierarchies.iter().find(|hierarchy| hierarchy.is(id))
    }

    /// Finds a property by id or external id.
    pub fn property(&self, id: &CustomId) -> Option<&Property> {
        self.properties.iter().find(|property| id.names(property.id.as_str(), property.external_id.as_ref()))
    }

    /// Writes the document.
    ///
    /// # Panics
    /// Never: a definition holds only strings and lists, which always encode.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a definition holds only strings and lists")
    }

    /// Reads a document that [`Definition::encode`] wrote.
    pub fn decode(document: &str) -> Result<Self, store::Error> {
        let definition: Self = serde_json::from_str(document)
            .map_err(|error| store::Error::Broken(format!("a model definition can't be read: {error}")))?;
        if definition.layout == LAYOUT {
            return Ok(definition);
        }
        Err(store::Error::Broken(format!("a model definition has the unknown layout {}", definition.layout)))
    }
}

/// Digest of one version of one model: 43 characters, the base64url form of a SHA-256.
///
/// It covers the version number, so that every accepted write changes it even if the definition stays.
pub fn etag(model_id: &AssetModelId, version: i64, document: &str) -> String {
    let digest = Sha256::new()
        .chain_update(model_id.as_str())
        .chain_update(version.to_be_bytes())
        .chain_update(document)
        .finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

/// Definitions by etag. An etag is the digest of what it names, so an entry is never wrong, whoever made it: not
/// after a rolled-back transaction, nor between two stores of one process.
static CACHE: RwLock<Option<HashMap<String, Arc<Definition>>>> = RwLock::new(None);

/// Answers the definition with this etag, reading its document by `load` unless it is in memory.
pub fn cached<E>(etag: &str, load: impl FnOnce() -> Result<Definition, E>) -> Result<Arc<Definition>, E> {
    let known = CACHE.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(definition) = known.as_ref().and_then(|known| known.get(etag)) {
        return Ok(definition.clone());
    }
    drop(known);
    let definition = Arc::new(load()?);
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    let cache = cache.get_or_insert_default();
    if cache.len() >= CACHED_MAX {
        cache.clear();
    }
    cache.insert(etag.to_owned(), definition.clone());
    Ok(definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model_id() -> AssetModelId {
        AssetModelId::stored("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa".into())
    }

    #[test]
    fn a_definition_reads_back_as_it_was_written() {
        let definition = Definition::new("wind".into(), Some("all of them".into()), Vec::new(), Vec::new());
        assert_eq!(Definition::decode(&definition.encode()).unwrap(), definition);
    }

    #[test]
    fn a_document_of_a_newer_layout_is_refused() {
        let newer = r#"{"layout":2,"name":"wind","properties":[],"hierarchies":[]}"#;
        assert!(matches!(Definition::decode(newer), Err(store::Error::Broken(_))));
    }

    #[test]
    fn an_etag_has_43_characters_and_changes_with_every_version() {
        let (one, two) = (etag(&model_id(), 1, "{}"), etag(&model_id(), 2, "{}"));
        assert_eq!(one.len(), 43);
        assert_ne!(one, two);
        assert_eq!(one, etag(&model_id(), 1, "{}"));
    }

    #[test]
    fn a_definition_is_loaded_once() {
        let definition = Definition::new("cached".into(), None, Vec::new(), Vec::new());
        let etag = etag(&model_id(), 77, &definition.encode());
        let first = cached::<()>(&etag, || Ok(definition.clone())).unwrap();
        let second = cached::<()>(&etag, || panic!("it is in memory")).unwrap();
        assert_eq!(first, second);
    }
}
