//! Reads of an account what a file is compared with, and no more.

use std::collections::{BTreeMap, HashMap};

use super::matching;
use super::wanted::Wanted;
use crate::aws_client::CallError;
use crate::sitewise_account::{self as account, Api, KnownAsset, KnownModel, Names, Reading};
use crate::sitewise_plant::ModelKind;

/// What an account has, as far as a file asks.
#[derive(Default)]
pub(super) struct Account {
    pub(super) models: Vec<KnownModel>,
    /// Tags of models that the file gives tags, by id.
    pub(super) tags: HashMap<String, BTreeMap<String, String>>,
    pub(super) assets: Vec<KnownAsset>,
    /// Why values could not be read.
    pub(super) no_values: Option<String>,
}

/// Who is who.
pub(super) struct Matches {
    pub(super) models: matching::Pairs,
    pub(super) assets: matching::Pairs,
    pub(super) names: Names,
    /// Ids of hierarchies by the place of their model and their name in the file.
    pub(super) hierarchies: HashMap<(usize, String), String>,
}

impl Matches {
    pub(super) fn of(wanted: &Wanted<'_>, known: &Account) -> Self {
        let models = matching::models(wanted.plant, &known.models);
        let mut names = Names::of(&known.models);
        let mut hierarchies = HashMap::new();
        for (place, found) in models.known.iter().enumerate() {
            let Some(found) = found.map(|found| &known.models[found]) else { continue };
            let model = &wanted.plant.models[place];
            matching::rename(&mut names, model, found);
            for (number, other) in matching::hierarchies(model, found).known.into_iter().enumerate() {
                if let Some(other) = other {
                    let name = model.hierarchies[number].name.clone();
                    hierarchies.insert((place, name), found.hierarchies[other].id.clone());
                }
            }
        }
        let ids: Vec<Option<String>> =
            models.known.iter().map(|found| found.map(|found| known.models[found].id.clone())).collect();
        let assets = matching::assets(wanted, &ids, &hierarchies, &known.assets);
        Self { models, assets, names, hierarchies }
    }
}

/// Reads what a file asks for; with `prune`, also what it does not mention.
pub(super) fn read(api: &impl Api, wanted: &Wanted<'_>, prune: bool) -> Result<Account, CallError> {
    let mut known = Account { models: account::models(api)?, ..Account::default() };
    let pairs = matching::models(wanted.plant, &known.models);
    let used: Vec<KnownModel> = known
        .models
        .iter()
        .enumerate()
        .filter(|(place, model)| {
            model.kind == ModelKind::Asset && (prune || pairs.known.contains(&Some(*place)))
        })
        .map(|(_, model)| model.clone())
        .collect();
    known.assets = account::assets(api, &used)?;
    read_tags(api, wanted, &pairs, &mut known, prune)?;
    read_assets(api, wanted, &mut known, prune)?;
    Ok(known)
}

fn read_tags(
    api: &impl Api,
    wanted: &Wanted<'_>,
    pairs: &matching::Pairs,
    known: &mut Account,
    prune: bool,
) -> Result<(), CallError> {
    let asked = pairs.known.iter().enumerate().filter_map(|(place, found)| {
        let has_tags = !wanted.plant.models[place].tags.is_empty();
        found.filter(|_| has_tags || prune).map(|found| &known.models[found])
    });
    let asked: Vec<&KnownModel> = asked.collect();
    let tags = account::each(&asked, |model| account::tags(api, &model.arn))?;
    known.tags = asked.iter().map(|model| model.id.clone()).zip(tags).collect();
    Ok(())
}

