//! Values come in: BatchPutAssetPropertyValue.

pub mod judge;
pub mod number;
pub mod put;
pub mod quota;
pub mod refusal;
pub mod request;
pub mod scan;
pub mod value;

use std::sync::Arc;

use model::Operation;
use model_sitewise::operations as op;
use service::{Call, Fault, Pending, Problem, Reply, Table};

use crate::data::Data;
use request::Request;
use value::Window;

/// Enters the operations that write values.
pub fn register(table: &mut Table, data: &Arc<Data>) {
    let common = data.clone();
    table.live::<op::BatchPutAssetPropertyValue>(Box::new(move |call, input| {
        let data = common.clone();
        Box::pin(async move { put::put(&data, &call, &Request::from(input), Window::at(call.now)).await })
    }));
    let data = data.clone();
    table.raw::<op::BatchPutAssetPropertyValue>(Box::new(move |call, body| answer(&data, call, body)));
}

/// Answers what can be answered from the bytes of the body and what is in memory.
fn answer(data: &Data, call: &Call, body: &[u8]) -> Option<Pending<Result<Reply, Problem>>> {
    let request = scan::request(body)?;
    let (output, written) = put::try_put(data, call, &request, Window::at(call.now))?;
    Some(Box::pin(async move {
        if let Some(written) = written {
            put::wait(written).await.map_err(|error| {
                log::error!("values were not stored: {error}");
                let message = match error {
                    store::Error::Broken(_) => "an internal error occurred".to_owned(),
                    known => known.to_string(),
                };
                (crate::dialect::SITEWISE.problem)(Fault::Internal(message))
            })?;
        }
        Ok(Reply::of(op::BatchPutAssetPropertyValue::SPEC, &output))
    }))
}
