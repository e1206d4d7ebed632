//! From what a request says about a composite model to its next definition.

use service::Call;
use store::Tx;

use super::{Composite, CompositeType, alarm};
use crate::Error;
use crate::asset_model::draft::{PropertyDraft, check_property_counts, new_id, properties};
use crate::asset_model::identity::{Claim, Identity, check_unique, external_id, identify};
use crate::asset_model::previous::Previous;
use crate::asset_model::table::ElementKind;
use crate::asset_model::{AssetModelType, Definition};
use crate::error::{invalid, limit};
use crate::id::{AssetModelId, CompositeId};
use crate::limits::{
    COMPOSITE_DEPTH_MAX, COMPOSITES_PER_MODEL_MAX, ELEMENTS_PER_MODEL_MAX, PROPERTIES_PER_COMPOSITE_MAX,
};

/// What a request says about one composite model.
pub struct CompositeDraft {
    /// Which composite model it means.
    pub claim: Claim,
    /// Description, if any.
    pub description: Option<String>,
    /// Kind.
    pub composite_type: CompositeType,
    /// Its own properties, in order.
    pub properties: Vec<PropertyDraft>,
}

/// Makes the composite models of a model's next version: those that stand in the request, in its order, then all that
/// have operations of their own and stay as they are.
///
/// What stood below a composite model that the request leaves out goes with it (assumed).
pub fn built_in(
    tx: &mut Tx,
    call: &Call,
    (model_id, model_type): (&AssetModelId, AssetModelType),
    drafts: Vec<CompositeDraft>,
    previous: Option<&Previous>,
) -> Result<Vec<Composite>, Error> {
    let known = previous.map(|previous| previous.known.composites.iter());
    let known: Vec<Composite> =
        known.into_iter().flatten().filter(|composite| composite.is_built_in()).cloned().collect();
    let mut composites = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if draft.composite_type != CompositeType::Alarm {
            return Err(invalid(format!(
                "type {} of composite model '{}' is not supported in assetModelCompositeModels: only AWS/ALARM is; \
                 CreateAssetModelCompositeModel makes the others",
                draft.composite_type.as_str(),
                draft.claim.name
            )));
        }
        composites.push(next(tx, call, (model_id, model_type), draft, &known)?);
    }
    check_unique(&composites)?;
    let latest = previous.map(|previous| previous.latest.composites.iter());
    for composite in latest.into_iter().flatten().filter(|composite| !composite.is_built_in()) {
        let above = composite.parent_id.as_ref();
        if above.is_none_or(|above| composites.iter().any(|kept| kept.id == *above)) {
            composites.push(composite.clone());
        }
    }
    Ok(composites)
}

/// Makes one composite model directly below the model, or the next version of the one that the draft means.
fn next(
    tx: &mut Tx,
    call: &Call,
    (model_id, model_type): (&AssetModelId, AssetModelType),
    draft: CompositeDraft,
    known: &[Composite],
) -> Result<Composite, Error> {
    let (id, external, before) = match identify(&draft.claim, known)? {
        Identity::Existing(before) => {
            (before.id.clone(), external_id(&draft.claim, before)?, before.properties.as_slice())
        }
        Identity::New(own) => {
            let id = new_id(tx, call, model_id, ElementKind::Composite, own)?;
            (CompositeId::stored(id), draft.claim.external_id.clone(), &[][..])
        }
    };
    let composite = Composite {
        id,
        external_id: external,
        name: draft.claim.name,
        description: draft.description,
        composite_type: draft.composite_type,
        parent_id: None,
        component: None,
        origin: None,
        chain: Vec::new(),
        properties: properties(tx, call, model_id, draft.properties, before)?,
    };
    check_contents(&composite, model_type)?;
    Ok(composite)
}

/// Checks the rules on one composite model's own properties.
///
/// Errors in the order of their checks: the kind in this kind of model, names and ids that occur twice, the fixed
/// properties of an alarm, then each property alone.
pub fn check_contents(composite: &Composite, model_type: AssetModelType) -> Result<(), Error> {
    if composite.composite_type == CompositeType::Alarm && model_type == AssetModelType::ComponentModel {
        return Err(invalid(format!(
            "Composite model '{}' is of type AWS/ALARM, which is not supported in a model of type COMPONENT_MODEL",
            composite.name
        )));
    }
    check_unique(&composite.properties)?;
    if composite.composite_type == CompositeType::Alarm {
        alarm::check(composite)?;
    }
    composite
        .properties
        .iter()
        .try_for_each(|property| property.check(model_type, Some(composite.composite_type)))
}

/// Checks the quotas that a request alone can pass: properties of one composite model and their variables.
pub fn check_counts(member: &str, drafts: &[PropertyDraft]) -> Result<(), Error> {
    if drafts.len() > PROPERTIES_PER_COMPOSITE_MAX {
        return Err(limit(format!(
            "{member} has {} entries; {PROPERTIES_PER_COMPOSITE_MAX} are allowed",
            drafts.len()
        )));
    }
    check_property_counts(drafts)
}

/// Checks how many composite models a model has, how much component models give, and how deep all is nested.
///
/// What component models give counts for the depth, not for the number (assumed).
pub fn check_quotas(definition: &Definition) -> Result<(), Error> {
    let own = definition.composites.iter().filter(|composite| !composite.is_derived()).count();
    if own > COMPOSITES_PER_MODEL_MAX {
        return Err(limit(format!(
            "The asset model would have {own} composite models; {COMPOSITES_PER_MODEL_MAX} are allowed"
        )));
    }
    let elements = definition.elements();
    if elements > ELEMENTS_PER_MODEL_MAX {
        return Err(limit(format!(
            "The asset model would have {elements} properties and composite models, with what component models give; \
             {ELEMENTS_PER_MODEL_MAX} are allowed"
        )));
    }
    let (depth, name) = definition.deepest();
    if depth > COMPOSITE_DEPTH_MAX {
        return Err(limit(format!(
            "Composite model '{name}' would stand {depth} levels below the asset model; {COMPOSITE_DEPTH_MAX} are \
             allowed"
        )));
    }
    Ok(())
}
