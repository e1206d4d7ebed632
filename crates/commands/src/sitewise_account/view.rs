//! Shows what an account has as a plant file would say it.

use serde_json::Value;

use super::asset::KnownAsset;
use super::call::{must, text};
use super::model::{KnownComposite, KnownElement, KnownModel};
use super::names::Names;
use crate::sitewise_plant::{
    Asset, Composite, DataType, Formula, Hierarchy, Implemented, Kind, Model, Property, Reference, Settings,
    Window,
};

/// Shows a model; what has no name in `names` keeps its id as one.
pub fn model_view(model: &KnownModel, names: &Names) -> Model {
    let name = |known: &std::collections::HashMap<String, String>, id: &str| {
        known.get(id).cloned().unwrap_or_else(|| id.to_owned())
    };
    let hierarchies = model.hierarchies.iter().map(|hierarchy| Hierarchy {
        name: hierarchy.name.clone(),
        external_id: hierarchy.external_id.clone(),
        child: name(&names.models, &hierarchy.child),
        ..Hierarchy::default()
    });
    let interfaces = model.interfaces.iter().map(|(interface, pairs)| Implemented {
        interface: name(&names.models, interface),
        mapping: pairs
            .iter()
            .map(|(theirs, ours)| (name(&names.properties, theirs), name(&names.properties, ours)))
            .collect(),
        ..Implemented::default()
    });
    Model {
        name: model.name.clone(),
        external_id: model.external_id.clone(),
        kind: model.kind,
        description: model.description.clone(),
        properties: model.properties.iter().map(|property| property_view(property, names)).collect(),
        hierarchies: hierarchies.collect(),
        composites: model.composites.iter().map(|composite| composite_view(composite, names)).collect(),
        interfaces: interfaces.collect(),
        ..Model::default()
    }
}

fn composite_view(composite: &KnownComposite, names: &Names) -> Composite {
    let repeats = composite.component.is_some();
    let properties = composite.properties.iter().filter(|_| !repeats);
    let inside = composite.composites.iter().filter(|_| !repeats);
    let component = composite.component.as_ref();
    Composite {
        name: composite.name.clone(),
        external_id: composite.external_id.clone(),
        description: composite.description.clone(),
        alarm: composite.kind == "AWS/ALARM",
        component: component.map(|id| names.models.get(id).cloned().unwrap_or_else(|| id.clone())),
        properties: properties.map(|property| property_view(property, names)).collect(),
        composites: inside.map(|composite| composite_view(composite, names)).collect(),
        ..Composite::default()
    }
}

fn property_view(property: &KnownElement, names: &Names) -> Property {
    let definition = &property.definition;
    let data_type = must(definition, "dataType");
    let data_type = DataType::NAMES.into_iter().find(|(_, _, api)| *api == data_type);
    Property {
        name: property.name.clone(),
        external_id: property.external_id.clone(),
        data_type: data_type.map(|(kind, ..)| kind).unwrap_or_default(),
        unit: text(definition, "unit"),
        kind: kind_view(&definition["type"], names),
        ..Property::default()
    }
}

fn kind_view(kind: &Value, names: &Names) -> Kind {
    let forwards = |settings: &Value| {
        settings["processingConfig"]["forwardingConfig"]["state"].as_str() != Some("DISABLED")
    };
    let edge = |settings: &Value| settings["processingConfig"]["computeLocation"].as_str() == Some("EDGE");
    let (attribute, transform, metric) = (&kind["attribute"], &kind["transform"], &kind["metric"]);
    if attribute.is_object() {
        return Kind::Attribute { default: attribute["defaultValue"].as_str().map(str::to_owned) };
    }
    if transform.is_object() {
        let formula = formula_view(transform, names);
        return Kind::Transform { formula, edge: edge(transform), forwarding: forwards(transform) };
    }
    if metric.is_object() {
        let window = &metric["window"]["tumbling"];
        let window = Window { interval: must(window, "interval"), offset: text(window, "offset") };
        return Kind::Metric { formula: formula_view(metric, names), window, edge: edge(metric) };
    }
    Kind::Measurement { forwarding: forwards(&kind["measurement"]) }
}

fn formula_view(settings: &Value, names: &Names) -> Formula {
    let variables = settings["variables"].as_array().into_iter().flatten().map(|variable| {
        let value = &variable["value"];
        let property = text(value, "propertyId").or_else(|| {
            let path = value["propertyPath"].as_array()?;
            text(path.last()?, "id")
        });
        let property = property.unwrap_or_default();
        let hierarchy = text(value, "hierarchyId");
        let reference = Reference {
            hierarchy: hierarchy.map(|id| names.hierarchies.get(&id).cloned().unwrap_or(id)),
            property: names.properties.get(&property).cloned().unwrap_or(property),
        };
        (must(variable, "name"), reference)
    });
    Formula { expression: must(settings, "expression"), variables: variables.collect() }
}

/// Shows an asset without its children; only what differs from its model.
pub fn asset_view(asset: &KnownAsset, names: &Names) -> Asset {
    let model = names.models.get(&asset.model).unwrap_or(&asset.model);
    let mut shown = Asset {
        name: asset.name.clone(),
        external_id: asset.external_id.clone(),
        description: asset.description.clone(),
        tags: asset.tags.clone(),
        model: model.clone(),
        ..Asset::default()
    };
    for property in &asset.properties {
        let path = names.properties.get(&property.id).unwrap_or(&property.id).clone();
        let notifications = property.notifications.then_some(true);
        let set = Settings { alias: property.alias.clone(), unit: property.unit.clone(), notifications };
        if !set.is_empty() {
            shown.settings.insert(path.clone(), set);
        }
        if let Some(value) = &property.value {
            shown.attributes.insert(path, value.clone());
        }
    }
    shown
}
