//! `ListComputationModelDataBindingUsages`: which computation models use an asset, an asset model or a
//! property.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::definition::{Bindable, BoundProperty};
use super::{arn, table, wire};
use crate::Error;
use crate::argument::Paging;
use crate::error::invalid;
use crate::id::{AssetId, AssetModelId, PropertyId};
use crate::place::Place;

/// What the list is confined to: bindings on an asset or asset model, all or those of one property.
enum Filter {
    Asset(AssetId, Option<PropertyId>),
    AssetModel(AssetModelId, Option<PropertyId>),
}

/// Lists bound properties in the order of their ids, each with the computation models that bind it.
///
/// What does not exist is not bound by anything: the list is empty, and no `ResourceNotFoundException` is
/// declared.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListComputationModelDataBindingUsagesRequest,
) -> Result<t::ListComputationModelDataBindingUsagesResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:ListComputationModelDataBindingUsages", &arn(call, "*"))?;
    let filter = Filter::read(&input.data_binding_value_filter)?;
    let (owner, property) = (filter.owner(), filter.property());
    let filters = [owner.kind(), owner.id(), property.unwrap_or_default()];
    let paging = Paging::open(
        call,
        op::ListComputationModelDataBindingUsages::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = match paging.after() {
        None => "",
        Some([property]) => property.as_str(),
        Some(_) => return Err(invalid("nextToken is not valid")),
    };
    let mut properties = table::bound_properties(tx, place, owner, property, after, paging.limit())?;
    let next_token = paging.close(&mut properties, |property| vec![property.to_string()]);
    let mut summaries = Vec::with_capacity(properties.len());
    for property in properties {
        let ids = table::binders(tx, place, owner, &property)?;
        summaries.push(t::ComputationModelDataBindingUsageSummary {
            computation_model_ids: ids.iter().map(ToString::to_string).collect(),
            matched_data_binding: t::MatchedDataBinding { value: wire::shown_value(&filter.bound(property)) },
        });
    }
    Ok(t::ListComputationModelDataBindingUsagesResponse {
        data_binding_usage_summaries: summaries,
        next_token,
    })
}

impl Filter {
    fn read(filter: &t::DataBindingValueFilter) -> Result<Self, Error> {
        let asset = |id: &String| AssetId::stored(id.clone());
        let model = |id: &String| AssetModelId::stored(id.clone());
        let property = |id: &String| Some(PropertyId::stored(id.clone()));
        match (&filter.asset, &filter.asset_model, &filter.asset_property, &filter.asset_model_property) {
            (Some(by), None, None, None) => Ok(Self::Asset(asset(&by.asset_id), None)),
            (None, Some(by), None, None) => Ok(Self::AssetModel(model(&by.asset_model_id), None)),
            (None, None, Some(by), None) => Ok(Self::Asset(asset(&by.asset_id), property(&by.property_id))),
            (None, None, None, Some(by)) => {
                Ok(Self::AssetModel(model(&by.asset_model_id), property(&by.property_id)))
            }
            _ => Err(invalid(
                "dataBindingValueFilter must have exactly one of asset, assetModel, assetProperty and \
                 assetModelProperty",
            )),
        }
    }

    fn owner(&self) -> Bindable<'_> {
        match self {
            Self::Asset(id, _) => Bindable::Asset(id),
            Self::AssetModel(id, _) => Bindable::AssetModel(id),
        }
    }

    fn property(&self) -> Option<&str> {
        match self {
            Self::Asset(_, property) | Self::AssetModel(_, property) => {
                property.as_ref().map(PropertyId::as_str)
            }
        }
    }

    fn bound(&self, property: PropertyId) -> BoundProperty {
        match self {
            Self::Asset(id, _) => BoundProperty::Asset(id.clone(), property),
            Self::AssetModel(id, _) => BoundProperty::AssetModel(id.clone(), property),
        }
    }
}
