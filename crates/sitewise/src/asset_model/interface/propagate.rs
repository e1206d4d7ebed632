//! How a new version of an interface reaches the models that implement it.

use std::collections::HashSet;

use model::ModelledError as _;
use store::Tx;

use super::super::complete::complete;
use super::super::draft::Checked;
use super::super::identity::check_unique;
use super::super::tree::ModelTree;
use super::super::{AssetModel, Definition, definition, table as models};
use super::apply::{Contract, apply};
use super::below::Below;
use super::guard::check_others;
use super::mapping::Wanted;
use super::relation::{Mapping, Relation};
use super::table;
use crate::Error;
use crate::error::{invalid, limit};
use crate::id::{AssetModelId, CustomId, PropertyId};
use crate::limits::{HIERARCHIES_PER_MODEL_MAX, MODELS_PER_INTERFACE_MAX, PROPERTIES_PER_MODEL_MAX};
use crate::place::Place;

/// Lists models at rest that do not follow the active version of an interface yet, at most `limit`; models whose own
/// child models have to catch up with their interfaces first are left out.
pub fn behind(
    tx: &mut Tx,
    place: Place<'_>,
    interface: &AssetModel,
    limit: i64,
) -> Result<Vec<AssetModelId>, store::Error> {
    let Some(active) = &interface.active else { return Ok(Vec::new()) };
    let theirs = definition(tx, place, &interface.id, active)?;
    if theirs.hierarchies.is_empty() {
        return table::behind(tx, place, &interface.id, active.number, limit);
    }
    let wanted = usize::try_from(limit).unwrap_or_default();
    let mut ready = Vec::new();
    for id in table::behind(tx, place, &interface.id, active.number, MODELS_PER_INTERFACE_MAX)? {
        if ready.len() >= wanted {
            break;
        }
        let Some(model) = models::by_id(tx, place, id.as_str())? else { continue };
        let own = definition(tx, place, &id, &model.latest)?;
        let below = Below::look_up(tx, place, &theirs, &own)?;
        if below.behind(&theirs.hierarchies, &own.hierarchies).is_none() {
            ready.push(id);
        }
    }
    Ok(ready)
}

/// Finds a model that implements an interface and does not rest in its active version yet.
pub fn any_unsettled(
    tx: &mut Tx,
    place: Place<'_>,
    interface: &AssetModel,
) -> Result<Option<AssetModelId>, store::Error> {
    let Some(active) = &interface.active else { return Ok(None) };
    table::unsettled(tx, place, &interface.id, active.number)
}

/// Makes the next definition of a model from the active version of an interface that it implements, and notes that
/// the model follows it; `base` is the version of the model to go on from.
///
/// A refusal is the reason for which the model fails; it follows the interface all the same, so that it can be
/// repaired by an update and the relationship put again (assumed).
pub fn renew(
    tx: &mut Tx,
    place: Place<'_>,
    interface: &AssetModel,
    model: &AssetModel,
    base: &Definition,
) -> Result<Checked, Error> {
    let (Some(active), Some(mut relation)) =
        (&interface.active, table::get(tx, place, &model.id, &interface.id)?)
    else {
        return Ok(Checked { definition: base.clone(), failure: None });
    };
    let theirs = definition(tx, place, &interface.id, active)?;
    let below = Below::look_up(tx, place, &theirs, base)?;
    let contract = Contract { id: &interface.id, definition: &theirs };
    let carried = carry(tx, place, contract, (model, base), &relation, &below);
    if let Ok((Checked { failure: None, .. }, mapping)) = &carried {
        relation.mapping = mapping.clone();
    }
    relation.interface_version = active.number;
    table::put(tx, place, &relation)?;
    carried.map(|(checked, _)| checked)
}

fn carry(
    tx: &mut Tx,
    place: Place<'_>,
    contract: Contract<'_>,
    (model, before): (&AssetModel, &Definition),
    relation: &Relation,
    below: &Below,
) -> Result<(Checked, Mapping), Error> {
    let wanted = wanted(&contract, before, &relation.mapping);
    let (next, mapping) = apply(contract, (&model.id, before), &wanted, below, || tx.uuid())?;
    check_others(tx, place, &model.id, Some(contract.id), (before, &next))?;
    Ok((finish(tx, place, model, (before, next))?, mapping))
}

