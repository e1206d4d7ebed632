//! Values go out: latest values, histories, aggregates and interpolated values, of one stream or of several at once.
//!
//! A page is written straight from the engine's points into the text that goes out; nothing is locked meanwhile.

pub mod aggregate;
pub mod batch;
pub mod batch_latest;
pub mod history;
pub mod interpolate;
pub mod latest;
pub mod list;
pub mod member;
pub mod query;
pub mod single;
pub mod source;

use std::sync::Arc;

use model_sitewise::operations as op;
use service::Table;

use crate::data::Data;
use aggregate::Aggregates;
use history::History;

/// Enters the operations that read values.
pub fn register(table: &mut Table, data: &Arc<Data>) {
    let of = data.clone();
    table.live_as::<op::GetAssetPropertyValue, _>(Box::new(move |call, members| {
        Box::pin(latest::latest(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::GetAssetPropertyValueHistory, _>(Box::new(move |call, members| {
        Box::pin(single::answer::<op::GetAssetPropertyValueHistory, History>(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::GetAssetPropertyAggregates, _>(Box::new(move |call, members| {
        Box::pin(single::answer::<op::GetAssetPropertyAggregates, Aggregates>(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::GetInterpolatedAssetPropertyValues, _>(Box::new(move |call, members| {
        Box::pin(interpolate::interpolate(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::BatchGetAssetPropertyValue, _>(Box::new(move |call, members| {
        Box::pin(batch_latest::latest(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::BatchGetAssetPropertyValueHistory, _>(Box::new(move |call, members| {
        Box::pin(batch::answer::<op::BatchGetAssetPropertyValueHistory, History>(of.clone(), call, members))
    }));
    let of = data.clone();
    table.live_as::<op::BatchGetAssetPropertyAggregates, _>(Box::new(move |call, members| {
        Box::pin(batch::answer::<op::BatchGetAssetPropertyAggregates, Aggregates>(of.clone(), call, members))
    }));
}
