//! From what a request says about a model to its next definition.

use std::collections::HashSet;

use service::Call;
use store::Tx;

use super::complete::complete;
use super::composite;
use super::composite::draft::CompositeDraft;
use super::definition::Definition;
use super::hierarchy::Hierarchy;
use super::identity::{Claim, Identity, check_unique, external_id, identify};
use super::previous::Previous;
use super::property::{DataType, Property, PropertyKind};
use super::table::ElementKind;
use super::tree::ModelTree;
use super::{AssetModel, AssetModelType, ModelState, arn, table};
use crate::Error;
use crate::error::{conflict, exists, invalid, limit, not_found};
use crate::id::{AssetModelId, CustomId, HierarchyId, PropertyId};
use crate::limits::{HIERARCHIES_PER_MODEL_MAX, PROPERTIES_PER_MODEL_MAX, VARIABLES_PER_EXPRESSION_MAX};
use crate::place::Place;

/// What a request wants a model to be.
pub struct Draft {
    /// Name.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// Properties, in order.
    pub properties: Vec<PropertyDraft>,
    /// Hierarchies, in order.
    pub hierarchies: Vec<HierarchyDraft>,
    /// Composite models that stand in the model's own definition, in order.
    pub composites: Vec<CompositeDraft>,
}

/// What a request says about one property.
pub struct PropertyDraft {
    /// Which property it means.
    pub claim: Claim,
    /// What its values are.
    pub data_type: DataType,
    /// What a STRUCT holds.
    pub data_type_spec: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// Where its values come from; variables stand as sent.
    pub kind: PropertyKind,
}

/// What a request says about one hierarchy.
pub struct HierarchyDraft {
    /// Which hierarchy it means.
    pub claim: Claim,
    /// The child model, in either form of its id.
    pub child: CustomId,
}

/// A definition that passed every check that refuses a request.
pub struct Checked {
    /// The definition, with ids and resolved variables.
    pub definition: Definition,
    /// Why the model will end up FAILED all the same, if so.
    pub failure: Option<String>,
}

/// Checks a draft and completes it with ids; `previous` is what it replaces and may name.
///
/// The lengths of its lists were checked by [`check_lengths`]. Checked in this order: quotas, ids and names, each property alone, composite models in the same order, child models,
/// the tree of models, then as in [`complete`](super::complete::complete).
pub fn check(
    tx: &mut Tx,
    call: &Call,
    (id, model_type): (&AssetModelId, AssetModelType),
    draft: Draft,
    previous: Option<&Previous>,
) -> Result<Checked, Error> {
    check_counts(&draft, model_type)?;
    let known = previous.map(|previous| &previous.known);
    let before = known.map_or(&[][..], |known| &known.properties);
    let properties = properties(tx, call, id, draft.properties, before)?;
    check_unique(&properties)?;
    for property in &properties {
        property.check(model_type, None)?;
    }
    let composites = composite::draft::built_in(tx, call, (id, model_type), draft.composites, previous)?;
    let before = known.map_or(&[][..], |known| &known.hierarchies);
    let hierarchies = hierarchies(tx, call, (id, model_type), draft.hierarchies, before)?;
    check_unique(&hierarchies)?;
    check_tree(tx, Place::of(call), id, &hierarchies, before)?;
    let definition = Definition::new(draft.name, draft.description, properties, hierarchies, composites);
    composite::draft::check_quotas(&definition)?;
    complete(tx, Place::of(call), id, definition, previous.map(|previous| &*previous.latest))
}

/// Checks the quotas on the lists of a request, before anything in them is looked at.
pub fn check_lengths(properties: usize, hierarchies: usize) -> Result<(), Error> {
    if properties > PROPERTIES_PER_MODEL_MAX {
        return Err(limit(format!(
            "assetModelProperties has {properties} entries; {PROPERTIES_PER_MODEL_MAX} are allowed"
        )));
    }
    if hierarchies > HIERARCHIES_PER_MODEL_MAX {
        return Err(limit(format!(
            "assetModelHierarchies has {hierarchies} entries; {HIERARCHIES_PER_MODEL_MAX} are allowed"
        )));
    }
    Ok(())
}

fn check_counts(draft: &Draft, model_type: AssetModelType) -> Result<(), Error> {
    check_property_counts(&draft.properties)?;
    for composite in &draft.composites {
        composite::draft::check_counts("assetModelCompositeModels.properties", &composite.properties)?;
    }
    if !draft.hierarchies.is_empty() && model_type == AssetModelType::ComponentModel {
        return Err(invalid("assetModelHierarchies is not supported for assetModelType COMPONENT_MODEL"));
    }
    Ok(())
}

/// Checks the quotas on each property alone.
pub fn check_property_counts(drafts: &[PropertyDraft]) -> Result<(), Error> {
    for draft in drafts {
        let variables = draft.kind.variables().len();
        if variables > VARIABLES_PER_EXPRESSION_MAX {
            return Err(limit(format!(
                "The expression of property '{}' has {variables} variables; {VARIABLES_PER_EXPRESSION_MAX} are \
                 allowed",
                draft.claim.name
            )));
        }
    }
    Ok(())
}

