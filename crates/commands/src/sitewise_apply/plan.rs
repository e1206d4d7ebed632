//! The steps that make an account what a file says; pure, so that a plan can be shown before anything is done.

use std::collections::{BTreeMap, HashMap};

use super::difference;
use super::observe::{Account, Matches};
use super::plan_asset;
use super::prune;
use super::wanted::Wanted;
use crate::sitewise_plant::{Composite, Model};

/// What a step does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Change,
    Delete,
}

impl Action {
    /// The sign in front of it.
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Change => '~',
            Self::Delete => '-',
        }
    }

    /// The word for scripts.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// Steps of one phase may run side by side, unless one needs another; phases follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Models,
    Assets,
    DeleteAssets,
    /// Aliases that one property leaves to another.
    Release,
    Settings,
    Values,
    TrimModels,
}

/// What is to be done; numbers are places in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Create a model or bring it to what the file says; what only the account has stays.
    Model {
        model: usize,
    },
    /// Remove from a model what the file does not mention.
    TrimModel {
        model: usize,
    },
    DeleteModel {
        id: String,
    },
    /// Create an asset, or bring its own members and its place to what the file says.
    Asset {
        asset: usize,
        known: Option<Box<KnownPlace>>,
        associate: bool,
        update: bool,
    },
    /// Alias, unit and notifications of one property, whole.
    Setting {
        asset: usize,
        path: String,
        alias: Option<String>,
        unit: Option<String>,
        notifications: bool,
    },
    /// Values of attributes.
    Values {
        entries: Vec<(usize, String)>,
    },
    DeleteAsset {
        id: String,
    },
    /// Set and remove tags.
    Tags {
        arn: String,
        set: BTreeMap<String, String>,
        remove: Vec<String>,
    },
}

/// Where an asset stands in the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownPlace {
    pub(super) id: String,
    pub(super) parent: Option<(String, String)>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) action: Action,
    /// `model`, `asset`, `values`.
    pub(super) kind: &'static str,
    /// The name, with the path of an asset.
    pub(super) name: String,
    pub(super) changes: Vec<String>,
    pub(super) phase: Phase,
    pub(super) work: Work,
    /// Places of steps of this phase or an earlier one that have to be done first.
    pub(super) needs: Vec<usize>,
}

/// Everything that is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Things of the file that are as it says.
    pub(super) unchanged: usize,
    /// What the account has, the file does not mention, and `--prune` would delete.
    pub(super) kept: Vec<String>,
    /// Why some of it can't be done; nothing is done then.
    pub(super) problems: Vec<String>,
    /// What is worth knowing.
    pub(super) notes: Vec<String>,
    /// Places of the steps that make models, by the place of the model.
    pub(super) model_steps: HashMap<usize, usize>,
}

/// Makes the plan.
pub(super) fn plan(wanted: &Wanted<'_>, known: &Account, prune: bool) -> Plan {
    let matches = Matches::of(wanted, known);
    let mut plan = Plan::default();
    plan.problems.extend(matches.models.problems.iter().cloned());
    models(&mut plan, wanted, known, &matches, prune);
    plan_asset::assets(&mut plan, wanted, known, &matches, prune);
    prune::unmentioned(&mut plan, wanted, known, &matches, prune);
    prune::order(&mut plan, known, &matches);
    // Steps of a later phase wait for all before them anyway.
    let mut order: Vec<usize> = (0..plan.steps.len()).collect();
    order.sort_by_key(|place| plan.steps[*place].phase);
    let mut moved = vec![0; order.len()];
    for (now, before) in order.iter().enumerate() {
        moved[*before] = now;
    }
    let mut steps: Vec<Step> = order.iter().map(|place| plan.steps[*place].clone()).collect();
    for step in &mut steps {
        for need in &mut step.needs {
            *need = moved[*need];
        }
    }
    plan.steps = steps;
    plan
}

