//! How everything in an account is called: names for ids.

use std::collections::HashMap;

use super::model::{KnownComposite, KnownElement, KnownModel};

/// Names for ids; a plan puts the names of its file in place of those that the account has.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Of models.
    pub models: HashMap<String, String>,
    /// Of hierarchies.
    pub hierarchies: HashMap<String, String>,
    /// Of properties, with the names of the composites that they lie in: `Gearbox/Oil temperature`.
    pub properties: HashMap<String, String>,
}

impl Names {
    /// The names that an account has.
    pub fn of(models: &[KnownModel]) -> Self {
        let mut names = Self::default();
        for model in models {
            names.add(model);
        }
        names
    }

    /// Adds those of a model.
    pub fn add(&mut self, model: &KnownModel) {
        self.models.insert(model.id.clone(), model.name.clone());
        for hierarchy in &model.hierarchies {
            self.hierarchies.insert(hierarchy.id.clone(), hierarchy.name.clone());
        }
        self.inside(&model.properties, &model.composites, "");
    }

    fn inside(&mut self, properties: &[KnownElement], composites: &[KnownComposite], prefix: &str) {
        for property in properties {
            self.properties.insert(property.id.clone(), format!("{prefix}{}", property.name));
        }
        for composite in composites {
            let prefix = format!("{prefix}{}/", composite.name);
            self.inside(&composite.properties, &composite.composites, &prefix);
        }
    }
}
