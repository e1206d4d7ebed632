//! The manifest as rows of the metadata database.

use store::Store;

use super::table;
use crate::error::Error;
use crate::manifest::{Change, Manifest};
use crate::segment::State;

/// The manifest of one engine.
pub struct RowManifest {
    store: Store,
    engine: String,
}

impl RowManifest {
    /// Keeps the manifest of the engine of that name.
    pub fn new(store: &Store, engine: &str) -> Self {
        Self { store: store.clone(), engine: engine.to_owned() }
    }
}

impl Manifest for RowManifest {
    fn load(&self) -> Result<State, Error> {
        let engine = self.engine.clone();
        self.store.read_blocking(move |tx| table::load(tx, &engine).map_err(Error::from))
    }

    fn save(&self, change: &Change) -> Result<(), Error> {
        let (engine, change) = (self.engine.clone(), change.clone());
        self.store.write_blocking(move |tx| table::save(tx, &engine, &change).map_err(Error::from))
    }
}
