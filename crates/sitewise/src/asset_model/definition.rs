//! What one version of a model says, as one document.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::composite::Composite;
use super::hierarchy::Hierarchy;
use super::property::Property;
use crate::id::{AssetModelId, CompositeId, CustomId};

/// Layout of the document; a later one takes the next number and reads this one too.
///
/// Layout 1 had no composite models, and is otherwise the same.
const LAYOUT: u32 = 2;

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
    /// All composite models, parents before their children; what component models give is written out.
    #[serde(default)]
    pub composites: Vec<Composite>,
}

impl Definition {
    /// Puts a definition together.
    pub fn new(
        name: String,
        description: Option<String>,
        properties: Vec<Property>,
        hierarchies: Vec<Hierarchy>,
        composites: Vec<Composite>,
    ) -> Self {
        Self { layout: LAYOUT, name, description, properties, hierarchies, composites }
    }

    /// Finds a hierarchy by id or external id.
    pub fn hierarchy(&self, id: &CustomId) -> Option<&Hierarchy> {
        self.hierarchies.iter().find(|hierarchy| hierarchy.is(id))
    }

    /// Lists the model's own properties, then those of its composite models, each with the composite model.
    pub fn all_properties(&self) -> impl Iterator<Item = (&Property, Option<&Composite>)> {
        let own = self.properties.iter().map(|property| (property, None));
        let of_composites = self.composites.iter().flat_map(|composite| {
            composite.properties.iter().map(move |property| (property, Some(composite)))
        });
        own.chain(of_composites)
    }

    /// Lists the same properties, to be changed.
    pub fn all_properties_mut(&mut self) -> impl Iterator<Item = &mut Property> {
        let of_composites = self.composites.iter_mut().flat_map(|composite| &mut composite.properties);
        self.properties.iter_mut().chain(of_composites)
    }

    /// Answers how many composite models stand on the longest way down, and the name of the last of them.
    pub fn deepest(&self) -> (usize, &str) {
        let mut depths: HashMap<&CompositeId, usize> = HashMap::with_capacity(self.composites.len());
        let mut deepest = (0, "");
        // Parents stand before their children.
        for composite in &self.composites {
            let above = composite.parent_id.as_ref().and_then(|parent| depths.get(parent)).copied();
            let depth = above.unwrap_or(0) + 1;
            depths.insert(&composite.id, depth);
            if depth > deepest.0 {
                deepest = (depth, &composite.name);
            }
        }
        deepest
    }

    /// Finds a property, of the model itself or of one of its composite models, by id or external id.
    pub fn property_anywhere(&self, id: &CustomId) -> Option<(&Property, Option<&Composite>)> {
        self.all_properties()
            .find(|(property, _)| id.names(property.id.as_str(), property.external_id.as_ref()))
    }

    /// Counts properties and composite models, with all that component models give.
    pub fn elements(&self) -> usize {
        self.all_properties().count() + self.composites.len()
    }

    /// Finds a composite model by id or external id.
    pub fn composite(&self, id: &CustomId) -> Option<&Composite> {
        self.composites
            .iter()
            .find(|composite| id.names(composite.id.as_str(), composite.external_id.as_ref()))
    }

    /// Finds a composite model by its id.
    pub fn composite_by_id(&self, id: &CompositeId) -> Option<&Composite> {
        self.composites.iter().find(|composite| composite.id == *id)
    }

