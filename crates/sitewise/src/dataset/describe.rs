//! `DescribeDataset`: a dataset, its state and its version.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::draft::EXTERNAL;
use super::{Dataset, load, wire};
use crate::Error;
use crate::error::not_found;

/// Describes a dataset; of a connection only the latest version is kept, any other is not found (assumed).
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeDatasetRequest,
) -> Result<t::DescribeDatasetResponse, Error> {
    let workspace = input.workspace_name.as_deref();
    let dataset = load(tx, call, "iotsitewise:DescribeDataset", &input.dataset_id, workspace)?;
    check_version(&dataset, input.dataset_version.as_deref())?;
    Ok(t::DescribeDatasetResponse {
        dataset_id: dataset.id.to_string(),
        dataset_arn: dataset.arn(call),
        dataset_source: wire::source(&dataset.content),
        dataset_status: wire::status(dataset.state),
        dataset_creation_date: dataset.created_at,
        dataset_last_update_date: dataset.updated_at,
        dataset_version: Some(dataset.version.to_string()),
        dataset_name: dataset.content.name,
        dataset_description: dataset.content.description,
        dataset_type: Some(EXTERNAL.to_owned()),
        dataset_config: None,
        workspace_name: None,
        metadata: dataset.content.metadata,
        enrichment_status: None,
    })
}

fn check_version(dataset: &Dataset, wanted: Option<&str>) -> Result<(), Error> {
    match wanted {
        Some(wanted) if wanted != dataset.version.to_string() => Err(not_found(format!(
            "Dataset with id {} has no version {wanted}; its version is {}",
            dataset.id, dataset.version
        ))),
        _ => Ok(()),
    }
}
