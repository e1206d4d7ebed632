//! Models between the API's structures and ours.

use model_sitewise::types as t;

use super::composite::Composite;
use super::definition::Definition;
use super::draft::{HierarchyDraft, PropertyDraft};
use super::failure::Failure;
use super::hierarchy::Hierarchy;
use super::identity::Claim;
use super::property::{DataType, Property, PropertyKind, TumblingWindow};
use super::variable::{Segment, Variable};
use super::{AssetModel, ModelState};
use crate::Error;
use crate::argument::{custom_id, external_id, own_id};
use crate::error::invalid;
use crate::id::{AssetModelId, CustomId, HierarchyId, PropertyId};

/// Reads the properties of a create request; `list` is the member that holds them.
pub fn new_properties(
    list: &str,
    definitions: &[t::AssetModelPropertyDefinition],
) -> Result<Vec<PropertyDraft>, Error> {
    definitions
        .iter()
        .map(|definition| {
            let own = own_id(&format!("{list}.id"), definition.id.as_deref(), PropertyId::parse)?;
            let id = own.map(|id| CustomId::Id(id.to_string()));
            let claim = claim(id, definition.external_id.as_deref(), &definition.name)?;
            property(
                claim,
                (&definition.data_type, definition.data_type_spec.as_ref()),
                definition.unit.as_ref(),
                &definition.r#type,
            )
        })
        .collect()
}

/// Reads the properties of an update request; `list` is the member that holds them, their `path` says nothing new.
pub fn properties(list: &str, definitions: &[t::AssetModelProperty]) -> Result<Vec<PropertyDraft>, Error> {
    definitions
        .iter()
        .map(|definition| {
            let member = format!("{list}.id");
            let id = definition.id.as_deref().map(|id| custom_id(&member, id)).transpose()?;
            let claim = claim(id, definition.external_id.as_deref(), &definition.name)?;
            property(
                claim,
                (&definition.data_type, definition.data_type_spec.as_ref()),
                definition.unit.as_ref(),
                &definition.r#type,
            )
        })
        .collect()
}

/// Reads the hierarchies of a create request.
pub fn new_hierarchies(
    definitions: &[t::AssetModelHierarchyDefinition],
) -> Result<Vec<HierarchyDraft>, Error> {
    definitions
        .iter()
        .map(|definition| {
            let own = own_id("assetModelHierarchies.id", definition.id.as_deref(), HierarchyId::parse)?;
            let id = own.map(|id| CustomId::Id(id.to_string()));
            Ok(HierarchyDraft {
                claim: claim(id, definition.external_id.as_deref(), &definition.name)?,
                child: custom_id(
                    "assetModelHierarchies.childAssetModelId",
                    &definition.child_asset_model_id,
                )?,
            })
        })
        .collect()
}

/// Reads the hierarchies of an update request.
pub fn hierarchies(definitions: &[t::AssetModelHierarchy]) -> Result<Vec<HierarchyDraft>, Error> {
    definitions
        .iter()
        .map(|definition| {
            let id =
                definition.id.as_deref().map(|id| custom_id("assetModelHierarchies.id", id)).transpose()?;
            Ok(HierarchyDraft {
                claim: claim(id, definition.external_id.as_deref(), &definition.name)?,
                child: custom_id(
                    "assetModelHierarchies.childAssetModelId",
                    &definition.child_asset_model_id,
                )?,
            })
        })
        .collect()
}

/// Reads what an entry says about its identity.
pub fn claim(id: Option<CustomId>, external: Option<&str>, name: &str) -> Result<Claim, Error> {
    Ok(Claim { id, external_id: external_id("externalId", external)?, name: name.to_owned() })
}

fn property(
    claim: Claim,
    (data_type, data_type_spec): (&str, Option<&String>),
    unit: Option<&String>,
    kind: &t::PropertyType,
) -> Result<PropertyDraft, Error> {
    let Some(data_type) = DataType::parse(data_type) else {
        return Err(invalid(format!(
            "Data type {data_type} of property '{}' is not supported for asset model properties",
            claim.name
        )));
    };
    let Some(kind) = property_kind(kind) else {
        return Err(invalid(format!(
            "type of property '{}' must have exactly one of attribute, measurement, transform, metric",
            claim.name
        )));
    };
    Ok(PropertyDraft { claim, data_type, data_type_spec: data_type_spec.cloned(), unit: unit.cloned(), kind })
}

fn property_kind(kind: &t::PropertyType) -> Option<PropertyKind> {
    Some(match (&kind.attribute, &kind.measurement, &kind.transform, &kind.metric) {
        (Some(attribute), None, None, None) => {
            PropertyKind::Attribute { default_value: attribute.default_value.clone() }
        }
        (None, Some(measurement), None, None) => PropertyKind::Measurement {
            forwarding: measurement
                .processing_config
                .as_ref()
                .map(|config| config.forwarding_config.state.clone()),
        },
        (None, None, Some(transform), None) => {
            let config = transform.processing_config.as_ref();
            let forwarding = config.and_then(|config| config.forwarding_config.as_ref());
            PropertyKind::Transform {
                expression: transform.expression.clone(),
                variables: variables(&transform.variables),
                compute_location: config.map(|config| config.compute_location.clone()),
                forwarding: forwarding.map(|forwarding| forwarding.state.clone()),
            }
        }
        (None, None, None, Some(metric)) => PropertyKind::Metric {
            expression: metric.expression.clone(),
            variables: variables(metric.variables.as_deref().unwrap_or_default()),
            window: metric.window.tumbling.as_ref().map(|window| TumblingWindow {
                interval: window.interval.clone(),
                offset: window.offset.clone(),
            }),
            compute_location: metric.processing_config.as_ref().map(|config| config.compute_location.clone()),
        },
        _ => return None,
    })
}