    /// Lists the composite models directly below one, or directly below the model.
    pub fn composites_below<'a>(
        &'a self,
        parent: Option<&'a CompositeId>,
    ) -> impl Iterator<Item = &'a Composite> {
        self.composites.iter().filter(move |composite| composite.parent_id.as_ref() == parent)
    }

    /// Answers the way to a composite model: from the outermost one down to itself.
    pub fn path_of<'a>(&'a self, composite: &'a Composite) -> Vec<&'a Composite> {
        let mut path = vec![composite];
        let mut above = composite.parent_id.as_ref();
        while let Some(parent) = above.and_then(|id| self.composite_by_id(id)) {
            path.push(parent);
            // A definition that was accepted has no cycle; a broken one must not hang a reader.
            above = parent.parent_id.as_ref().filter(|_| path.len() <= self.composites.len());
        }
        path.reverse();
        path
    }

    /// Finds one of the model's own properties by id or external id, none of a composite model.
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
        let mut definition: Self = serde_json::from_str(document)
            .map_err(|error| store::Error::Broken(format!("a model definition can't be read: {error}")))?;
        if !(1..=LAYOUT).contains(&definition.layout) {
            let layout = definition.layout;
            return Err(store::Error::Broken(format!("a model definition has the unknown layout {layout}")));
        }
        definition.layout = LAYOUT;
        Ok(definition)
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
    use crate::asset_model::composite::CompositeType;
    use crate::asset_model::property::{DataType, PropertyKind};
    use crate::id::PropertyId;

    fn model_id() -> AssetModelId {
        AssetModelId::stored("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa".into())
    }

    fn named(name: &str) -> Definition {
        Definition::new(name.into(), None, Vec::new(), Vec::new(), Vec::new())
    }

    fn composite(id: &str, parent: Option<&str>) -> Composite {
        Composite {
            id: CompositeId::stored(id.into()),
            external_id: None,
            name: id.to_uppercase(),
            description: None,
            composite_type: CompositeType::Custom,
            parent_id: parent.map(|id| CompositeId::stored(id.into())),
            component: None,
            origin: None,
            chain: Vec::new(),
            properties: vec![property(&format!("{id}-speed"))],
        }
    }

    fn property(id: &str) -> Property {
        Property {
            id: PropertyId::stored(id.into()),
            external_id: None,
            name: "speed".into(),
            data_type: DataType::Double,
            data_type_spec: None,
            unit: None,
            kind: PropertyKind::Measurement { forwarding: None },
            origin: None,
        }
    }

    #[test]
    fn a_document_of_layout_1_still_reads() {
        let old = r#"{"layout":1,"name":"wind","properties":[],"hierarchies":[]}"#;
        assert_eq!(Definition::decode(old).unwrap(), named("wind"));
    }

    #[test]
    fn properties_of_composite_models_are_found_with_their_place() {
        let mut definition = named("wind");
        definition.properties.push(property("own-speed"));
        definition.composites = vec![composite("rotor", None), composite("blade", Some("rotor"))];
        let found: Vec<_> = definition
            .all_properties()
            .map(|(property, at)| (property.id.as_str(), at.map(|at| at.id.as_str())))
            .collect();
        assert_eq!(
            found,
            [("own-speed", None), ("rotor-speed", Some("rotor")), ("blade-speed", Some("blade"))]
        );
        let (_, at) = definition.property_anywhere(&CustomId::Id("blade-speed".into())).unwrap();
        let path: Vec<_> = definition.path_of(at.unwrap()).iter().map(|at| at.name.as_str()).collect();
        assert_eq!(path, ["ROTOR", "BLADE"]);
        assert_eq!(definition.deepest(), (2, "BLADE"));
        let below: Vec<_> = definition.composites_below(None).map(|at| at.name.as_str()).collect();
        assert_eq!(below, ["ROTOR"]);
    }

    #[test]
    fn a_definition_reads_back_as_it_was_written() {
        let definition = Definition {
            description: Some("all of them".into()),
            composites: vec![composite("rotor", None), composite("blade", Some("rotor"))],
            ..named("wind")
        };
        assert_eq!(Definition::decode(&definition.encode()).unwrap(), definition);
    }

    #[test]
    fn a_document_of_a_newer_layout_is_refused() {
        let newer = r#"{"layout":3,"name":"wind","properties":[],"hierarchies":[]}"#;
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
        let definition = named("cached");
        let etag = etag(&model_id(), 77, &definition.encode());
        let first = cached::<()>(&etag, || Ok(definition.clone())).unwrap();
        let second = cached::<()>(&etag, || panic!("it is in memory")).unwrap();
        assert_eq!(first, second);
    }
}
