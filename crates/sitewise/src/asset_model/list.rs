//! `ListAssetModels` and `ListAssetModelProperties`.

use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use model::Operation as _;

use super::composite::Composite;
use super::describe::version;
use super::property::Property;
use super::{AssetModel, AssetModelType, arn, definition, interface, load, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key, custom_id};
use crate::error::invalid;
use crate::place::Place;

const ALL_TYPES: [AssetModelType; 3] =
    [AssetModelType::AssetModel, AssetModelType::ComponentModel, AssetModelType::Interface];

/// Lists models in the order of their creation, all kinds unless the caller names some.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssetModelsRequest,
) -> Result<t::ListAssetModelsResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:ListAssetModels", &arn(call, "*"))?;
    let types = types(input.asset_model_types.as_deref().unwrap_or_default())?;
    let wanted = input.asset_model_version.as_deref().unwrap_or("LATEST");
    let filters = [types.map(AssetModelType::as_str).join(","), wanted.to_owned()];
    let filters = filters.each_ref().map(String::as_str);
    let paging = Paging::open(
        call,
        op::ListAssetModels::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = paging.after_created()?;
    let mut models = table::list(tx, place, types, wanted == "ACTIVE", after, paging.limit())?;
    let next_token = paging.close(&mut models, |model| created_key(model.created_at, model.id.as_str()));
    let asset_model_summaries =
        models.iter().map(|model| summary(tx, call, model, wanted)).collect::<Result<_, _>>()?;
    Ok(t::ListAssetModelsResponse { asset_model_summaries, next_token })
}

/// Reads the filter on kinds; padded to three, since that many stand in the statement.
fn types(names: &[String]) -> Result<[AssetModelType; 3], Error> {
    let mut types = Vec::with_capacity(names.len());
    for name in names {
        let parsed = AssetModelType::parse(name);
        types.push(parsed.ok_or_else(|| invalid(format!("assetModelTypes has the unknown value '{name}'")))?);
    }
    let Some(&first) = types.first() else { return Ok(ALL_TYPES) };
    let others = types.iter().any(|kind| *kind != AssetModelType::Interface);
    if others && types.contains(&AssetModelType::Interface) {
        return Err(invalid("The given filter is not supported"));
    }
    let last = *types.iter().find(|kind| **kind != first).unwrap_or(&first);
    Ok([first, last, last])
}

fn summary(
    tx: &mut Tx,
    call: &Call,
    model: &AssetModel,
    wanted: &str,
) -> Result<t::AssetModelSummary, Error> {
    let version = version(model, Some(wanted))?;
    let definition = definition(tx, Place::of(call), &model.id, version)?;
    Ok(t::AssetModelSummary {
        id: model.id.to_string(),
        external_id: model.external_id.as_ref().map(ToString::to_string),
        arn: arn(call, model.id.as_str()),
        name: definition.name.clone(),
        asset_model_type: Some(model.model_type.as_str().to_owned()),
        description: definition.description.clone(),
        creation_date: model.created_at,
        last_update_date: model.updated_at,
        status: wire::shown_status(model),
        version: Some(version.number.to_string()),
    })
}

/// Lists the properties of one version of a model, in the order in which they were sent: its own ones, and if the
/// caller wants ALL, those of its composite models after them.
///
/// A page token is good for that version only: when properties change one has to start over (API reference).
pub fn list_properties(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAssetModelPropertiesRequest,
) -> Result<t::ListAssetModelPropertiesResponse, Error> {
    let id = custom_id("assetModelId", &input.asset_model_id)?;
    let model = load(tx, call, "iotsitewise:ListAssetModelProperties", &id)?;
    let wanted = input.asset_model_version.as_deref().unwrap_or("LATEST");
    let version = version(&model, Some(wanted))?;
    let definition = definition(tx, Place::of(call), &model.id, version)?;
    let filter = input.filter.as_deref().unwrap_or("BASE");
    let filters = [model.id.as_str(), filter, wanted];
    let paging = Paging::open(
        call,
        op::ListAssetModelProperties::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let start = position(&paging, &version.etag)?;
    let shown = definition.all_properties().filter(|(_, home)| filter == "ALL" || home.is_none());
    let shown = shown.enumerate().skip(start);
    let mut rows: Vec<_> = shown.take(usize::try_from(paging.limit()).unwrap_or_default()).collect();
    let next_token = paging.close(&mut rows, |(i, _)| vec![version.etag.clone(), (i + 1).to_string()]);
    let mut interfaces = interface::list::summaries(tx, Place::of(call), &model.id)?;
    let mut summary = |(property, home): (&Property, Option<&Composite>)| t::AssetModelPropertySummary {
        id: Some(property.id.to_string()),
        external_id: property.external_id.as_ref().map(ToString::to_string),
        name: property.name.clone(),
        data_type: property.data_type.as_str().to_owned(),
        data_type_spec: property.data_type_spec.clone(),
        unit: property.unit.clone(),
        r#type: wire::shown_kind(&property.kind),
        asset_model_composite_model_id: home.map(|home| home.id.to_string()),
        path: Some(wire::path(&model.id, &definition, (property, home))),
        interface_summaries: interfaces.remove(&property.id),
    };
    Ok(t::ListAssetModelPropertiesResponse {
        asset_model_property_summaries: rows.into_iter().map(|(_, property)| summary(property)).collect(),
        next_token,
    })
}

/// Answers where a list of a definition's elements goes on; the token holds the version and the position.
pub fn position(paging: &Paging<'_>, etag: &str) -> Result<usize, Error> {
    match paging.after() {
        None => Ok(0),
        Some([version, position]) if version == etag => {
            position.parse().map_err(|_| invalid("nextToken is not valid"))
        }
        Some(_) => {
            Err(invalid("nextToken is not valid: the asset model has changed, list again from the start"))
        }
    }
}
