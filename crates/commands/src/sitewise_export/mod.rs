//! `homeregion sitewise export`: writes a plant file of what an account has, in an order that does not change.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::aws_client::CallError;
use crate::sitewise_account::{
    self as account, Api, KnownAsset, KnownModel, Names, Reading, asset_view, model_view,
};
use crate::sitewise_apply::units;
use crate::sitewise_plant::{Asset, Child, Composite, Kind, Model, ModelKind, Plant, is_equal_value};

/// What is exported.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Id or external id (`externalId:…`) of the asset whose tree is exported; everything without it.
    pub asset: Option<String>,
    /// Whether ids are written, too, so that the copy has the same ones.
    pub ids: bool,
}

/// A plant, and what of it could not be read.
#[derive(Debug)]
pub struct Exported {
    /// What the account has.
    pub plant: Plant,
    /// Sentences about what is missing.
    pub missing: Vec<String>,
}

/// Why there is nothing to write.
#[derive(Debug)]
pub enum Error {
    /// The server said no, or nothing.
    Call(CallError),
    /// In a sentence.
    Other(String),
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Other(sentence) => f.write_str(sentence),
        }
    }
}

/// Reads an account, all of it or one tree of assets with the models that it needs.
pub fn export(api: &impl Api, options: &Options) -> Result<Exported, Error> {
    let models = account::models(api)?;
    let names = Names::of(&models);
    let made: Vec<KnownModel> =
        models.iter().filter(|model| model.kind == ModelKind::Asset).cloned().collect();
    let mut assets = account::assets(api, &made)?;
    let mut models = models;
    if let Some(root) = &options.asset {
        assets = subtree(assets, root)?;
        models = needed(models, &assets);
    }
    let mut missing = Vec::new();
    let details = account::each(&assets, |asset| {
        let model = models.iter().find(|model| model.id == asset.model);
        let units = model.map(units).unwrap_or_default();
        Ok((account::tags(api, &asset.arn)?, account::settings(api, &asset.id, &units)?))
    })?;
    for (asset, (tags, properties)) in assets.iter_mut().zip(details) {
        asset.tags = tags;
        asset.properties = properties;
    }
    let tags = account::each(&models, |model| account::tags(api, &model.arn))?;
    let mut plant = Plant { models: shown_models(&models, tags, &names, options.ids), assets: Vec::new() };
    read_values(api, &mut assets, &plant, &names, &mut missing)?;
    for model in models.iter().filter(|model| model.state == "FAILED") {
        let why = model.error.as_deref().unwrap_or("it does not say why");
        missing.push(format!("model '{}' is FAILED, and written as it was last sent: {why}", model.name));
    }
    plant.assets = tree(&assets, &names, options);
    Ok(Exported { plant: plant.sorted(), missing })
}

fn shown_models(
    models: &[KnownModel],
    tags: Vec<BTreeMap<String, String>>,
    names: &Names,
    ids: bool,
) -> Vec<Model> {
    let shown = models.iter().zip(tags).map(|(known, tags)| {
        let id = ids.then(|| known.id.clone());
        Model { id, tags, ..model_view(known, names) }
    });
    shown.collect()
}

/// Takes in the values of attributes that are not the default.
fn read_values(
    api: &impl Api,
    assets: &mut [KnownAsset],
    plant: &Plant,
    names: &Names,
    missing: &mut Vec<String>,
) -> Result<(), CallError> {
    let attribute = |asset: &KnownAsset, property: &str| {
        let model = plant.model(names.models.get(&asset.model)?)?;
        let found = plant.property(model, names.properties.get(property)?)?;
        match &found.kind {
            Kind::Attribute { default } => Some((found.data_type, default.clone())),
            _ => None,
        }
    };
    let asked: Vec<(String, String)> = assets
        .iter()
        .flat_map(|asset| {
            let attributes =
                asset.properties.iter().filter(|property| attribute(asset, &property.id).is_some());
            attributes.map(|property| (asset.id.clone(), property.id.clone()))
        })
        .collect();
    let values = match account::values(api, &asked)? {
        Reading::Values(values) => values,
        Reading::Unsupported(why) => {
            missing.push(format!("the values of {} attributes: {why}", asked.len()));
            return Ok(());
        }
    };
    for asset in assets {
        for place in 0..asset.properties.len() {
            let property = asset.properties[place].id.clone();
            let Some(value) = values.get(&(asset.id.clone(), property.clone())) else { continue };
            let Some((data_type, default)) = attribute(asset, &property) else { continue };
            let is_default = default.is_some_and(|default| is_equal_value(data_type, &default, value));
            asset.properties[place].value = (!is_default).then(|| value.clone());
        }
    }
    Ok(())
}

