//! Assets in the API's structures.

use model_sitewise::types as t;

use super::property::{Own, Owned};
use super::{Asset, AssetState};
use crate::asset_model::Definition;
use crate::asset_model::composite::Composite;
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

/// Shows a property of an asset, of its model or of a composite model, with what it has of its own.
pub fn property(
    asset: &Asset,
    definition: &Definition,
    (property, composite): (&Property, Option<&Composite>),
    own: Own,
) -> t::AssetProperty {
    t::AssetProperty {
        id: property.id.to_string(),
        external_id: property.external_id.as_ref().map(ToString::to_string),
        name: property.name.clone(),
        alias: own.alias,
        notification: Some(notification(asset, property, own.notified)),
        data_type: property.data_type.as_str().to_owned(),
        data_type_spec: property.data_type_spec.clone(),
        unit: own.unit.or_else(|| property.unit.clone()),
        path: Some(path(asset, definition, property, composite)),
    }
}

/// Shows where changes of a property are published; clients read it without looking whether it is there.
pub fn notification(asset: &Asset, property: &Property, notified: bool) -> t::PropertyNotification {
    t::PropertyNotification {
        topic: format!(
            "$aws/sitewise/asset-models/{}/assets/{}/properties/{}",
            asset.model_id, asset.id, property.id
        ),
        state: if notified { "ENABLED" } else { "DISABLED" }.to_owned(),
    }
}

/// Shows the way from an asset, through composite models, to one of its properties; lists without names are read by
/// its last step.
pub fn path(
    asset: &Asset,
    definition: &Definition,
    property: &Property,
    composite: Option<&Composite>,
) -> Vec<t::AssetPropertyPathSegment> {
    let segment = |id: &str, name: &str| t::AssetPropertyPathSegment {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
    };
    let mut path = vec![segment(asset.id.as_str(), &asset.name)];
    let between = composite.map(|composite| definition.path_of(composite)).unwrap_or_default();
    path.extend(between.into_iter().map(|composite| segment(composite.id.as_str(), &composite.name)));
    path.push(segment(property.id.as_str(), &property.name));
    path
}

/// Shows a composite model of an asset with its properties; without them where the caller wants none.
pub fn composite(
    asset: &Asset,
    definition: &Definition,
    composite: &Composite,
    own: Option<&mut Owned>,
) -> t::AssetCompositeModel {
    t::AssetCompositeModel {
        name: composite.name.clone(),
        description: composite.description.clone(),
        r#type: composite.composite_type.as_str().to_owned(),
        properties: own
            .map(|own| composite_properties(asset, definition, composite, own))
            .unwrap_or_default(),
        id: Some(composite.id.to_string()),
        external_id: composite.external_id.as_ref().map(ToString::to_string),
    }
}

/// Shows the properties of a composite model of an asset.
pub fn composite_properties(
    asset: &Asset,
    definition: &Definition,
    composite: &Composite,
    own: &mut Owned,
) -> Vec<t::AssetProperty> {
    let shown = |shown: &Property| {
        let own = own.take(&shown.id);
        property(asset, definition, (shown, Some(composite)), own)
    };
    composite.properties.iter().map(shown).collect()
}

/// Shows that an asset has a composite model.
pub fn composite_summary(
    asset: &Asset,
    definition: &Definition,
    composite: &Composite,
) -> t::AssetCompositeModelSummary {
    t::AssetCompositeModelSummary {
        id: composite.id.to_string(),
        external_id: composite.external_id.as_ref().map(ToString::to_string),
        name: composite.name.clone(),
        r#type: composite.composite_type.as_str().to_owned(),
        description: composite.description.clone(),
        path: composite_path(asset, definition, composite),
    }
}

/// Shows the way from an asset to one of its composite models.
pub fn composite_path(
    asset: &Asset,
    definition: &Definition,
    composite: &Composite,
) -> Vec<t::AssetCompositeModelPathSegment> {
    let segment = |id: &str, name: &str| t::AssetCompositeModelPathSegment {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
    };
    let mut path = vec![segment(asset.id.as_str(), &asset.name)];
    let steps = definition.path_of(composite).into_iter();
    path.extend(steps.map(|composite| segment(composite.id.as_str(), &composite.name)));
    path
}
