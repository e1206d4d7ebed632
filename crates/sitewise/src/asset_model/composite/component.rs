//! Component models: which may be composed where, and how their new versions reach the models made from them.

use std::collections::{BTreeMap, HashSet};

use model::ModelledError as _;
use service::Call;
use store::Tx;

use super::{derive, table};
use crate::Error;
use crate::asset_model::complete::complete;
use crate::asset_model::draft::Checked;
use crate::asset_model::{
    AssetModel, AssetModelType, Definition, ModelState, Version, arn, definition, table as models,
};
use crate::error::{conflict, invalid, limit, not_found};
use crate::id::{AssetModelId, CompositeId, CustomId};
use crate::limits::{COMPOSITE_DEPTH_MAX, ELEMENTS_PER_MODEL_MAX, MODELS_PER_COMPONENT_MAX};
use crate::place::Place;

/// Finds the component model that a new composite model of `model` shall be made from, and its active version.
///
/// Errors in the order of their checks: unknown, of another kind, not usable in its state, composed into itself, too
/// many models use it.
pub fn usable(
    tx: &mut Tx,
    call: &Call,
    model: &AssetModel,
    wanted: &CustomId,
) -> Result<(AssetModel, Version), Error> {
    let place = Place::of(call);
    let Some(component) = models::get(tx, place, wanted)? else {
        return Err(not_found(format!("composedAssetModelId '{wanted}' not found")));
    };
    let (id, kind, state) = (component.id.as_str(), component.model_type, component.state);
    if kind != AssetModelType::ComponentModel {
        return Err(invalid(format!(
            "composedAssetModelId '{id}' is of type {}; only a COMPONENT_MODEL can be composed",
            kind.as_str()
        )));
    }
    let active = match &component.active {
        Some(active) if state != ModelState::Deleting => active.clone(),
        None if state == ModelState::Failed => {
            return Err(invalid(format!(
                "composedAssetModelId '{id}' has no active version; its state is FAILED"
            )));
        }
        _ => {
            let message = format!("Component model '{id}' is {}", state.as_str());
            return Err(conflict(message, id, arn(call, id)));
        }
    };
    if contains(tx, place, &component, &model.id)? {
        return Err(invalid(format!(
            "composedAssetModelId '{id}' would put component model '{}' into itself",
            model.id
        )));
    }
    let users: HashSet<AssetModelId> =
        table::uses(tx, place, &component.id)?.into_iter().map(|(user, _)| user).collect();
    let count = i64::try_from(users.len()).unwrap_or(i64::MAX);
    if !users.contains(&model.id) && count >= MODELS_PER_COMPONENT_MAX {
        return Err(limit(format!(
            "Component model '{id}' is composed into {count} models, and no more are allowed"
        )));
    }
    Ok((component, active))
}

/// Says whether a component model is, or has composed into its latest or active version, the given model.
fn contains(
    tx: &mut Tx,
    place: Place<'_>,
    component: &AssetModel,
    model: &AssetModelId,
) -> Result<bool, store::Error> {
    if component.id == *model {
        return Ok(true);
    }
    for version in std::iter::once(&component.latest).chain(&component.active) {
        let definition = definition(tx, place, &component.id, version)?;
        if definition.composites.iter().any(|composite| composite.chain.contains(model)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Checks that what the next version of a component model gives is not too much, and does not stand too deep, in any
/// model that it is composed into; other kinds of model are composed nowhere.
pub fn check_users(
    tx: &mut Tx,
    place: Place<'_>,
    model: &AssetModel,
    (before, next): (&Definition, &Definition),
) -> Result<(), Error> {
    let growth = next.elements().saturating_sub(before.elements());
    let depth = next.deepest().0;
    let deeper = depth > before.deepest().0;
    if model.model_type != AssetModelType::ComponentModel || (growth == 0 && !deeper) {
        return Ok(());
    }
    check_growth(tx, place, &model.id, (growth, depth))
}

fn check_growth(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    (growth, below): (usize, usize),
) -> Result<(), Error> {
    let mut uses: BTreeMap<AssetModelId, Vec<CompositeId>> = BTreeMap::new();
    for (user, composite) in table::uses(tx, place, id)? {
        uses.entry(user).or_default().push(composite);
    }
    for (user, composites) in uses {
        let Some(user) = models::by_id(tx, place, user.as_str())? else { continue };
        let definition = definition(tx, place, &user.id, &user.latest)?;
        let composites: Vec<_> = composites.iter().filter_map(|id| definition.composite_by_id(id)).collect();
        let growth = growth * composites.len();
        let depth = composites.iter().map(|composite| definition.path_of(composite).len()).max().unwrap_or(0);
        let (elements, depth) = (definition.elements() + growth, depth + below);
        let whom = format!("Asset model '{}', which component model '{id}' is composed into", user.id);
        if elements > ELEMENTS_PER_MODEL_MAX {
            return Err(limit(format!(
                "{whom}, would have {elements} properties and composite models; {ELEMENTS_PER_MODEL_MAX} are allowed"
            )));
        }
        if depth > COMPOSITE_DEPTH_MAX {
            return Err(limit(format!(
                "{whom}, would have composite models {depth} levels deep; {COMPOSITE_DEPTH_MAX} are allowed"
            )));
        }
        if user.model_type == AssetModelType::ComponentModel {
            check_growth(tx, place, &user.id, (growth, depth))?;
        }
    }
    Ok(())
}

/// Lists models that have an older version of a component model written out than its active one.
pub fn behind(
    tx: &mut Tx,
    place: Place<'_>,
    component: &AssetModel,
    limit: i64,
) -> Result<Vec<AssetModelId>, store::Error> {
    let version = component.active.as_ref().map_or(0, |active| active.number);
    table::behind(tx, place, &component.id, version, limit)
}

/// Makes the next version of a definition that has a component model composed into it: the same with the component
/// model's active version written out.
///
/// What no longer holds together (a formula that reads what is gone) fails the model, it does not stop the others.
pub fn renew(
    tx: &mut Tx,
    place: Place<'_>,
    component: &AssetModel,
    model: &AssetModel,
    base: &Definition,
) -> Result<Checked, Error> {
    let Some(active) = &component.active else {
        return Ok(Checked { definition: base.clone(), failure: None });
    };
    let given = definition(tx, place, &component.id, active)?;
    let mut next = base.clone();
    next.composites.clear();
    // What is written out anew, with all that stood below it; parents stand before their children.
    let mut replaced = HashSet::new();
    for composite in &base.composites {
        if composite.parent_id.as_ref().is_some_and(|parent| replaced.contains(parent)) {
            replaced.insert(&composite.id);
        } else if composite.component.as_ref().is_some_and(|used| used.id == component.id)
            && !composite.is_derived()
        {
            replaced.insert(&composite.id);
            let version = (&component.id, active.number);
            next.composites.extend(derive::expand(composite, version, &given, Some(base)));
        } else {
            next.composites.push(composite.clone());
        }
    }
    match complete(tx, place, &model.id, next.clone(), None) {
        Err(Error::Modelled(refused)) => {
            Ok(Checked { definition: next, failure: Some(refused.message().to_owned()) })
        }
        other => other,
    }
}
