//! Computation models between the API's structures and ours.

use std::collections::BTreeMap;

use model_sitewise::types as t;

use super::definition::{Binding, BoundProperty, Definition};
use super::{ComputationModel, ComputationModelState};
use crate::Error;
use crate::error::invalid;
use crate::id::{AssetId, AssetModelId, PropertyId};

/// The one type of computation model there is.
pub const ANOMALY_DETECTION: &str = "ANOMALY_DETECTION";

/// Reads the definition of a create or update request.
///
/// Errors in the order of their checks: no configuration, a malformed variable, a binding of none or several
/// kinds, then those of [`Definition::new`].
pub fn definition(
    name: &str,
    description: Option<String>,
    configuration: &t::ComputationModelConfiguration,
    bindings: &BTreeMap<String, t::ComputationModelDataBindingValue>,
) -> Result<Definition, Error> {
    let Some(anomaly) = &configuration.anomaly_detection else {
        return Err(invalid(
            "computationModelConfiguration must have anomalyDetection, the only type there is",
        ));
    };
    let inputs = variable("inputProperties", &anomaly.input_properties)?;
    let result = variable("resultProperty", &anomaly.result_property)?;
    let read = |(variable, value): (&String, _)| Ok((variable.clone(), binding(variable, value)?));
    let bindings = bindings.iter().map(read).collect::<Result<_, Error>>()?;
    Definition::new(name.to_owned(), description, (inputs, result), bindings)
}

/// Reads a reference to a single variable, such as `${inputs}`.
fn variable(member: &str, text: &str) -> Result<String, Error> {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let name = name.filter(|name| !name.contains(['$', '{', '}']));
    let refuse =
        || invalid(format!("{member} '{text}' is not a reference to one variable, such as '${{inputs}}'"));
    name.map(str::to_owned).ok_or_else(refuse)
}

fn binding(variable: &str, value: &t::ComputationModelDataBindingValue) -> Result<Binding, Error> {
    match (&value.list, one(value)) {
        (None, Some(one)) => Ok(Binding::One(one)),
        (Some(list), None) if !has_any(value) => {
            let inner = |value: &t::ComputationModelDataBindingValue| match (&value.list, one(value)) {
                (None, Some(one)) => Ok(one),
                _ => Err(invalid(format!(
                    "Each entry of the list bound to '{variable}' must have exactly one of assetModelProperty and \
                     assetProperty"
                ))),
            };
            Ok(Binding::List(list.iter().map(inner).collect::<Result<_, Error>>()?))
        }
        _ => Err(invalid(format!(
            "The binding of '{variable}' must have exactly one of assetModelProperty, assetProperty and list"
        ))),
    }
}

fn has_any(value: &t::ComputationModelDataBindingValue) -> bool {
    value.asset_model_property.is_some() || value.asset_property.is_some()
}

/// Reads the one property that a binding names; nothing if it names none or two.
fn one(value: &t::ComputationModelDataBindingValue) -> Option<BoundProperty> {
    match (&value.asset_model_property, &value.asset_property) {
        (Some(bound), None) => Some(BoundProperty::AssetModel(
            AssetModelId::stored(bound.asset_model_id.clone()),
            PropertyId::stored(bound.property_id.clone()),
        )),
        (None, Some(bound)) => Some(BoundProperty::Asset(
            AssetId::stored(bound.asset_id.clone()),
            PropertyId::stored(bound.property_id.clone()),
        )),
        _ => None,
    }
}

/// Shows the configuration.
pub fn shown_configuration(definition: &Definition) -> t::ComputationModelConfiguration {
    t::ComputationModelConfiguration {
        anomaly_detection: Some(t::ComputationModelAnomalyDetectionConfiguration {
            input_properties: format!("${{{}}}", definition.inputs),
            result_property: format!("${{{}}}", definition.result),
        }),
    }
}

/// Shows what the variables are bound to.
pub fn shown_bindings(definition: &Definition) -> BTreeMap<String, t::ComputationModelDataBindingValue> {
    let shown = |binding: &Binding| match binding {
        Binding::One(one) => shown_one(one),
        Binding::List(list) => t::ComputationModelDataBindingValue {
            list: Some(list.iter().map(shown_one).collect()),
            ..Default::default()
        },
    };
    definition.bindings.iter().map(|(variable, binding)| (variable.clone(), shown(binding))).collect()
}

fn shown_one(bound: &BoundProperty) -> t::ComputationModelDataBindingValue {
    let shown = shown_value(bound);
    t::ComputationModelDataBindingValue {
        asset_model_property: shown.asset_model_property,
        asset_property: shown.asset_property,
        list: None,
    }
}

/// Shows one bound property as a list of usages has it.
pub fn shown_value(bound: &BoundProperty) -> t::DataBindingValue {
    match bound {
        BoundProperty::AssetModel(model, property) => t::DataBindingValue {
            asset_model_property: Some(t::AssetModelPropertyBindingValue {
                asset_model_id: model.to_string(),
                property_id: property.to_string(),
            }),
            asset_property: None,
        },
        BoundProperty::Asset(asset, property) => t::DataBindingValue {
            asset_model_property: None,
            asset_property: Some(t::AssetPropertyBindingValue {
                asset_id: asset.to_string(),
                property_id: property.to_string(),
            }),
        },
    }
}

/// Shows the state of a model.
pub fn shown_status(model: &ComputationModel) -> t::ComputationModelStatus {
    promised(model.state)
}

/// Shows the state that the answer of a write promises, whatever the model has reached by then.
pub fn promised(state: ComputationModelState) -> t::ComputationModelStatus {
    t::ComputationModelStatus { state: state.as_str().to_owned(), error: None }
}
