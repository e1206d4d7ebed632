//! What the account has and the file does not mention: kept and told, or deleted with `--prune`.

use std::collections::{HashMap, HashSet};

use super::observe::{Account, Matches};
use super::plan::{Action, Phase, Plan, Step, Work};
use super::wanted::Wanted;
use crate::sitewise_account::{KnownComposite, KnownModel};

/// How many things the plan names that it keeps.
const KEPT_SHOWN_MAX: usize = 20;
/// More levels of assets than there can be.
const DEPTH_MAX: usize = 100;

/// Plans the end of what is not mentioned, or tells that it stays.
pub(super) fn unmentioned(
    plan: &mut Plan,
    wanted: &Wanted<'_>,
    known: &Account,
    matches: &Matches,
    prune: bool,
) {
    let used: HashSet<usize> = matches.assets.known.iter().flatten().copied().collect();
    let assets: Vec<usize> = (0..known.assets.len()).filter(|place| !used.contains(place)).collect();
    let models = matches.models.extra(known.models.len());
    if prune {
        delete_assets(plan, known, &assets);
        delete_models(plan, known, &models);
        return;
    }
    let tree = Tree::of(known);
    let names = assets.iter().map(|place| format!("asset '{}'", tree.path(*place)));
    let models = models.iter().map(|place| format!("model '{}'", known.models[*place].name));
    // A file that says nothing of assets leaves them to somebody else.
    let names: Vec<String> = names.filter(|_| !wanted.assets.is_empty()).chain(models).collect();
    plan.kept.extend(names.iter().take(KEPT_SHOWN_MAX).cloned());
    if names.len() > KEPT_SHOWN_MAX {
        plan.kept.push(format!("{} more assets and models", names.len() - KEPT_SHOWN_MAX));
    }
}

/// The assets that the account has, and which stand below which.
struct Tree<'a> {
    known: &'a Account,
    places: HashMap<&'a str, usize>,
}

impl<'a> Tree<'a> {
    fn of(known: &'a Account) -> Self {
        let places = known.assets.iter().enumerate().map(|(place, asset)| (asset.id.as_str(), place));
        Self { known, places: places.collect() }
    }

    fn above(&self, place: usize) -> Option<usize> {
        let parent = self.known.assets[place].parent.as_ref()?;
        self.places.get(parent.asset.as_str()).copied()
    }

    /// An asset, the one above it, and so on to the top.
    fn line(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(place), |place| self.above(*place)).take(DEPTH_MAX)
    }

    /// The name behind those of the assets above, written as for assets of the file.
    fn path(&self, place: usize) -> String {
        let mut steps: Vec<String> = self.line(place).map(|place| self.step(place)).collect();
        steps.reverse();
        steps.join("/")
    }

    fn step(&self, place: usize) -> String {
        let asset = &self.known.assets[place];
        let hierarchies = self
            .above(place)
            .and_then(|above| {
                let model = &self.known.assets[above].model;
                self.known.models.iter().find(|known| known.id == *model)
            })
            .map_or(&[][..], |model| &model.hierarchies);
        let parent = asset.parent.as_ref().filter(|_| hierarchies.len() > 1);
        let between = parent.and_then(|parent| hierarchies.iter().find(|known| known.id == parent.hierarchy));
        between.map_or_else(|| asset.name.clone(), |between| format!("{}/{}", between.name, asset.name))
    }
}

/// Children go before their parents.
fn delete_assets(plan: &mut Plan, known: &Account, doomed: &[usize]) {
    let mut steps: HashMap<&str, usize> = HashMap::new();
    let tree = Tree::of(known);
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    for place in 0..known.assets.len() {
        children.entry(tree.above(place).unwrap_or(usize::MAX)).or_default().push(place);
    }
    let mut order: Vec<(usize, usize)> =
        doomed.iter().map(|place| (tree.line(*place).count(), *place)).collect();
    order.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    for (_, place) in order {
        let asset = &known.assets[place];
        let children = children.get(&place).into_iter().flatten();
        let needs =
            children.filter_map(|child| steps.get(known.assets[*child].id.as_str()).copied()).collect();
        steps.insert(&asset.id, plan.steps.len());
        plan.steps.push(Step {
            action: Action::Delete,
            kind: "asset",
            name: tree.path(place),
            changes: vec![format!("id {}", asset.id)],
            phase: Phase::DeleteAssets,
            work: Work::DeleteAsset { id: asset.id.clone() },
            needs,
        });
    }
}

fn delete_models(plan: &mut Plan, known: &Account, doomed: &[usize]) {
    for place in doomed {
        let model = &known.models[*place];
        plan.steps.push(Step {
            action: Action::Delete,
            kind: "model",
            name: model.name.clone(),
            changes: vec![format!("id {}", model.id)],
            phase: Phase::TrimModels,
            work: Work::DeleteModel { id: model.id.clone() },
            needs: Vec::new(),
        });
    }
}

/// Lets what is removed from models wait for the models that refer to them: those may still read what goes.
pub(super) fn order(plan: &mut Plan, known: &Account, matches: &Matches) {
    let model_of = |work: &Work| match work {
        Work::TrimModel { model } => matches.models.known[*model],
        Work::DeleteModel { id } => known.models.iter().position(|model| model.id == *id),
        _ => None,
    };
    let steps: Vec<(usize, usize)> = plan
        .steps
        .iter()
        .enumerate()
        .filter_map(|(step, planned)| Some((step, model_of(&planned.work)?)))
        .collect();
    for (step, model) in &steps {
        let id = &known.models[*model].id;
        let above =
            steps.iter().filter(|(_, other)| other != model && refers(&known.models[*other]).contains(id));
        plan.steps[*step].needs.extend(above.map(|(other, _)| *other));
    }
}

/// The ids of the models that a model refers to.
fn refers(model: &KnownModel) -> Vec<String> {
    fn components(composites: &[KnownComposite], ids: &mut Vec<String>) {
        for composite in composites {
            ids.extend(composite.component.clone());
            components(&composite.composites, ids);
        }
    }
    let mut ids: Vec<String> = model.hierarchies.iter().map(|hierarchy| hierarchy.child.clone()).collect();
    ids.extend(model.interfaces.iter().map(|(id, _)| id.clone()));
    components(&model.composites, &mut ids);
    ids
}
