//! `ListComputationModels`.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{ComputationModel, arn, definition, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists computation models in the order of their creation; there is only one type to filter on.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListComputationModelsRequest,
) -> Result<t::ListComputationModelsResponse, Error> {
    call.allow(tx, "iotsitewise:ListComputationModels", &arn(call, "*"))?;
    let filters = [input.computation_model_type.as_deref().unwrap_or_default()];
    let paging = Paging::open(
        call,
        op::ListComputationModels::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = paging.after_created()?;
    let mut models = table::list(tx, Place::of(call), after, paging.limit())?;
    let next_token = paging.close(&mut models, |model| created_key(model.created_at, model.id.as_str()));
    let summaries = models.iter().map(|model| summary(tx, call, model)).collect::<Result<_, _>>()?;
    Ok(t::ListComputationModelsResponse { computation_model_summaries: summaries, next_token })
}

fn summary(tx: &mut Tx, call: &Call, model: &ComputationModel) -> Result<t::ComputationModelSummary, Error> {
    let latest = definition(tx, Place::of(call), &model.id, model.latest)?;
    Ok(t::ComputationModelSummary {
        id: model.id.to_string(),
        arn: arn(call, model.id.as_str()),
        name: latest.name,
        description: latest.description,
        r#type: wire::ANOMALY_DETECTION.to_owned(),
        creation_date: model.created_at,
        last_update_date: model.updated_at,
        status: wire::shown_status(model),
        version: model.latest.to_string(),
    })
}
