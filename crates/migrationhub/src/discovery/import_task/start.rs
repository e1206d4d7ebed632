//! StartImportTask.

use std::fmt::Write as _;

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::upload::{self, Origin};
use super::{IN_PROGRESS, Task, table};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::{self, Error};

/// Where files may be; which hosts may be asked is the transport's affair. Uploads are looked up here.
const SCHEMES: [&str; 3] = ["s3", "https", "http"];

/// Takes an import, which follows after the answer. The same token again answers the same task.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, a URL of another kind, the
/// token of another import, an upload that does not exist.
pub(crate) fn start(
    tx: &mut Tx,
    call: &Call,
    input: &types::StartImportTaskRequest,
) -> Result<types::StartImportTaskResponse, Error> {
    admit(tx, call, "StartImportTask", Kind::Write)?;
    let scheme = input.import_url.split("://").next().unwrap_or_default().to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(error::invalid_value(format!(
            "importUrl is read by s3://, https:// or http://, not by {scheme}://"
        )));
    }
    if let Some(token) = &input.client_request_token
        && let Some(task) = table::with_token(tx, call.into(), token)?
    {
        if task.name != input.name || task.import_url != input.import_url {
            return Err(error::resource_in_use(format!(
                "clientRequestToken was already used for the import '{}'",
                task.name
            )));
        }
        return Ok(types::StartImportTaskResponse { task: Some(task.shown(call)) });
    }
    if upload::find(tx, call.into(), &input.import_url, call.now)? == Origin::Missing {
        return Err(error::invalid_value(format!(
            "importUrl names no upload of this account in {}: {}",
            call.region, input.import_url
        )));
    }
    let mut import_task_id = "import-task-".to_owned();
    for byte in tx.random() {
        write!(import_task_id, "{byte:02x}").expect("a String takes every write");
    }
    let task = Task {
        account: call.account.clone(),
        region: call.region.clone(),
        import_task_id,
        client_request_token: input.client_request_token.clone(),
        name: input.name.clone(),
        import_url: input.import_url.clone(),
        status: IN_PROGRESS.to_owned(),
        requested_at: call.now,
        completed_at: None,
        deleted_at: None,
        rows_taken: 0,
        servers_imported: 0,
        servers_failed: 0,
        applications_imported: 0,
        applications_failed: 0,
        failures: String::new(),
        is_history_deleted: false,
    };
    table::put(tx, &task)?;
    Ok(types::StartImportTaskResponse { task: Some(task.shown(call)) })
}
