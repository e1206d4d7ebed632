//! Ids of the file's things, as they become known while steps are done.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::matching;
use super::observe::{Account, Matches};
use super::wanted::Wanted;
use crate::sitewise_account::{KnownModel, Names};
use crate::sitewise_plant::Plant;

/// Numbers are places in the file.
#[derive(Default)]
pub(super) struct Known {
    models: HashMap<usize, String>,
    /// By model and path.
    properties: HashMap<(usize, String), String>,
    hierarchies: HashMap<(usize, String), String>,
    assets: HashMap<usize, String>,
}

/// What is known by now, shared by threads.
pub(super) struct Ids<'a> {
    plant: &'a Plant,
    known: Mutex<Known>,
}

impl<'a> Ids<'a> {
    pub(super) fn of(wanted: &Wanted<'a>, account: &Account) -> Self {
        let ids = Self { plant: wanted.plant, known: Mutex::default() };
        let matches = Matches::of(wanted, account);
        for (place, found) in matches.models.known.iter().enumerate() {
            if let Some(found) = found {
                ids.learn(place, &account.models[*found]);
            }
        }
        for (place, found) in matches.assets.known.iter().enumerate() {
            if let Some(found) = found {
                ids.learn_asset(place, &account.assets[*found].id);
            }
        }
        ids
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the ids of a model and of all that is in it.
    pub(super) fn learn(&self, place: usize, model: &KnownModel) {
        let mut names = Names::default();
        names.add(model);
        matching::rename(&mut names, &self.plant.models[place], model);
        let mut known = self.lock();
        known.models.insert(place, model.id.clone());
        for (id, path) in names.properties {
            known.properties.insert((place, path), id);
        }
        for (id, name) in names.hierarchies {
            known.hierarchies.insert((place, name), id);
        }
    }

    pub(super) fn learn_asset(&self, place: usize, id: &str) {
        self.lock().assets.insert(place, id.to_owned());
    }

    pub(super) fn model(&self, place: usize) -> Option<String> {
        self.lock().models.get(&place).cloned()
    }

    pub(super) fn model_named(&self, name: &str) -> Option<String> {
        self.model(self.plant.models.iter().position(|model| model.name == name)?)
    }

    pub(super) fn property(&self, model: usize, path: &str) -> Option<String> {
        self.lock().properties.get(&(model, path.to_owned())).cloned()
    }

    /// A property of the model that a hierarchy leads to.
    pub(super) fn property_below(&self, model: usize, hierarchy: &str, path: &str) -> Option<String> {
        let hierarchies = &self.plant.models[model].hierarchies;
        let hierarchy = hierarchies.iter().find(|known| known.name == hierarchy)?;
        let child = self.plant.models.iter().position(|model| model.name == hierarchy.child)?;
        self.property(child, path)
    }

    pub(super) fn hierarchy(&self, model: usize, name: &str) -> Option<String> {
        self.lock().hierarchies.get(&(model, name.to_owned())).cloned()
    }

    pub(super) fn asset(&self, place: usize) -> Option<String> {
        self.lock().assets.get(&place).cloned()
    }
}
