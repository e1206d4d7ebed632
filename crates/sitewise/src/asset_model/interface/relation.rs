//! The relation between a model and an interface that it implements, with the mapping that was agreed.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::Error;

use crate::id::{AssetModelId, HierarchyId, PropertyId};

/// Layout of the mapping document; a later one takes the next number and reads this one too.
const LAYOUT: u32 = 1;

/// An interface applied to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The model that implements the interface.
    pub model_id: AssetModelId,
    /// The interface.
    pub interface_id: AssetModelId,
    /// When the interface was first applied to the model.
    pub created_at: Timestamp,
    /// The version of the interface that the model follows.
    pub interface_version: i64,
    /// What stands for what.
    pub mapping: Mapping,
}

/// What of a model stands for what of an interface, in the order of the interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    layout: u32,
    /// Properties.
    pub properties: Vec<PropertyPair>,
    /// Hierarchies.
    pub hierarchies: Vec<HierarchyPair>,
}

/// A property of a model that stands for one of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyPair {
    /// The model's property.
    pub model: PropertyId,
    /// The interface's property.
    pub interface: PropertyId,
}

/// A hierarchy of a model that stands for one of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HierarchyPair {
    /// The model's hierarchy.
    pub model: HierarchyId,
    /// The interface's hierarchy.
    pub interface: HierarchyId,
}

impl Mapping {
    /// Puts a mapping together.
    pub fn new(properties: Vec<PropertyPair>, hierarchies: Vec<HierarchyPair>) -> Self {
        Self { layout: LAYOUT, properties, hierarchies }
    }

    /// Answers the model's property that stands for one of the interface.
    pub fn property(&self, interface: &str) -> Option<&PropertyId> {
        self.properties.iter().find(|pair| pair.interface.as_str() == interface).map(|pair| &pair.model)
    }

    /// Lists the model's hierarchies that stand for one of the interface, together if there are several.
    pub fn hierarchies<'a>(&'a self, interface: &'a str) -> impl Iterator<Item = &'a HierarchyId> {
        let pairs = self.hierarchies.iter().filter(move |pair| pair.interface.as_str() == interface);
        pairs.map(|pair| &pair.model)
    }

    /// Writes the document.
    ///
    /// # Panics
    /// Never: a mapping holds only strings and lists, which always encode.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a mapping holds only strings and lists")
    }

    /// Reads a document that [`Mapping::encode`] wrote.
    pub fn decode(document: &str) -> Result<Self, Error> {
        let mapping: Self = serde_json::from_str(document)
            .map_err(|error| Error::Broken(format!("a mapping of an interface can't be read: {error}")))?;
        if mapping.layout == LAYOUT {
            return Ok(mapping);
        }
        Err(Error::Broken(format!("a mapping of an interface has the unknown layout {}", mapping.layout)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_reads_back_as_it_was_written() {
        let pair =
            PropertyPair { model: PropertyId::stored("m".into()), interface: PropertyId::stored("i".into()) };
        let hierarchy = HierarchyPair {
            model: HierarchyId::stored("mh".into()),
            interface: HierarchyId::stored("ih".into()),
        };
        let mapping = Mapping::new(vec![pair.clone()], vec![hierarchy.clone()]);
        assert_eq!(Mapping::decode(&mapping.encode()).unwrap(), mapping);
        assert_eq!((mapping.property("i"), mapping.property("m")), (Some(&pair.model), None));
        assert!(mapping.hierarchies("ih").eq([&hierarchy.model]));
        assert_eq!(mapping.hierarchies("mh").next(), None);
    }

    #[test]
    fn a_mapping_of_a_newer_layout_is_refused() {
        let newer = r#"{"layout":2,"properties":[],"hierarchies":[]}"#;
        assert!(matches!(Mapping::decode(newer), Err(Error::Broken(_))));
    }
}
