//! Composite models between the API's structures and ours.

use model_sitewise::types as t;

use super::draft::CompositeDraft;
use super::{Composite, CompositeType};
use crate::Error;
use crate::argument::{custom_id, description, own_id};
use crate::asset_model::Definition;
use crate::asset_model::wire::{claim, new_properties, properties, shown_property};
use crate::error::invalid;
use crate::id::{AssetModelId, CompositeId, CustomId};

const LIST: &str = "assetModelCompositeModels";
const PROPERTIES: &str = "assetModelCompositeModels.properties";

/// Reads the composite models of a create request.
pub fn new_drafts(
    definitions: &[t::AssetModelCompositeModelDefinition],
) -> Result<Vec<CompositeDraft>, Error> {
    let draft = |definition: &t::AssetModelCompositeModelDefinition| {
        let own = own_id(&format!("{LIST}.id"), definition.id.as_deref(), CompositeId::parse)?;
        let id = own.map(|id| CustomId::Id(id.to_string()));
        Ok(CompositeDraft {
            claim: claim(id, definition.external_id.as_deref(), &definition.name)?,
            description: description(definition.description.as_ref()),
            composite_type: composite_type(&format!("{LIST}.type"), &definition.r#type)?,
            properties: new_properties(PROPERTIES, definition.properties.as_deref().unwrap_or_default())?,
        })
    };
    definitions.iter().map(draft).collect()
}

/// Reads the composite models of an update request.
pub fn drafts(definitions: &[t::AssetModelCompositeModel]) -> Result<Vec<CompositeDraft>, Error> {
    let draft = |definition: &t::AssetModelCompositeModel| {
        let member = format!("{LIST}.id");
        let id = definition.id.as_deref().map(|id| custom_id(&member, id)).transpose()?;
        Ok(CompositeDraft {
            claim: claim(id, definition.external_id.as_deref(), &definition.name)?,
            description: description(definition.description.as_ref()),
            composite_type: composite_type(&format!("{LIST}.type"), &definition.r#type)?,
            properties: properties(PROPERTIES, definition.properties.as_deref().unwrap_or_default())?,
        })
    };
    definitions.iter().map(draft).collect()
}

/// Reads the kind of a composite model.
pub fn composite_type(member: &str, text: &str) -> Result<CompositeType, Error> {
    CompositeType::parse(text)
        .ok_or_else(|| invalid(format!("{member} '{text}' is not AWS/ALARM, CUSTOM or AWS/L4E_ANOMALY")))
}

/// Shows the composite models that stand in a model's own definition, with their properties.
pub fn shown_built_in(id: &AssetModelId, definition: &Definition) -> Vec<t::AssetModelCompositeModel> {
    let built_in = definition.composites.iter().filter(|composite| composite.is_built_in());
    built_in
        .map(|composite| t::AssetModelCompositeModel {
            name: composite.name.clone(),
            description: composite.description.clone(),
            r#type: composite.composite_type.as_str().to_owned(),
            properties: Some(shown_own(id, definition, composite)),
            id: Some(composite.id.to_string()),
            external_id: composite.external_id.as_ref().map(ToString::to_string),
        })
        .collect()
}

/// Shows the own properties of a composite model.
pub fn shown_own(
    id: &AssetModelId,
    definition: &Definition,
    composite: &Composite,
) -> Vec<t::AssetModelProperty> {
    let own = composite.properties.iter();
    own.map(|property| shown_property(id, definition, (property, Some(composite)))).collect()
}

/// Shows the composite models directly below one or, without one, below the model, where those that the model's own
/// definition shows in full are left out.
pub fn shown_below(
    id: &AssetModelId,
    definition: &Definition,
    parent: Option<&CompositeId>,
) -> Vec<t::AssetModelCompositeModelSummary> {
    let below = definition.composites_below(parent).filter(|composite| !composite.is_built_in());
    below.map(|composite| summary(id, definition, composite)).collect()
}

/// Shows a composite model in short.
pub fn summary(
    id: &AssetModelId,
    definition: &Definition,
    composite: &Composite,
) -> t::AssetModelCompositeModelSummary {
    t::AssetModelCompositeModelSummary {
        id: composite.id.to_string(),
        external_id: composite.external_id.as_ref().map(ToString::to_string),
        name: composite.name.clone(),
        r#type: composite.composite_type.as_str().to_owned(),
        description: composite.description.clone(),
        path: Some(path(id, definition, composite)),
    }
}

/// Shows the way from a model to one of its composite models.
pub fn path(
    id: &AssetModelId,
    definition: &Definition,
    composite: &Composite,
) -> Vec<t::AssetModelCompositeModelPathSegment> {
    let segment = |id: &str, name: &str| t::AssetModelCompositeModelPathSegment {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
    };
    let way = definition.path_of(composite).into_iter();
    std::iter::once(segment(id.as_str(), &definition.name))
        .chain(way.map(|composite| segment(composite.id.as_str(), &composite.name)))
        .collect()
}
