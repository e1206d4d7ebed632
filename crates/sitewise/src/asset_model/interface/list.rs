//! `DescribeAssetModelInterfaceRelationship` and `ListInterfaceRelationships`: what stands for what, and where; and
//! what descriptions of models say about their interfaces.

use std::collections::HashMap;

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::super::{AssetModelType, load};
use super::relation::Relation;
use super::{both, check_kind, table, unrelated};
use crate::Error;
use crate::argument::{Paging, created_key, custom_id};
use crate::id::{AssetModelId, PropertyId};
use crate::place::Place;

/// Describes how a model implements an interface.
///
/// Errors in the order of their checks: unknown model, unknown interface, wrong kind of either, no relation between
/// them.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeAssetModelInterfaceRelationshipRequest,
) -> Result<t::DescribeAssetModelInterfaceRelationshipResponse, Error> {
    let named = (input.asset_model_id.as_str(), input.interface_asset_model_id.as_str());
    let (model, interface) = both(tx, call, "iotsitewise:DescribeAssetModelInterfaceRelationship", named)?;
    let relation = table::get(tx, Place::of(call), &model.id, &interface.id)?;
    let mapping = relation.ok_or_else(|| unrelated(&model.id, &interface.id))?.mapping;
    Ok(t::DescribeAssetModelInterfaceRelationshipResponse {
        asset_model_id: model.id.to_string(),
        hierarchy_mappings: mapping
            .hierarchies
            .iter()
            .map(|pair| t::HierarchyMapping {
                asset_model_hierarchy_id: pair.model.to_string(),
                interface_asset_model_hierarchy_id: pair.interface.to_string(),
            })
            .collect(),
        interface_asset_model_id: interface.id.to_string(),
        property_mappings: mapping
            .properties
            .iter()
            .map(|pair| t::PropertyMapping {
                asset_model_property_id: pair.model.to_string(),
                interface_asset_model_property_id: pair.interface.to_string(),
            })
            .collect(),
    })
}

/// Lists the models that implement an interface, in the order in which it was applied to them.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListInterfaceRelationshipsRequest,
) -> Result<t::ListInterfaceRelationshipsResponse, Error> {
    let id = custom_id("interfaceAssetModelId", &input.interface_asset_model_id)?;
    let interface = load(tx, call, "iotsitewise:ListInterfaceRelationships", &id)?;
    check_kind("interfaceAssetModelId", &interface, AssetModelType::Interface)?;
    let filters = [interface.id.as_str()];
    let paging = Paging::open(
        call,
        op::ListInterfaceRelationships::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = paging.after_created()?;
    let mut relations = table::of_interface(tx, Place::of(call), &interface.id, after, paging.limit())?;
    let next_token =
        paging.close(&mut relations, |relation| created_key(relation.created_at, relation.model_id.as_str()));
    let summary = |id: String| t::InterfaceRelationshipSummary { id };
    Ok(t::ListInterfaceRelationshipsResponse {
        interface_relationship_summaries: relations
            .into_iter()
            .map(|relation| summary(relation.model_id.to_string()))
            .collect(),
        next_token,
    })
}

/// Lists the interfaces that a model implements, in the order in which they were applied.
pub fn details(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
) -> Result<Vec<t::InterfaceRelationship>, store::Error> {
    let relations = table::of_model(tx, place, model_id)?;
    let detail = |relation: Relation| t::InterfaceRelationship { id: relation.interface_id.to_string() };
    Ok(relations.into_iter().map(detail).collect())
}

/// Answers for each mapped property of a model which properties of which interfaces it stands for.
pub fn summaries(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
) -> Result<HashMap<PropertyId, Vec<t::InterfaceSummary>>, store::Error> {
    let mut summaries: HashMap<PropertyId, Vec<t::InterfaceSummary>> = HashMap::new();
    for Relation { interface_id, mapping, .. } in table::of_model(tx, place, model_id)? {
        for pair in mapping.properties {
            let summary = t::InterfaceSummary {
                interface_asset_model_id: interface_id.to_string(),
                interface_asset_model_property_id: pair.interface.to_string(),
            };
            summaries.entry(pair.model).or_default().push(summary);
        }
    }
    Ok(summaries)
}
