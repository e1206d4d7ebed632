//! Models as an account has them, with the ids of everything in them.

use serde_json::{Value, json};

use super::call::{Api, all, each, is_gone, must, text};
use crate::aws_client::CallError;
use crate::sitewise_plant::ModelKind;

/// A model.
#[derive(Clone, Debug, Default)]
pub struct KnownModel {
    /// Id.
    pub id: String,
    /// What tags hang on.
    pub arn: String,
    /// Unique in the account.
    pub name: String,
    /// If it has one.
    pub external_id: Option<String>,
    /// What it is for.
    pub kind: ModelKind,
    /// For people.
    pub description: Option<String>,
    /// `ACTIVE`, `FAILED` and so on, and why.
    pub state: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Names the version that was read.
    pub etag: Option<String>,
    /// Its own properties, as the API describes them.
    pub properties: Vec<KnownElement>,
    /// Its hierarchies.
    pub hierarchies: Vec<KnownHierarchy>,
    /// Its alarms and composites.
    pub composites: Vec<KnownComposite>,
    /// The interfaces that it implements: id, and pairs of the interface's property and its own.
    pub interfaces: Vec<(String, Vec<(String, String)>)>,
}

/// A property of a model or composite.
#[derive(Clone, Debug, Default)]
pub struct KnownElement {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// If it has one.
    pub external_id: Option<String>,
    /// As the API describes it.
    pub definition: Value,
}

/// A hierarchy of a model.
#[derive(Clone, Debug, Default)]
pub struct KnownHierarchy {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// If it has one.
    pub external_id: Option<String>,
    /// The id of the other model.
    pub child: String,
}

/// An alarm or composite.
#[derive(Clone, Debug, Default)]
pub struct KnownComposite {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// If it has one.
    pub external_id: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// `AWS/ALARM` or `CUSTOM`.
    pub kind: String,
    /// The id of the component model that it repeats.
    pub component: Option<String>,
    /// Its properties; derived ones if it repeats a component.
    pub properties: Vec<KnownElement>,
    /// What is inside.
    pub composites: Vec<KnownComposite>,
    /// As a create or update of the model sends it back; nothing for those that have operations of their own.
    pub inline: Option<Value>,
}

impl KnownModel {
    /// Whether nothing is under way.
    pub fn is_settled(&self) -> bool {
        matches!(self.state.as_str(), "ACTIVE" | "FAILED")
    }
}

/// Reads all models of an account; those that vanish meanwhile are left out.
pub fn models(api: &impl Api) -> Result<Vec<KnownModel>, CallError> {
    // A list of all kinds is asked for without naming them: AWS refuses to filter by interfaces and others together.
    let listed = all(api, "ListAssetModels", json!({}), "assetModelSummaries")?;
    let ids: Vec<String> = listed.iter().map(|summary| must(summary, "id")).collect();
    let described = each(&ids, |id| match describe(api, id) {
        Ok(model) => Ok(Some(model)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    })?;
    Ok(described.into_iter().flatten().collect())
}

/// Reads one model with its composites.
pub fn describe(api: &impl Api, id: &str) -> Result<KnownModel, CallError> {
    let answer = api.call("DescribeAssetModel", &json!({ "assetModelId": id }))?;
    let mut model = read(&answer);
    let composites = answer["assetModelCompositeModels"].as_array().into_iter().flatten();
    model.composites = composites.map(inline).collect();
    for summary in answer["assetModelCompositeModelSummaries"].as_array().into_iter().flatten() {
        let known = must(summary, "id");
        if !model.composites.iter().any(|composite| composite.id == known) {
            model.composites.push(composite(api, id, &known)?);
        }
    }
    for interface in answer["interfaceDetails"].as_array().into_iter().flatten() {
        let interface = must(interface, "id");
        let input = json!({ "assetModelId": id, "interfaceAssetModelId": interface });
        let answer = api.call("DescribeAssetModelInterfaceRelationship", &input)?;
        let mappings = answer["propertyMappings"].as_array().into_iter().flatten();
        let pairs = mappings
            .map(|pair| (must(pair, "interfaceAssetModelPropertyId"), must(pair, "assetModelPropertyId")));
        model.interfaces.push((interface, pairs.collect()));
    }
    Ok(model)
}

fn read(answer: &Value) -> KnownModel {
    let kind = must(answer, "assetModelType");
    let kinds = ModelKind::NAMES;
    let hierarchies = answer["assetModelHierarchies"].as_array().into_iter().flatten();
    KnownModel {
        id: must(answer, "assetModelId"),
        arn: must(answer, "assetModelArn"),
        name: must(answer, "assetModelName"),
        external_id: text(answer, "assetModelExternalId"),
        kind: kinds.into_iter().find(|(_, _, api)| *api == kind).map_or(ModelKind::Asset, |(kind, ..)| kind),
        description: text(answer, "assetModelDescription"),
        state: must(&answer["assetModelStatus"], "state"),
        error: text(&answer["assetModelStatus"]["error"], "message"),
        etag: text(answer, "eTag"),
        properties: elements(&answer["assetModelProperties"]),
        hierarchies: hierarchies
            .map(|hierarchy| KnownHierarchy {
                id: must(hierarchy, "id"),
                name: must(hierarchy, "name"),
                external_id: text(hierarchy, "externalId"),
                child: must(hierarchy, "childAssetModelId"),
            })
            .collect(),
        ..KnownModel::default()
    }
}

fn elements(definitions: &Value) -> Vec<KnownElement> {
    let definitions = definitions.as_array().into_iter().flatten();
    definitions
        .map(|definition| KnownElement {
            id: must(definition, "id"),
            name: must(definition, "name"),
            external_id: text(definition, "externalId"),
            definition: definition.clone(),
        })
        .collect()
}

fn inline(definition: &Value) -> KnownComposite {
    KnownComposite {
        id: must(definition, "id"),
        name: must(definition, "name"),
        external_id: text(definition, "externalId"),
        description: text(definition, "description"),
        kind: must(definition, "type"),
        properties: elements(&definition["properties"]),
        inline: Some(definition.clone()),
        ..KnownComposite::default()
    }
}

/// Reads a composite without what is inside.
pub fn composite_leaf(
    api: &impl Api,
    model: &str,
    id: &str,
) -> Result<(KnownComposite, Vec<String>), CallError> {
    let input = json!({ "assetModelId": model, "assetModelCompositeModelId": id });
    let answer = api.call("DescribeAssetModelCompositeModel", &input)?;
    let relation = &answer["compositionDetails"]["compositionRelationship"];
    let inside = answer["assetModelCompositeModelSummaries"].as_array().into_iter().flatten();
    let composite = KnownComposite {
        id: must(&answer, "assetModelCompositeModelId"),
        name: must(&answer, "assetModelCompositeModelName"),
        external_id: text(&answer, "assetModelCompositeModelExternalId"),
        description: text(&answer, "assetModelCompositeModelDescription"),
        kind: must(&answer, "assetModelCompositeModelType"),
        component: relation.as_array().and_then(|list| text(list.last()?, "id")),
        properties: elements(&answer["assetModelCompositeModelProperties"]),
        composites: Vec::new(),
        inline: None,
    };
    Ok((composite, inside.map(|summary| must(summary, "id")).collect()))
}

fn composite(api: &impl Api, model: &str, id: &str) -> Result<KnownComposite, CallError> {
    let (mut composite, inside) = composite_leaf(api, model, id)?;
    for id in inside {
        composite.composites.push(self::composite(api, model, &id)?);
    }
    Ok(composite)
}