/// Makes properties from drafts: those that a draft means by id keep it, others get one.
pub fn properties(
    tx: &mut Tx,
    call: &Call,
    model_id: &AssetModelId,
    drafts: Vec<PropertyDraft>,
    previous: &[Property],
) -> Result<Vec<Property>, Error> {
    let mut properties = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let claim = &draft.claim;
        let (id, external_id) = match identify(claim, previous)? {
            Identity::Existing(property) => {
                check_unchanged(&draft, property)?;
                (property.id.clone(), external_id(claim, property)?)
            }
            Identity::New(own) => {
                let id = new_id(tx, call, model_id, ElementKind::Property, own)?;
                (PropertyId::stored(id), claim.external_id.clone())
            }
        };
        properties.push(Property {
            id,
            external_id,
            name: draft.claim.name,
            data_type: draft.data_type,
            data_type_spec: draft.data_type_spec,
            unit: draft.unit,
            kind: draft.kind,
            origin: None,
        });
    }
    Ok(properties)
}

/// Checks what can never be changed of a property: its type, its data type, and the window of a metric.
fn check_unchanged(draft: &PropertyDraft, property: &Property) -> Result<(), Error> {
    let changed = |member: &str| {
        Err(invalid(format!("{member} of property '{}' can't be changed after creation", property.name)))
    };
    if draft.kind.as_str() != property.kind.as_str() {
        return changed("type");
    }
    if draft.data_type != property.data_type {
        return changed("dataType");
    }
    if draft.data_type_spec != property.data_type_spec {
        return changed("dataTypeSpec");
    }
    match (&draft.kind, &property.kind) {
        (PropertyKind::Metric { window: new, .. }, PropertyKind::Metric { window: old, .. })
            if new != old =>
        {
            changed("window")
        }
        _ => Ok(()),
    }
}

/// Decides the id of a new element: the user's own one if it is free, else a fresh one.
pub fn new_id(
    tx: &mut Tx,
    call: &Call,
    model_id: &AssetModelId,
    kind: ElementKind,
    own: Option<String>,
) -> Result<String, Error> {
    let Some(id) = own else { return Ok(tx.uuid()) };
    match table::owner(tx, Place::of(call), kind, &id)? {
        Some(owner) if owner != *model_id => Err(exists(
            format!("Asset model '{owner}' is already using the id '{id}'"),
            &id,
            arn(call, owner.as_str()),
        )),
        _ => Ok(id),
    }
}

fn hierarchies(
    tx: &mut Tx,
    call: &Call,
    (model_id, model_type): (&AssetModelId, AssetModelType),
    drafts: Vec<HierarchyDraft>,
    previous: &[Hierarchy],
) -> Result<Vec<Hierarchy>, Error> {
    let place = Place::of(call);
    let mut hierarchies = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let claim = &draft.claim;
        let Some(child) = table::get(tx, place, &draft.child)? else {
            return Err(not_found(format!(
                "childAssetModelId '{}' of hierarchy '{}' not found",
                draft.child, claim.name
            )));
        };
        let (id, external_id) = match identify(claim, previous)? {
            Identity::Existing(hierarchy) if hierarchy.child_asset_model_id != child.id => {
                return Err(invalid(format!(
                    "childAssetModelId of hierarchy '{}' can't be changed after creation",
                    claim.name
                )));
            }
            Identity::Existing(hierarchy) => (hierarchy.id.clone(), external_id(claim, hierarchy)?),
            Identity::New(own) => {
                check_child(call, &child, (&claim.name, model_type))?;
                let id = new_id(tx, call, model_id, ElementKind::Hierarchy, own)?;
                (HierarchyId::stored(id), claim.external_id.clone())
            }
        };
        hierarchies.push(Hierarchy {
            id,
            external_id,
            name: draft.claim.name,
            child_asset_model_id: child.id,
        });
    }
    Ok(hierarchies)
}

/// Checks that a model may become the child model of a hierarchy: it is or was active, and of the right kind.
fn check_child(
    call: &Call,
    child: &AssetModel,
    (name, model_type): (&str, AssetModelType),
) -> Result<(), Error> {
    let id = child.id.as_str();
    let kind = child.model_type;
    let fits = match kind {
        AssetModelType::AssetModel => true,
        AssetModelType::ComponentModel => false,
        AssetModelType::Interface => model_type == AssetModelType::Interface,
    };
    if !fits {
        return Err(invalid(format!(
            "childAssetModelId '{id}' of hierarchy '{name}' is of type {}, which can't be a child here",
            kind.as_str()
        )));
    }
    let state = child.state;
    if state == ModelState::Deleting || (child.active.is_none() && state != ModelState::Failed) {
        let message = format!("Asset model '{id}', child of hierarchy '{name}', is {}", state.as_str());
        return Err(conflict(message, id, arn(call, id)));
    }
    if child.active.is_none() {
        return Err(invalid(format!(
            "childAssetModelId '{id}' of hierarchy '{name}' has no active version; its state is FAILED"
        )));
    }
    Ok(())
}

fn check_tree(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    hierarchies: &[Hierarchy],
    previous: &[Hierarchy],
) -> Result<(), Error> {
    let children = |hierarchies: &[Hierarchy]| -> HashSet<AssetModelId> {
        hierarchies.iter().map(|hierarchy| hierarchy.child_asset_model_id.clone()).collect()
    };
    let next = children(hierarchies);
    if next == children(previous) {
        return Ok(());
    }
    ModelTree::new(table::edges(tx, place)?).replace(id, next)
}
