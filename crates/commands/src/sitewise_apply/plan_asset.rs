//! The steps for assets: the tree first, then what is set for their properties, then values.

use std::collections::{HashMap, HashSet};

use super::difference::changed;
use super::observe::{Account, Matches, PathIds};
use super::plan::{Action, KnownPlace, Phase, Plan, Step, Work, tags};
use super::wanted::{Flat, Wanted};
use crate::sitewise_account::{KnownAsset, KnownProperty, VALUES_PER_WRITE};
use crate::sitewise_plant::{DataType, Settings, is_equal_value};

/// Plans all assets.
pub(super) fn assets(plan: &mut Plan, wanted: &Wanted<'_>, known: &Account, matches: &Matches, prune: bool) {
    let ids = PathIds::of(&matches.names, &known.models);
    let mut steps: HashMap<usize, usize> = HashMap::new();
    let mut values: Vec<(usize, String, String)> = Vec::new();
    for (place, flat) in wanted.assets.iter().enumerate() {
        let found = matches.assets.known[place].map(|found| &known.assets[found]);
        let before = plan.steps.len();
        if let Some(step) = tree(plan, wanted, known, matches, place) {
            let parent = flat.parent.as_ref().and_then(|(parent, _)| steps.get(parent));
            let needs = parent.into_iter().chain(plan.model_steps.get(&flat.model)).copied().collect();
            steps.insert(place, plan.steps.len());
            plan.steps.push(Step { needs, ..step });
        }
        if let Some(found) = found {
            tags(plan, "asset", &flat.path, &found.arn, (&flat.asset.tags, Some(&found.tags)), prune);
        }
        let model = plan.model_steps.get(&flat.model);
        let needs = steps.get(&place).into_iter().chain(model).copied().collect();
        let set = Set { place, flat, found, ids: &ids, needs };
        settings(plan, wanted, &set, prune);
        let count = values.len();
        self::values(&mut values, wanted, &set, known.no_values.is_some());
        if plan.steps.len() == before && values.len() == count {
            plan.unchanged += 1;
        }
    }
    release(plan, wanted, known, matches);
    for chunk in values.chunks(VALUES_PER_WRITE) {
        plan.steps.push(Step {
            action: Action::Change,
            kind: "values",
            name: format!("{} of attributes", chunk.len()),
            changes: chunk.iter().map(|(.., sentence)| sentence.clone()).collect(),
            phase: Phase::Values,
            work: Work::Values {
                entries: chunk.iter().map(|(asset, path, _)| (*asset, path.clone())).collect(),
            },
            needs: Vec::new(),
        });
    }
    if let Some(why) = &known.no_values {
        plan.notes
            .push(format!("values of attributes can't be read here, so all of them are to be set: {why}"));
    }
}

