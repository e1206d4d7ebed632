//! Assets as an account has them: where they stand, and what is set for their properties.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::call::{Api, all, each, is_gone, must, text};
use super::model::KnownModel;
use crate::aws_client::CallError;

/// An asset.
#[derive(Clone, Debug, Default)]
pub struct KnownAsset {
    /// Id.
    pub id: String,
    /// What tags hang on.
    pub arn: String,
    /// What people call it.
    pub name: String,
    /// If it has one.
    pub external_id: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// The id of its model.
    pub model: String,
    /// `ACTIVE` and so on.
    pub state: String,
    /// Where it stands, unless it is at the top.
    pub parent: Option<Place>,
    /// Read when they are asked for.
    pub tags: BTreeMap<String, String>,
    /// Read when they are asked for.
    pub properties: Vec<KnownProperty>,
}

/// A place below an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Id of the parent.
    pub asset: String,
    /// Id of the hierarchy in the parent's model.
    pub hierarchy: String,
}

/// What is set for a property of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownProperty {
    /// Id, that of the model's property.
    pub id: String,
    /// The name of its data stream.
    pub alias: Option<String>,
    /// If it is not the model's.
    pub unit: Option<String>,
    /// Whether values are published.
    pub notifications: bool,
    /// The value of an attribute, if it is not the default.
    pub value: Option<String>,
}

/// Reads the assets of some models, and how they hang together.
pub fn assets(api: &impl Api, models: &[KnownModel]) -> Result<Vec<KnownAsset>, CallError> {
    let pages = each(models, |model| {
        let input = json!({ "assetModelId": model.id, "filter": "ALL" });
        match all(api, "ListAssets", input, "assetSummaries") {
            Err(error) if is_gone(&error) => Ok(Vec::new()),
            other => other,
        }
    })?;
    let mut assets = Vec::new();
    for summary in pages.into_iter().flatten() {
        assets.push(KnownAsset {
            id: must(&summary, "id"),
            arn: must(&summary, "arn"),
            name: must(&summary, "name"),
            external_id: text(&summary, "externalId"),
            description: text(&summary, "description"),
            model: must(&summary, "assetModelId"),
            state: must(&summary["status"], "state"),
            ..KnownAsset::default()
        });
    }
    let hierarchies: HashMap<&str, Vec<&str>> = models
        .iter()
        .map(|model| {
            (model.id.as_str(), model.hierarchies.iter().map(|hierarchy| hierarchy.id.as_str()).collect())
        })
        .collect();
    let places = assets.iter().flat_map(|asset| {
        let hierarchies = hierarchies.get(asset.model.as_str()).into_iter().flatten();
        hierarchies.map(|hierarchy| Place { asset: asset.id.clone(), hierarchy: (*hierarchy).to_owned() })
    });
    let places: Vec<Place> = places.collect();
    let children = each(&places, |place| children(api, place))?;
    let mut parents: HashMap<String, Place> = HashMap::new();
    for (place, children) in places.into_iter().zip(children) {
        for child in children {
            parents.insert(child, place.clone());
        }
    }
    for asset in &mut assets {
        asset.parent = parents.remove(&asset.id);
    }
    Ok(assets)
}

fn children(api: &impl Api, place: &Place) -> Result<Vec<String>, CallError> {
    let input =
        json!({ "assetId": place.asset, "hierarchyId": place.hierarchy, "traversalDirection": "CHILD" });
    match all(api, "ListAssociatedAssets", input, "assetSummaries") {
        Ok(found) => Ok(found.iter().map(|summary| must(summary, "id")).collect()),
        Err(error) if is_gone(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The units of a model's properties by their ids.
pub type Units = HashMap<String, Option<String>>;

/// Reads what is set for the properties of an asset; `units` are those of its model.
pub fn settings(api: &impl Api, asset: &str, units: &Units) -> Result<Vec<KnownProperty>, CallError> {
    let input = json!({ "assetId": asset, "filter": "ALL" });
    let found = all(api, "ListAssetProperties", input, "assetPropertySummaries")?;
    let read = found.iter().map(|summary| {
        let id = must(summary, "id");
        let unit = text(summary, "unit").filter(|unit| units.get(&id).and_then(Option::as_ref) != Some(unit));
        KnownProperty {
            alias: text(summary, "alias"),
            unit,
            notifications: summary["notification"]["state"].as_str() == Some("ENABLED"),
            value: None,
            id,
        }
    });
    Ok(read.collect())
}
