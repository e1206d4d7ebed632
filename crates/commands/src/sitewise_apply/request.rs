//! Bodies of the operations that create and update models: whole definitions, with the ids of what is there.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::ids::Ids;
use super::matching;
use crate::sitewise_account::{KnownComposite, KnownElement, KnownModel};
use crate::sitewise_plant::{Composite, DataType, Formula, Kind, Model, Property};

/// A body, and the properties that have to wait until composites are there.
pub(super) struct Definition {
    pub(super) body: Value,
    pub(super) waiting: bool,
}

fn put(object: &mut Map<String, Value>, member: &str, value: Option<&String>) {
    if let Some(value) = value {
        object.insert(member.to_owned(), value.clone().into());
    }
}

/// The body that creates a model.
pub(super) fn create(ids: &Ids<'_>, place: usize, model: &Model) -> Result<Definition, String> {
    let mut body = Map::new();
    body.insert("assetModelName".to_owned(), model.name.clone().into());
    body.insert("assetModelType".to_owned(), model.kind.api().into());
    put(&mut body, "assetModelId", model.id.as_ref());
    put(&mut body, "assetModelExternalId", model.external_id.as_ref());
    put(&mut body, "assetModelDescription", model.description.as_ref());
    if !model.tags.is_empty() {
        body.insert("tags".to_owned(), json!(model.tags));
    }
    let waiting = members(ids, place, model, None, true, &mut body)?;
    Ok(Definition { body: Value::Object(body), waiting })
}

/// The body that updates a model; with `keep`, what the file does not mention stays.
pub(super) fn update(
    ids: &Ids<'_>,
    place: usize,
    model: &Model,
    known: &KnownModel,
    keep: bool,
) -> Result<Definition, String> {
    let mut body = Map::new();
    body.insert("assetModelId".to_owned(), known.id.clone().into());
    body.insert("assetModelName".to_owned(), model.name.clone().into());
    let external_id = model.external_id.as_ref().or(known.external_id.as_ref());
    put(&mut body, "assetModelExternalId", external_id);
    put(&mut body, "assetModelDescription", model.description.as_ref());
    if let Some(etag) = &known.etag {
        body.insert("ifMatch".to_owned(), etag.clone().into());
        body.insert("matchForVersionType".to_owned(), "LATEST".into());
    }
    let waiting = members(ids, place, model, Some(known), keep, &mut body)?;
    Ok(Definition { body: Value::Object(body), waiting })
}

/// Adds properties, hierarchies and alarms; says whether some properties have to wait.
fn members(
    ids: &Ids<'_>,
    place: usize,
    model: &Model,
    known: Option<&KnownModel>,
    keep: bool,
    body: &mut Map<String, Value>,
) -> Result<bool, String> {
    let none = KnownModel::default();
    let known = known.unwrap_or(&none);
    let ready = ready(ids, place, &model.properties);
    let chosen: Vec<&Property> =
        model.properties.iter().filter(|property| ready.contains(property.name.as_str())).collect();
    let pairs = matching::properties(&model.properties, &known.properties);
    let mut properties = Vec::new();
    for (number, property) in model.properties.iter().enumerate() {
        let other = pairs.known[number].map(|other| &known.properties[other]);
        if !ready.contains(property.name.as_str()) {
            // Left out, it would be deleted with its data.
            properties.extend(other.map(|other| other.definition.clone()));
            continue;
        }
        properties.push(self::property(ids, place, &chosen, property, other)?);
    }
    let mut hierarchies = Vec::new();
    let hierarchy_pairs = matching::hierarchies(model, known);
    for (number, hierarchy) in model.hierarchies.iter().enumerate() {
        let other = hierarchy_pairs.known[number].map(|other| &known.hierarchies[other]);
        let child = ids.model_named(&hierarchy.child).ok_or_else(|| missing(&hierarchy.child))?;
        let mut object = Map::new();
        object.insert("name".to_owned(), hierarchy.name.clone().into());
        object.insert("childAssetModelId".to_owned(), child.into());
        put(&mut object, "id", other.map(|other| &other.id));
        let external_id =
            hierarchy.external_id.as_ref().or(other.and_then(|other| other.external_id.as_ref()));
        put(&mut object, "externalId", external_id);
        hierarchies.push(Value::Object(object));
    }
    let mut alarms = Vec::new();
    let composite_pairs = matching::composites(&model.composites, &known.composites);
    for (number, composite) in model.composites.iter().enumerate().filter(|(_, composite)| composite.alarm) {
        let other = composite_pairs.known[number].map(|other| &known.composites[other]);
        alarms.push(alarm(ids, place, composite, other)?);
    }
    if keep {
        let extra = pairs.extra(known.properties.len());
        properties.extend(extra.into_iter().map(|other| known.properties[other].definition.clone()));
        for other in hierarchy_pairs.extra(known.hierarchies.len()) {
            let other = &known.hierarchies[other];
            let mut object = json!({ "id": other.id, "name": other.name, "childAssetModelId": other.child });
            if let Some(external_id) = &other.external_id {
                object["externalId"] = external_id.clone().into();
            }
            hierarchies.push(object);
        }
        let extra = composite_pairs.extra(known.composites.len());
        alarms.extend(extra.into_iter().filter_map(|other| known.composites[other].inline.clone()));
    }
    let waiting = chosen.len() < model.properties.len();
    body.insert("assetModelProperties".to_owned(), properties.into());
    body.insert("assetModelHierarchies".to_owned(), hierarchies.into());
    if !alarms.is_empty() || known.composites.iter().any(|composite| composite.inline.is_some()) {
        body.insert("assetModelCompositeModels".to_owned(), alarms.into());
    }
    Ok(waiting)
}

