//! Values come in: BatchPutAssetPropertyValue.

pub mod judge;
pub mod put;
pub mod quota;
pub mod refusal;
pub mod request;
pub mod value;

use std::sync::Arc;

use model_sitewise::operations as op;
use service::Table;

use crate::data::Data;
use request::Request;

/// Enters the operations that write values.
pub fn register(table: &mut Table, data: &Arc<Data>) {
    let data = data.clone();
    table.live::<op::BatchPutAssetPropertyValue>(Box::new(move |call, input| {
        Box::pin(put::put_now(data.clone(), call, Request::from(input)))
    }));
}