fn variables(variables: &[t::ExpressionVariable]) -> Vec<Variable> {
    let segment = |segment: &t::AssetModelPropertyPathSegment| Segment {
        id: segment.id.clone(),
        name: segment.name.clone(),
    };
    variables
        .iter()
        .map(|variable| Variable {
            name: variable.name.clone(),
            property_id: variable.value.property_id.clone().unwrap_or_default(),
            hierarchy_id: variable.value.hierarchy_id.clone(),
            property_path: variable.value.property_path.iter().flatten().map(segment).collect(),
        })
        .collect()
}

/// Shows the own properties of a model; each path starts at the model.
pub fn shown_properties(id: &AssetModelId, definition: &Definition) -> Vec<t::AssetModelProperty> {
    definition.properties.iter().map(|property| shown_property(id, definition, (property, None))).collect()
}

/// Shows one property of a model with the composite model in which it stands.
pub fn shown_property(
    id: &AssetModelId,
    definition: &Definition,
    (property, home): (&Property, Option<&Composite>),
) -> t::AssetModelProperty {
    t::AssetModelProperty {
        id: Some(property.id.to_string()),
        external_id: property.external_id.as_ref().map(ToString::to_string),
        name: property.name.clone(),
        data_type: property.data_type.as_str().to_owned(),
        data_type_spec: property.data_type_spec.clone(),
        unit: property.unit.clone(),
        r#type: shown_kind(&property.kind),
        path: Some(path(id, definition, (property, home))),
    }
}

/// Shows the way from a model to one of its properties.
pub fn path(
    id: &AssetModelId,
    definition: &Definition,
    (property, home): (&Property, Option<&Composite>),
) -> Vec<t::AssetModelPropertyPathSegment> {
    let segment = |id: &str, name: &str| t::AssetModelPropertyPathSegment {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
    };
    let mut path = vec![segment(id.as_str(), &definition.name)];
    let way = home.map(|home| definition.path_of(home)).unwrap_or_default();
    path.extend(way.into_iter().map(|composite| segment(composite.id.as_str(), &composite.name)));
    path.push(segment(property.id.as_str(), &property.name));
    path
}

/// Shows the type of a property with its settings.
pub fn shown_kind(kind: &PropertyKind) -> t::PropertyType {
    let mut shown = t::PropertyType::default();
    let forwarding = |state: &String| t::ForwardingConfig { state: state.clone() };
    match kind {
        PropertyKind::Attribute { default_value } => {
            shown.attribute = Some(t::Attribute { default_value: default_value.clone() });
        }
        PropertyKind::Measurement { forwarding: state } => {
            let config = state.as_ref().map(forwarding);
            let config = config.map(|forwarding_config| t::MeasurementProcessingConfig { forwarding_config });
            shown.measurement = Some(t::Measurement { processing_config: config });
        }
        PropertyKind::Transform { expression, variables, compute_location, forwarding: state } => {
            let config = compute_location.as_ref().map(|location| t::TransformProcessingConfig {
                compute_location: location.clone(),
                forwarding_config: state.as_ref().map(forwarding),
            });
            shown.transform = Some(t::Transform {
                expression: expression.clone(),
                variables: shown_variables(variables),
                processing_config: config,
            });
        }
        PropertyKind::Metric { expression, variables, window, compute_location } => {
            let tumbling = window.as_ref().map(|window| t::TumblingWindow {
                interval: window.interval.clone(),
                offset: window.offset.clone(),
            });
            let config = compute_location
                .as_ref()
                .map(|location| t::MetricProcessingConfig { compute_location: location.clone() });
            shown.metric = Some(t::Metric {
                expression: expression.clone(),
                variables: Some(shown_variables(variables)),
                window: t::MetricWindow { tumbling },
                processing_config: config,
            });
        }
    }
    shown
}

fn shown_variables(variables: &[Variable]) -> Vec<t::ExpressionVariable> {
    let shown = |variable: &Variable| t::ExpressionVariable {
        name: variable.name.clone(),
        value: t::VariableValue {
            property_id: Some(variable.property_id.clone()),
            hierarchy_id: variable.hierarchy_id.clone(),
            property_path: None,
        },
    };
    variables.iter().map(shown).collect()
}

/// Shows the hierarchies of a model.
pub fn shown_hierarchies(definition: &Definition) -> Vec<t::AssetModelHierarchy> {
    let shown = |hierarchy: &Hierarchy| t::AssetModelHierarchy {
        id: Some(hierarchy.id.to_string()),
        external_id: hierarchy.external_id.as_ref().map(ToString::to_string),
        name: hierarchy.name.clone(),
        child_asset_model_id: hierarchy.child_asset_model_id.to_string(),
    };
    definition.hierarchies.iter().map(shown).collect()
}

/// Shows the state of a model, with the reason if it failed.
pub fn shown_status(model: &AssetModel) -> t::AssetModelStatus {
    let error = model.error.as_ref().filter(|_| model.state == ModelState::Failed);
    t::AssetModelStatus {
        state: model.state.as_str().to_owned(),
        error: error.map(|kept| Failure::decode(kept).shown()),
    }
}

/// Shows the state that the answer of a write promises, whatever the model has reached by then.
pub fn promised(state: ModelState) -> t::AssetModelStatus {
    t::AssetModelStatus { state: state.as_str().to_owned(), error: None }
}
