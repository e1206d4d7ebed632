//! The file's assets in one list, parents before children.

use crate::sitewise_plant::{Asset, Plant};

/// What the file wants.
pub(super) struct Wanted<'a> {
    pub(super) plant: &'a Plant,
    pub(super) assets: Vec<Flat<'a>>,
}

/// An asset and where it stands.
pub(super) struct Flat<'a> {
    pub(super) asset: &'a Asset,
    /// Place of its model in the file.
    pub(super) model: usize,
    /// Place of its parent in the list, and the name of the hierarchy.
    pub(super) parent: Option<(usize, String)>,
    /// Its name behind those of the assets above.
    pub(super) path: String,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(plant: &'a Plant) -> Self {
        let mut wanted = Self { plant, assets: Vec::new() };
        for asset in &plant.assets {
            wanted.add(asset, None);
        }
        wanted
    }

    fn add(&mut self, asset: &'a Asset, parent: Option<(usize, String)>) {
        let model = self.plant.models.iter().position(|model| model.name == asset.model);
        let model = model.expect("a file whose assets have unknown models is refused");
        let path = match &parent {
            None => asset.name.clone(),
            Some((parent, hierarchy)) => {
                let above = &self.assets[*parent];
                // The hierarchy is told where the name alone would not tell it.
                let several = self.plant.models[above.model].hierarchies.len() > 1;
                let hierarchy = if several { format!("{hierarchy}/") } else { String::new() };
                format!("{}/{hierarchy}{}", above.path, asset.name)
            }
        };
        let place = self.assets.len();
        self.assets.push(Flat { asset, model, parent, path });
        for child in &asset.children {
            self.add(&child.asset, Some((place, child.hierarchy.clone())));
        }
    }
}