/// What a later version of an interface asks of a model: what was mapped stays, the rest is matched by name or
/// created, whatever was said when the interface was applied (user guide: what is not mapped is created).
fn wanted(contract: &Contract<'_>, base: &Definition, mapping: &Mapping) -> Wanted {
    let own: HashSet<&PropertyId> = base.all_properties().map(|(property, _)| &property.id).collect();
    let theirs: HashSet<&PropertyId> =
        contract.definition.properties.iter().map(|property| &property.id).collect();
    let kept = mapping
        .properties
        .iter()
        .filter(|pair| theirs.contains(&pair.interface) && own.contains(&pair.model));
    let pair = |id: &PropertyId| CustomId::Id(id.to_string());
    Wanted {
        overrides: kept.map(|kept| (pair(&kept.model), pair(&kept.interface))).collect(),
        match_by_name: true,
        create_missing: true,
    }
}

/// Checks that the next version of an interface could be carried into every model that implements it, so that its
/// author hears of a conflict instead of the models' owners; `InvalidRequestException` that names the model.
pub fn check(tx: &mut Tx, place: Place<'_>, interface: &AssetModel, next: &Definition) -> Result<(), Error> {
    let limit = MODELS_PER_INTERFACE_MAX;
    for relation in table::of_interface(tx, place, &interface.id, (i64::MIN, ""), limit)? {
        let Some(model) = models::by_id(tx, place, relation.model_id.as_str())? else { continue };
        let version = model.active.as_ref().unwrap_or(&model.latest);
        let before = definition(tx, place, &model.id, version)?;
        let below = Below::look_up(tx, place, next, &before)?;
        let contract = Contract { id: &interface.id, definition: next };
        let mut created = 0;
        let fresh = || {
            created += 1;
            format!("new-{created}")
        };
        // Models below that lag behind may still get what seems to be missing.
        if below.behind(&next.hierarchies, &before.hierarchies).is_some() {
            continue;
        }
        apply(contract, (&model.id, &before), &wanted(&contract, &before, &relation.mapping), &below, fresh)
            .map_err(|refused| match refused {
                Error::Modelled(refused) => invalid(format!(
                    "Asset model '{}' implements this interface and can't follow the change: {}",
                    model.id,
                    refused.message()
                )),
                other => other,
            })?;
    }
    Ok(())
}

/// Checks a whole definition that an interface changed, as an update of the model would.
///
/// Errors in the order of their checks: quotas, names, properties alone, the tree of models, then those of
/// [`complete`].
pub fn finish(
    tx: &mut Tx,
    place: Place<'_>,
    model: &AssetModel,
    (before, next): (&Definition, Definition),
) -> Result<Checked, Error> {
    check_counts(&next)?;
    check_unique(&next.properties)?;
    check_unique(&next.hierarchies)?;
    for property in &next.properties {
        property.check(model.model_type, None)?;
    }
    if next.hierarchies.len() > before.hierarchies.len() {
        let below = next.hierarchies.iter().map(|hierarchy| hierarchy.child_asset_model_id.clone()).collect();
        ModelTree::new(models::edges(tx, place)?).replace(&model.id, below)?;
    }
    complete(tx, place, &model.id, next, Some(before))
}

fn check_counts(next: &Definition) -> Result<(), Error> {
    let (properties, hierarchies) = (next.properties.len(), next.hierarchies.len());
    if properties > PROPERTIES_PER_MODEL_MAX {
        return Err(limit(format!(
            "The asset model would have {properties} properties; {PROPERTIES_PER_MODEL_MAX} are allowed"
        )));
    }
    if hierarchies > HIERARCHIES_PER_MODEL_MAX {
        return Err(limit(format!(
            "The asset model would have {hierarchies} hierarchies; {HIERARCHIES_PER_MODEL_MAX} are allowed"
        )));
    }
    Ok(())
}