/// Plans that an asset is there, in its place and with its own members.
fn tree(
    plan: &mut Plan,
    wanted: &Wanted<'_>,
    known: &Account,
    matches: &Matches,
    place: usize,
) -> Option<Step> {
    let flat = &wanted.assets[place];
    let asset = flat.asset;
    let found = matches.assets.known[place].map(|found| &known.assets[found]);
    let step = |action, changes, known, associate, update| Step {
        action,
        kind: "asset",
        name: flat.path.clone(),
        changes,
        phase: Phase::Assets,
        work: Work::Asset { asset: place, known, associate, update },
        needs: Vec::new(),
    };
    let Some(found) = found else {
        let of = format!("of '{}'", asset.model);
        return Some(step(Action::Create, vec![of], None, flat.parent.is_some(), false));
    };
    let model = matches.models.known[flat.model].map(|model| known.models[model].id.as_str());
    if model != Some(found.model.as_str()) {
        let is = matches.names.models.get(&found.model).unwrap_or(&found.model);
        plan.problems.push(format!(
            "asset '{}' is of model '{is}' in the account and can't become one of '{}'",
            flat.path, asset.model
        ));
        return None;
    }
    let mut changes = Vec::new();
    changes.extend(changed("name", Some(&found.name), Some(&asset.name)));
    changes.extend(changed("description", found.description.as_deref(), asset.description.as_deref()));
    match (&asset.external_id, &found.external_id) {
        (Some(after), None) => changes.push(format!("external id: none -> '{after}'")),
        (Some(after), Some(before)) if after != before => plan.problems.push(format!(
            "asset '{}' has the external id '{before}' in the account, which can't become '{after}'",
            flat.path
        )),
        _ => {}
    }
    let update = !changes.is_empty();
    let parent = parent_id(wanted, known, matches, flat);
    let stands = found.parent.as_ref().map(|place| (place.asset.clone(), place.hierarchy.clone()));
    let moves = match &parent {
        Some(parent) => *parent != stands,
        // The parent is made first.
        None => true,
    };
    if moves {
        let path = |place: &Option<(String, String)>| {
            let Some((asset, _)) = place else { return "the top".to_owned() };
            let known = known.assets.iter().find(|known| known.id == *asset);
            known.map_or_else(|| asset.clone(), |known| format!("'{}'", known.name))
        };
        let above =
            flat.path.rsplit_once('/').map_or("the top".to_owned(), |(above, _)| format!("'{above}'"));
        changes.push(format!("move from {} to {above}", path(&stands)));
    }
    if changes.is_empty() {
        return None;
    }
    let known = KnownPlace { id: found.id.clone(), parent: stands.filter(|_| moves) };
    Some(step(Action::Change, changes, Some(Box::new(known)), moves && flat.parent.is_some(), update))
}

/// The ids of the parent and its hierarchy, if both are there: nothing if one has to be made.
#[allow(clippy::option_option)] // "at the top" and "not there yet" differ
fn parent_id(
    wanted: &Wanted<'_>,
    known: &Account,
    matches: &Matches,
    flat: &Flat<'_>,
) -> Option<Option<(String, String)>> {
    let Some((parent, hierarchy)) = &flat.parent else { return Some(None) };
    let asset = matches.assets.known[*parent].map(|found| known.assets[found].id.clone())?;
    let key = (wanted.assets[*parent].model, hierarchy.clone());
    Some(Some((asset, matches.hierarchies.get(&key)?.clone())))
}

/// An asset of the file beside that of the account.
struct Set<'a> {
    place: usize,
    flat: &'a Flat<'a>,
    found: Option<&'a KnownAsset>,
    ids: &'a PathIds,
    /// The steps that make the asset and its model.
    needs: Vec<usize>,
}

impl Set<'_> {
    fn property(&self, path: &str) -> Option<&KnownProperty> {
        let found = self.found?;
        let id = self.ids.get(&found.model, path)?;
        found.properties.iter().find(|property| property.id == id)
    }
}

/// Plans aliases, units and notifications; what the file does not say of a property stays, unless `prune` is on.
fn settings(plan: &mut Plan, plant: &Wanted<'_>, set: &Set<'_>, prune: bool) {
    let none = KnownProperty::default();
    let model = &plant.plant.models[set.flat.model];
    for (path, wanted) in &set.flat.asset.settings {
        let known = set.property(path).unwrap_or(&none);
        let keep = |wanted: &Option<String>, known: &Option<String>| {
            wanted.clone().or_else(|| known.clone().filter(|_| !prune))
        };
        let alias = keep(&wanted.alias, &known.alias);
        let usual = plant.plant.property(model, path).and_then(|property| property.unit.as_ref());
        // Naming the model's unit takes back another one.
        let unit = match &wanted.unit {
            Some(unit) if Some(unit) == usual => None,
            _ => keep(&wanted.unit, &known.unit),
        };
        let notifications = wanted.notifications.unwrap_or(known.notifications && !prune);
        setting(plan, set, path, known, Settings { alias, unit, notifications: Some(notifications) });
    }
    if !prune {
        return;
    }
    let Some(found) = set.found else { return };
    for property in &found.properties {
        let is_set = property.alias.is_some() || property.unit.is_some() || property.notifications;
        let mentioned =
            set.flat.asset.settings.keys().any(|path| set.ids.get(&found.model, path) == Some(&property.id));
        if is_set && !mentioned {
            let path = property.id.clone();
            setting(plan, set, &path, property, Settings::default());
        }
    }
}