fn models(plan: &mut Plan, wanted: &Wanted<'_>, known: &Account, matches: &Matches, prune: bool) {
    let place_of = |name: &String| wanted.plant.models.iter().position(|model| model.name == *name);
    for place in by_dependency(&wanted.plant.models) {
        let model = &wanted.plant.models[place];
        let found = matches.models.known[place].map(|found| &known.models[found]);
        let below = below(model);
        let needs = below.iter().filter_map(place_of);
        let needs = needs.filter_map(|place| plan.model_steps.get(&place).copied()).collect();
        let (action, changes) = match found {
            None => (Action::Create, contents(model)),
            Some(found) => {
                let differences = difference::of(model, found, &matches.names);
                let name = &model.name;
                plan.problems
                    .extend(differences.problems.iter().map(|problem| format!("model '{name}': {problem}")));
                trim(plan, place, model, &differences.extra, prune);
                tags(plan, "model", name, &found.arn, (&model.tags, known.tags.get(&found.id)), prune);
                let all = [differences.own, differences.composites, differences.interfaces].concat();
                (Action::Change, all)
            }
        };
        if found.is_some() && changes.is_empty() {
            plan.unchanged += 1;
            continue;
        }
        plan.model_steps.insert(place, plan.steps.len());
        plan.steps.push(Step {
            action,
            kind: "model",
            name: model.name.clone(),
            changes,
            phase: Phase::Models,
            work: Work::Model { model: place },
            needs,
        });
    }
}

fn trim(plan: &mut Plan, place: usize, model: &Model, extra: &[String], prune: bool) {
    if extra.is_empty() {
        return;
    }
    if !prune {
        plan.kept.extend(extra.iter().map(|what| format!("{what} of model '{}'", model.name)));
        return;
    }
    plan.steps.push(Step {
        action: Action::Delete,
        kind: "model",
        name: model.name.clone(),
        changes: extra.iter().map(|what| format!("remove {what}")).collect(),
        phase: Phase::TrimModels,
        work: Work::TrimModel { model: place },
        needs: Vec::new(),
    });
}

/// Plans tags: those of the file are set, and others removed only with `prune`.
pub(super) fn tags(
    plan: &mut Plan,
    kind: &'static str,
    name: &str,
    arn: &str,
    (wanted, known): (&BTreeMap<String, String>, Option<&BTreeMap<String, String>>),
    prune: bool,
) {
    let none = BTreeMap::new();
    let known = known.unwrap_or(&none);
    let set: BTreeMap<String, String> = wanted
        .iter()
        .filter(|(key, value)| known.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let extra: Vec<String> = known.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
    let mut changes: Vec<String> = set
        .iter()
        .filter_map(|(key, value)| {
            difference::changed(&format!("tag '{key}'"), known.get(key).map(String::as_str), Some(value))
        })
        .collect();
    if prune {
        changes.extend(extra.iter().map(|key| format!("remove tag '{key}'")));
    } else if !wanted.is_empty() {
        plan.kept.extend(extra.iter().map(|key| format!("tag '{key}' of {kind} '{name}'")));
    }
    if changes.is_empty() {
        return;
    }
    let remove = if prune { extra } else { Vec::new() };
    plan.steps.push(Step {
        action: Action::Change,
        kind,
        name: name.to_owned(),
        changes,
        phase: Phase::Settings,
        work: Work::Tags { arn: arn.to_owned(), set, remove },
        needs: Vec::new(),
    });
}

/// What a new model has, in short.
fn contents(model: &Model) -> Vec<String> {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        count(model.properties.len(), "property", "properties"),
        count(model.hierarchies.len(), "hierarchy", "hierarchies"),
        count(model.composites.len(), "composite", "composites"),
        count(model.interfaces.len(), "interface", "interfaces"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { Vec::new() } else { vec![format!("with {}", parts.join(", "))] }
}

/// The names of the models that have to be there before a model.
fn below(model: &Model) -> Vec<String> {
    fn components(composites: &[Composite], names: &mut Vec<String>) {
        for composite in composites {
            names.extend(composite.component.clone());
            components(&composite.composites, names);
        }
    }
    let mut names: Vec<String> = model.hierarchies.iter().map(|hierarchy| hierarchy.child.clone()).collect();
    names.extend(model.interfaces.iter().map(|implemented| implemented.interface.clone()));
    components(&model.composites, &mut names);
    names
}

/// Places of models, each behind those that it needs; the file has no circles.
pub(super) fn by_dependency(models: &[Model]) -> Vec<usize> {
    fn visit(place: usize, models: &[Model], seen: &mut [bool], order: &mut Vec<usize>) {
        if std::mem::replace(&mut seen[place], true) {
            return;
        }
        for name in below(&models[place]) {
            if let Some(next) = models.iter().position(|model| model.name == name) {
                visit(next, models, seen, order);
            }
        }
        order.push(place);
    }
    let (mut seen, mut order) = (vec![false; models.len()], Vec::new());
    for place in 0..models.len() {
        visit(place, models, &mut seen, &mut order);
    }
    order
}