fn missing(model: &str) -> String {
    format!("the model '{model}' is not there")
}

/// The properties whose formulas read only what can be named by now: composites are made after their model.
fn ready<'a>(ids: &Ids<'_>, place: usize, properties: &'a [Property]) -> HashSet<&'a str> {
    let mut ready: HashSet<&str> = properties.iter().map(|property| property.name.as_str()).collect();
    loop {
        let waits = |property: &&Property| {
            let Some(formula) = property.kind.formula() else { return false };
            formula.variables.values().filter(|reference| reference.hierarchy.is_none()).any(|reference| {
                let beside = properties.iter().any(|other| other.name == reference.property);
                if beside {
                    return !ready.contains(reference.property.as_str());
                }
                ids.property(place, &reference.property).is_none()
            })
        };
        let now = properties.iter().filter(|property| ready.contains(property.name.as_str()));
        let waiting: Vec<&str> = now.filter(waits).map(|property| property.name.as_str()).collect();
        if waiting.is_empty() {
            return ready;
        }
        for name in waiting {
            ready.remove(name);
        }
    }
}

fn alarm(
    ids: &Ids<'_>,
    place: usize,
    wanted: &Composite,
    known: Option<&KnownComposite>,
) -> Result<Value, String> {
    let mut object = Map::new();
    object.insert("name".to_owned(), wanted.name.clone().into());
    object.insert("type".to_owned(), "AWS/ALARM".into());
    put(&mut object, "description", wanted.description.as_ref());
    put(&mut object, "id", known.map(|known| &known.id));
    let external_id = wanted.external_id.as_ref().or(known.and_then(|known| known.external_id.as_ref()));
    put(&mut object, "externalId", external_id);
    let properties = composite_properties(ids, place, wanted, known)?;
    object.insert("properties".to_owned(), properties.into());
    Ok(Value::Object(object))
}

/// Whether the formulas of a composite read only what can be named by now.
pub(super) fn is_ready(ids: &Ids<'_>, place: usize, composite: &Composite) -> bool {
    let own = |path: &str| {
        let last = path.rsplit_once('/').map_or(path, |(_, last)| last);
        composite.properties.iter().any(|property| property.name == last)
    };
    let formulas = composite.properties.iter().filter_map(|property| property.kind.formula());
    let mut references = formulas.flat_map(|formula| formula.variables.values());
    let known = references.all(|reference| {
        let path = &reference.property;
        reference.hierarchy.is_some() || own(path) || ids.property(place, path).is_some()
    });
    known && composite.composites.iter().all(|inside| is_ready(ids, place, inside))
}