/// Reads tags, settings and values of the assets that the file says something of.
fn read_assets(
    api: &impl Api,
    wanted: &Wanted<'_>,
    known: &mut Account,
    prune: bool,
) -> Result<(), CallError> {
    let matches = Matches::of(wanted, known);
    let found = matches.assets.known.iter().enumerate();
    let found: Vec<(usize, usize)> = found.filter_map(|(place, found)| Some((place, (*found)?))).collect();
    let units: HashMap<&str, account::Units> =
        known.models.iter().map(|model| (model.id.as_str(), units(model))).collect();
    let none = HashMap::new();
    let details = account::each(&found, |(place, other)| {
        let (asset, other) = (wanted.assets[*place].asset, &known.assets[*other]);
        let tags =
            if prune || !asset.tags.is_empty() { account::tags(api, &other.arn)? } else { BTreeMap::new() };
        let units = units.get(other.model.as_str()).unwrap_or(&none);
        let properties = if prune || !asset.settings.is_empty() {
            account::settings(api, &other.id, units)?
        } else {
            Vec::new()
        };
        Ok((tags, properties))
    })?;
    for ((_, other), (tags, properties)) in found.iter().zip(details) {
        known.assets[*other].tags = tags;
        known.assets[*other].properties = properties;
    }
    read_values(api, wanted, known, &matches, &found)
}

fn read_values(
    api: &impl Api,
    wanted: &Wanted<'_>,
    known: &mut Account,
    matches: &Matches,
    found: &[(usize, usize)],
) -> Result<(), CallError> {
    let ids = PathIds::of(&matches.names, &known.models);
    let mut asked = Vec::new();
    for (place, other) in found {
        let other = &known.assets[*other];
        for path in wanted.assets[*place].asset.attributes.keys() {
            if let Some(property) = ids.get(&other.model, path) {
                asked.push((other.id.clone(), property.to_owned()));
            }
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let values = match account::values(api, &asked)? {
        Reading::Values(values) => values,
        Reading::Unsupported(why) => {
            known.no_values = Some(why);
            return Ok(());
        }
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    places.extend(known.assets.iter().enumerate().map(|(place, asset)| (asset.id.clone(), place)));
    for ((asset, property), value) in values {
        let Some(asset) = places.get(&asset).map(|place| &mut known.assets[*place]) else { continue };
        match asset.properties.iter_mut().find(|known| known.id == property) {
            Some(known) => known.value = Some(value),
            None => asset.properties.push(account::KnownProperty {
                id: property,
                value: Some(value),
                ..account::KnownProperty::default()
            }),
        }
    }
    Ok(())
}

/// Ids of properties by the id of their model and their path in the file.
pub(super) struct PathIds {
    ids: HashMap<(String, String), String>,
}

impl PathIds {
    pub(super) fn of(names: &Names, models: &[KnownModel]) -> Self {
        let mut ids = HashMap::new();
        for model in models {
            for id in property_ids(model) {
                if let Some(path) = names.properties.get(id) {
                    ids.insert((model.id.clone(), path.clone()), id.to_owned());
                }
            }
        }
        Self { ids }
    }

    pub(super) fn get(&self, model: &str, path: &str) -> Option<&str> {
        self.ids.get(&(model.to_owned(), path.to_owned())).map(String::as_str)
    }
}

/// The ids of all properties of a model, those in composites, too.
fn property_ids(model: &KnownModel) -> Vec<&str> {
    fn inside<'a>(composites: &'a [account::KnownComposite], found: &mut Vec<&'a str>) {
        for composite in composites {
            found.extend(composite.properties.iter().map(|property| property.id.as_str()));
            inside(&composite.composites, found);
        }
    }
    let mut found: Vec<&str> = model.properties.iter().map(|property| property.id.as_str()).collect();
    inside(&model.composites, &mut found);
    found
}

/// The units of all properties of a model.
pub(crate) fn units(model: &KnownModel) -> account::Units {
    fn add(properties: &[account::KnownElement], units: &mut account::Units) {
        units.extend(
            properties.iter().map(|property| {
                (property.id.clone(), property.definition["unit"].as_str().map(str::to_owned))
            }),
        );
    }
    fn inside(composites: &[account::KnownComposite], units: &mut account::Units) {
        for composite in composites {
            add(&composite.properties, units);
            inside(&composite.composites, units);
        }
    }
    let mut units = HashMap::new();
    add(&model.properties, &mut units);
    inside(&model.composites, &mut units);
    units
}