fn setting(plan: &mut Plan, set: &Set<'_>, path: &str, known: &KnownProperty, wanted: Settings) {
    let notifications = wanted.notifications.unwrap_or(false);
    let word = |on| Some(if on { "enabled" } else { "disabled" });
    let changes = [
        changed("alias", known.alias.as_deref(), wanted.alias.as_deref()),
        changed("unit", known.unit.as_deref(), wanted.unit.as_deref()),
        changed("notifications", word(known.notifications), word(notifications)),
    ];
    let changes: Vec<String> = changes.into_iter().flatten().collect();
    if changes.is_empty() {
        return;
    }
    plan.steps.push(Step {
        action: Action::Change,
        kind: "property",
        name: format!("{}: {path}", set.flat.path),
        changes,
        phase: Phase::Settings,
        work: Work::Setting {
            asset: set.place,
            path: path.to_owned(),
            alias: wanted.alias,
            unit: wanted.unit,
            notifications,
        },
        needs: set.needs.clone(),
    });
}

/// Lets properties give up the aliases that others get, so that the order does not matter, not even when two swap.
fn release(plan: &mut Plan, wanted: &Wanted<'_>, known: &Account, matches: &Matches) {
    let ids = PathIds::of(&matches.names, &known.models);
    let settings = plan.steps.iter().filter_map(|step| match &step.work {
        Work::Setting { asset, path, alias, .. } => Some((*asset, path, alias)),
        _ => None,
    });
    let taken: HashSet<&String> = settings.clone().filter_map(|(_, _, alias)| alias.as_ref()).collect();
    let mut steps = Vec::new();
    for (asset, path, alias) in settings {
        let Some(found) = matches.assets.known[asset].map(|found| &known.assets[found]) else { continue };
        let id = ids.get(&found.model, path).unwrap_or(path);
        let Some(property) = found.properties.iter().find(|property| property.id == id) else { continue };
        let Some(before) = property.alias.as_ref().filter(|before| taken.contains(before)) else { continue };
        if alias.as_ref() == Some(before) {
            continue;
        }
        steps.push(Step {
            action: Action::Change,
            kind: "property",
            name: format!("{}: {path}", wanted.assets[asset].path),
            changes: vec![format!("leave the alias '{before}' to another property")],
            phase: Phase::Release,
            work: Work::Setting {
                asset,
                path: path.clone(),
                alias: None,
                unit: property.unit.clone(),
                notifications: property.notifications,
            },
            needs: Vec::new(),
        });
    }
    plan.steps.extend(steps);
}

/// Plans values: those that differ from the newest, or from the default where there is none.
fn values(found: &mut Vec<(usize, String, String)>, wanted: &Wanted<'_>, set: &Set<'_>, blind: bool) {
    let model = &wanted.plant.models[set.flat.model];
    for (path, value) in &set.flat.asset.attributes {
        let Some(property) = wanted.plant.property(model, path) else { continue };
        let default = property.kind.default_value();
        let current = set.property(path).and_then(|known| known.value.as_deref()).or(default);
        let equal = |data_type: DataType, current: &str| is_equal_value(data_type, current, value);
        let known = set.found.is_none() || !blind;
        if known && current.is_some_and(|current| equal(property.data_type, current)) {
            continue;
        }
        let current = current.filter(|_| known);
        let unset = if known { "none" } else { "unknown" };
        let before = current.map_or_else(|| unset.to_owned(), |current| format!("'{current}'"));
        let sentence = format!("{}: '{path}': {before} -> '{value}'", set.flat.path);
        found.push((set.place, path.clone(), sentence));
    }
}
