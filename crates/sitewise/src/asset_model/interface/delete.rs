//! `DeleteAssetModelInterfaceRelationship`: a model goes its own way.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::super::accept::accept;
use super::super::create::due_at;
use super::super::draft::Checked;
use super::super::{Definition, ModelState, arn, definition, table as models, wire};
use super::put::check_active;
use super::relation::{Mapping, Relation};
use super::{both, table, unrelated};
use crate::Error;
use crate::error::{conflict, invalid};
use crate::place::Place;

/// Forgets how a model implements an interface; the model keeps its properties, hierarchies and formulas (assumed).
///
/// Errors in the order of their checks: unknown model, unknown interface, wrong kind of either, no relation between
/// them, state of the model, models above that implement an interface through this relation.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteAssetModelInterfaceRelationshipRequest,
) -> Result<t::DeleteAssetModelInterfaceRelationshipResponse, Error> {
    let place = Place::of(call);
    let named = (input.asset_model_id.as_str(), input.interface_asset_model_id.as_str());
    let (mut model, interface) = both(tx, call, "iotsitewise:DeleteAssetModelInterfaceRelationship", named)?;
    let relation = table::get(tx, place, &model.id, &interface.id)?;
    let relation = relation.ok_or_else(|| unrelated(&model.id, &interface.id))?;
    check_active(call, &model)?;
    if let Some(above) = above(tx, place, &relation)?.first() {
        let id = model.id.as_str();
        return Err(conflict(
            format!(
                "Asset model '{}' implements interface '{}' through this relationship; delete that one first",
                above.relation.model_id, above.relation.interface_id
            ),
            id,
            arn(call, id),
        ));
    }
    table::delete(tx, place, &model.id, &interface.id)?;
    // The interface may have waited for this model.
    models::wake(tx, place)?;
    let definition = Definition::clone(&*definition(tx, place, &model.id, &model.latest)?);
    let due_at = due_at(call, tx.now());
    accept(tx, place, &mut model, Checked { definition, failure: None }, due_at)?;
    Ok(t::DeleteAssetModelInterfaceRelationshipResponse {
        asset_model_arn: arn(call, model.id.as_str()),
        asset_model_id: model.id.to_string(),
        asset_model_status: wire::promised(ModelState::Updating),
        interface_asset_model_id: interface.id.to_string(),
    })
}

/// A model above that implements an interface with a hierarchy to the interface of a relation.
struct Above {
    relation: Relation,
    /// Ids of the properties of the lower interface that metrics of the upper one read, with the metrics' names.
    read: Vec<(String, String)>,
}

/// Lists the relations of models above that rest on a relation of one of their child models.
fn above(tx: &mut Tx, place: Place<'_>, lower: &Relation) -> Result<Vec<Above>, Error> {
    let mut found = Vec::new();
    let mut parents = models::parents(tx, place, &lower.model_id)?;
    parents.sort();
    parents.dedup();
    for parent in parents {
        let relations = table::of_model(tx, place, &parent)?;
        if relations.is_empty() {
            continue;
        }
        let Some(parent) = models::by_id(tx, place, parent.as_str())? else { continue };
        let own = definition(tx, place, &parent.id, &parent.latest)?;
        for relation in relations {
            let Some(interface) = models::by_id(tx, place, relation.interface_id.as_str())? else { continue };
            let theirs = definition(tx, place, &interface.id, &interface.latest)?;
            let rests = |hierarchy: &str| {
                relation.mapping.hierarchies(hierarchy).any(|mapped| {
                    own.hierarchies
                        .iter()
                        .any(|own| own.id == *mapped && own.child_asset_model_id == lower.model_id)
                })
            };
            let to_lower = theirs.hierarchies.iter().filter(|hierarchy| {
                hierarchy.child_asset_model_id == lower.interface_id && rests(hierarchy.id.as_str())
            });
            let to_lower: Vec<&str> = to_lower.map(|hierarchy| hierarchy.id.as_str()).collect();
            if to_lower.is_empty() {
                continue;
            }
            let mut read = Vec::new();
            for metric in &theirs.properties {
                let variables = metric.kind.variables().iter();
                let through = variables.filter(|variable| {
                    variable.hierarchy_id.as_deref().is_some_and(|id| to_lower.contains(&id))
                });
                read.extend(through.map(|variable| (variable.property_id.clone(), metric.name.clone())));
            }
            found.push(Above { relation, read });
        }
    }
    Ok(found)
}

/// Checks that another mapping in place of a relation's would not change what metrics of models above read.
pub fn check_above(
    tx: &mut Tx,
    place: Place<'_>,
    lower: &Relation,
    next: Option<&Mapping>,
) -> Result<(), Error> {
    for above in above(tx, place, lower)? {
        for (property, metric) in &above.read {
            if lower.mapping.property(property) != next.and_then(|next| next.property(property)) {
                return Err(invalid(format!(
                    "Property '{property}' of interface '{}' can't be mapped to another property: metric '{metric}' \
                     of asset model '{}' reads it through interface '{}'",
                    lower.interface_id, above.relation.model_id, above.relation.interface_id
                )));
            }
        }
    }
    Ok(())
}