/// The properties of a composite.
pub(super) fn composite_properties(
    ids: &Ids<'_>,
    place: usize,
    wanted: &Composite,
    known: Option<&KnownComposite>,
) -> Result<Vec<Value>, String> {
    let none: &[KnownElement] = &[];
    let known = known.map_or(none, |known| &known.properties);
    let pairs = matching::properties(&wanted.properties, known);
    let beside: Vec<&Property> = wanted.properties.iter().collect();
    let each = wanted.properties.iter().enumerate().map(|(number, property)| {
        self::property(ids, place, &beside, property, pairs.known[number].map(|other| &known[other]))
    });
    each.collect()
}

/// One property; `beside` are those of the same request, which may be named.
fn property(
    ids: &Ids<'_>,
    place: usize,
    beside: &[&Property],
    wanted: &Property,
    known: Option<&KnownElement>,
) -> Result<Value, String> {
    let mut object = Map::new();
    object.insert("name".to_owned(), wanted.name.clone().into());
    put(&mut object, "id", known.map(|known| &known.id));
    let external_id = wanted.external_id.as_ref().or(known.and_then(|known| known.external_id.as_ref()));
    put(&mut object, "externalId", external_id);
    object.insert("dataType".to_owned(), wanted.data_type.api().into());
    if wanted.data_type == DataType::AlarmState {
        object.insert("dataTypeSpec".to_owned(), "AWS/ALARM_STATE".into());
    }
    put(&mut object, "unit", wanted.unit.as_ref());
    let settings = match &wanted.kind {
        Kind::Attribute { default: None } | Kind::Measurement { forwarding: true } => json!({}),
        Kind::Attribute { default: Some(default) } => json!({ "defaultValue": default }),
        Kind::Measurement { forwarding: false } => {
            json!({ "processingConfig": { "forwardingConfig": { "state": "DISABLED" } } })
        }
        Kind::Transform { formula, edge, forwarding } => {
            let mut settings = self::formula(ids, place, beside, formula)?;
            if *edge || !forwarding {
                let state = if *forwarding { "ENABLED" } else { "DISABLED" };
                settings["processingConfig"] = json!({
                    "computeLocation": if *edge { "EDGE" } else { "CLOUD" },
                    "forwardingConfig": { "state": state },
                });
            }
            settings
        }
        Kind::Metric { formula, window, edge } => {
            let mut settings = self::formula(ids, place, beside, formula)?;
            let mut tumbling = json!({ "interval": window.interval });
            if let Some(offset) = &window.offset {
                tumbling["offset"] = offset.clone().into();
            }
            settings["window"] = json!({ "tumbling": tumbling });
            if *edge {
                settings["processingConfig"] = json!({ "computeLocation": "EDGE" });
            }
            settings
        }
    };
    object.insert("type".to_owned(), json!({ wanted.kind.name(): settings }));
    Ok(Value::Object(object))
}

fn formula(ids: &Ids<'_>, place: usize, beside: &[&Property], formula: &Formula) -> Result<Value, String> {
    let mut variables = Vec::new();
    for (name, reference) in &formula.variables {
        let path = &reference.property;
        let value = match &reference.hierarchy {
            None => {
                let last = |property: &&&Property| {
                    path == &property.name || path.ends_with(&format!("/{}", property.name))
                };
                let id = ids.property(place, path);
                let named = || beside.iter().find(last).map(|property| property.name.clone());
                let id = id.or_else(named).ok_or_else(|| format!("the property '{path}' is not there"))?;
                json!({ "propertyId": id })
            }
            Some(hierarchy) => {
                let id = ids.property_below(place, hierarchy, path);
                let id =
                    id.ok_or_else(|| format!("the property '{path}' below '{hierarchy}' is not there"))?;
                let hierarchy = ids.hierarchy(place, hierarchy).unwrap_or_else(|| hierarchy.clone());
                json!({ "propertyId": id, "hierarchyId": hierarchy })
            }
        };
        variables.push(json!({ "name": name, "value": value }));
    }
    Ok(json!({ "expression": formula.expression, "variables": variables }))
}