/// Puts assets below their parents.
fn tree(assets: &[KnownAsset], names: &Names, options: &Options) -> Vec<Asset> {
    let known: HashSet<&str> = assets.iter().map(|asset| asset.id.as_str()).collect();
    let mut below: HashMap<&str, Vec<&KnownAsset>> = HashMap::new();
    let mut roots = Vec::new();
    for asset in assets {
        match asset.parent.as_ref().filter(|parent| known.contains(parent.asset.as_str())) {
            Some(parent) => below.entry(&parent.asset).or_default().push(asset),
            None => roots.push(asset),
        }
    }
    let shown = |siblings: &[&KnownAsset], asset: &KnownAsset| {
        // Twins without external ids are told apart by their ids.
        let place = |asset: &KnownAsset| asset.parent.as_ref().map(|parent| parent.hierarchy.clone());
        let twins =
            siblings.iter().filter(|other| other.name == asset.name && place(other) == place(asset)).count();
        let id = options.ids || (twins > 1 && asset.external_id.is_none());
        Asset { id: id.then(|| asset.id.clone()), ..asset_view(asset, names) }
    };
    roots.iter().map(|root| grow(root, &roots, &below, names, &shown)).collect()
}

/// Shows an asset with everything below it.
fn grow(
    asset: &KnownAsset,
    siblings: &[&KnownAsset],
    below: &HashMap<&str, Vec<&KnownAsset>>,
    names: &Names,
    shown: &dyn Fn(&[&KnownAsset], &KnownAsset) -> Asset,
) -> Asset {
    let mut grown = shown(siblings, asset);
    let children = below.get(asset.id.as_str()).map(Vec::as_slice).unwrap_or_default();
    for child in children {
        let hierarchy = child.parent.as_ref().map(|parent| parent.hierarchy.as_str()).unwrap_or_default();
        let hierarchy = names.hierarchies.get(hierarchy).cloned().unwrap_or_default();
        grown.children.push(Child { hierarchy, asset: grow(child, children, below, names, shown) });
    }
    grown
}

/// The assets at and below one.
fn subtree(assets: Vec<KnownAsset>, root: &str) -> Result<Vec<KnownAsset>, Error> {
    let external = root.strip_prefix("externalId:");
    let is_root = |asset: &&KnownAsset| match external {
        Some(external) => asset.external_id.as_deref() == Some(external),
        None => asset.id == root,
    };
    let Some(found) = assets.iter().find(is_root) else {
        return Err(Error::Other(format!("there is no asset {root} here")));
    };
    let mut chosen: HashSet<String> = HashSet::from([found.id.clone()]);
    loop {
        let more: Vec<String> = assets
            .iter()
            .filter(|asset| !chosen.contains(&asset.id))
            .filter(|asset| asset.parent.as_ref().is_some_and(|parent| chosen.contains(&parent.asset)))
            .map(|asset| asset.id.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        chosen.extend(more);
    }
    Ok(assets.into_iter().filter(|asset| chosen.contains(&asset.id)).collect())
}

/// The models of some assets, and those that they refer to.
fn needed(models: Vec<KnownModel>, assets: &[KnownAsset]) -> Vec<KnownModel> {
    let names = Names::of(&models);
    let mut wanted: HashSet<String> = assets.iter().map(|asset| asset.model.clone()).collect();
    let ids: HashMap<&String, &String> = names.models.iter().map(|(id, name)| (name, id)).collect();
    let mut open: Vec<String> = wanted.iter().cloned().collect();
    while let Some(next) = open.pop() {
        let Some(model) = models.iter().find(|model| model.id == next) else { continue };
        let view = model_view(model, &names);
        let mut refers: Vec<&String> = view.hierarchies.iter().map(|hierarchy| &hierarchy.child).collect();
        refers.extend(view.interfaces.iter().map(|implemented| &implemented.interface));
        components(&view.composites, &mut refers);
        for name in refers {
            if let Some(id) = ids.get(name).filter(|id| !wanted.contains(**id)) {
                wanted.insert((*id).clone());
                open.push((*id).clone());
            }
        }
    }
    models.into_iter().filter(|model| wanted.contains(&model.id)).collect()
}

fn components<'a>(composites: &'a [Composite], found: &mut Vec<&'a String>) {
    for composite in composites {
        found.extend(&composite.component);
        components(&composite.composites, found);
    }
}
