//! `ListDatasets`: the datasets with a kind of source.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::draft::EXTERNAL;
use super::{Dataset, arn, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::error::{invalid, not_found};
use crate::place::Place;

/// Lists datasets in the order of their creation.
///
/// Errors in the order of their checks: unknown workspace, no workspace where the source is SITEWISE (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListDatasetsRequest,
) -> Result<t::ListDatasetsResponse, Error> {
    call.allow(tx, "iotsitewise:ListDatasets", &arn(call, "*"))?;
    if let Some(workspace) = &input.workspace_name {
        return Err(not_found(format!("Workspace with name {workspace} not found")));
    }
    if input.source_type == "SITEWISE" {
        return Err(invalid("workspaceName is required when sourceType is SITEWISE"));
    }
    let kind = input.dataset_type.as_deref().unwrap_or(EXTERNAL);
    let filters = [input.source_type.as_str(), kind];
    let paging =
        Paging::open(call, op::ListDatasets::SPEC, &filters, input.next_token.as_deref(), input.max_results)?;
    let after = paging.after_created()?;
    let mut datasets = match kind {
        EXTERNAL => table::list(tx, Place::of(call), after, paging.limit())?,
        // The other kinds have another source.
        _ => Vec::new(),
    };
    let next_token =
        paging.close(&mut datasets, |dataset| created_key(dataset.created_at, dataset.id.as_str()));
    let dataset_summaries = datasets.into_iter().map(|dataset| summary(call, dataset)).collect();
    Ok(t::ListDatasetsResponse { dataset_summaries, next_token, workspace_name: None })
}

fn summary(call: &Call, dataset: Dataset) -> t::DatasetSummary {
    t::DatasetSummary {
        id: dataset.id.to_string(),
        arn: dataset.arn(call),
        source_type: Some(wire::source(&dataset.content).source_type),
        dataset_type: Some(EXTERNAL.to_owned()),
        creation_date: dataset.created_at,
        last_update_date: dataset.updated_at,
        status: wire::status(dataset.state),
        enrichment_status: None,
        name: dataset.content.name,
        description: dataset.content.description,
    }
}
