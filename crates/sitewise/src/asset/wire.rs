//! Assets in the API's structures.

use model_sitewise::types as t;

use super::{Asset, AssetState};
use crate::asset_model::Definition;
use crate::asset_model::property::Property;

/// Shows the state of an asset.
pub fn status(state: AssetState) -> t::AssetStatus {
    t::AssetStatus { state: state.as_str().to_owned(), error: None }
}

/// Shows the hierarchies that an asset has from its model.
pub fn hierarchies(definition: &Definition) -> Vec<t::AssetHierarchy> {
    definition
        .hierarchies
        .iter()
        .map(|hierarchy| t::AssetHierarchy {
            id: Some(hierarchy.id.to_string()),
            external_id: hierarchy.external_id.as_ref().map(ToString::to_string),
            name: hierarchy.name.clone(),
        })
        .collect()
}

/// Shows a property of an asset.
pub fn property(asset: &Asset, property: &Property) -> t::AssetProperty {
    t::AssetProperty {
        id: property.id.to_string(),
        external_id: property.external_id.as_ref().map(ToString::to_string),
        name: property.name.clone(),
        alias: None,
        notification: Some(notification(asset, property)),
        data_type: property.data_type.as_str().to_owned(),
        data_type_spec: property.data_type_spec.clone(),
        unit: property.unit.clone(),
        path: Some(path(asset, property)),
    }
}

/// Shows where changes of a property are published; clients read it without looking whether it is there.
pub fn notification(asset: &Asset, property: &Property) -> t::PropertyNotification {
    t::PropertyNotification {
        topic: format!(
            "$aws/sitewise/asset-models/{}/assets/{}/properties/{}",
            asset.model_id, asset.id, property.id
        ),
        state: "DISABLED".to_owned(),
    }
}

/// Shows the way from an asset to one of its properties; lists without names are read by its last step.
pub fn path(asset: &Asset, property: &Property) -> Vec<t::AssetPropertyPathSegment> {
    let segment = |id: &str, name: &str| t::AssetPropertyPathSegment {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
    };
    vec![segment(asset.id.as_str(), &asset.name), segment(property.id.as_str(), &property.name)]
}
