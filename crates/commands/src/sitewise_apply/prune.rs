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
    let names = assets.iter().map(|place| format!("asset '{}'", known.assets[*place].name));
    let models = models.iter().map(|place| format!("model '{}'", known.models[*place].name));
    // A file that says nothing of assets leaves them to somebody else.
    let names: Vec<String> = names.filter(|_| !wanted.assets.is_empty()).chain(models).collect();
    plan.kept.extend(names.iter().take(KEPT_SHOWN_MAX).cloned());
    if names.len() > KEPT_SHOWN_MAX {
        plan.kept.push(format!("{} more assets and models", names.len() - KEPT_SHOWN_MAX));
    }
}

/// Children go before their parents.
fn delete_assets(plan: &mut Plan, known: &Account, doomed: &[usize]) {
    let mut steps: HashMap<&str, usize> = HashMap::new();
    let places: HashMap<&str, usize> =
        known.assets.iter().enumerate().map(|(place, asset)| (asset.id.as_str(), place)).collect();
    let above = |place: usize| {
        let parent = known.assets[place].parent.as_ref()?;
        places.get(parent.asset.as_str()).copied()
    };
    let depth =
        |place: usize| std::iter::successors(Some(place), |place| above(*place)).take(DEPTH_MAX).count();
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    for place in 0..known.assets.len() {
        children.entry(above(place).unwrap_or(usize::MAX)).or_default().push(place);
    }
    let mut order: Vec<(usize, usize)> = doomed.iter().map(|place| (depth(*place), *place)).collect();
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
            name: asset.name.clone(),
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
