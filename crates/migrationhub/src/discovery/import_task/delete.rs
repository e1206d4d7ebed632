//! BatchDeleteImportData: takes back what imports brought.

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::{DELETED, DELETING, table};
use crate::discovery::access::{Kind, admit};
use crate::discovery::configuration_item;
use crate::discovery::error::Error;
use crate::place::Place;

/// Takes deletions, which follow after the answer; unknown tasks are answered one by one.
///
/// Only servers that an import made known go; those that it merely described, applications and tags stay (assumed:
/// the API reference speaks of "records").
/// Errors in this order: access denied, discovery off, home region not set, wrong region.
pub(crate) fn batch(
    tx: &mut Tx,
    call: &Call,
    input: &types::BatchDeleteImportDataRequest,
) -> Result<types::BatchDeleteImportDataResponse, Error> {
    admit(tx, call, "BatchDeleteImportData", Kind::Write)?;
    let mut errors = Vec::new();
    for id in &input.import_task_ids {
        let Some(mut task) = table::get(tx, call.into(), id)? else {
            errors.push(types::BatchDeleteImportDataError {
                import_task_id: Some(id.clone()),
                error_code: Some("NOT_FOUND".to_owned()),
                error_description: Some(format!("the import task '{id}' does not exist")),
            });
            continue;
        };
        DELETING.clone_into(&mut task.status);
        task.is_history_deleted |= input.delete_history.unwrap_or_default();
        table::put(tx, &task)?;
    }
    Ok(types::BatchDeleteImportDataResponse { errors: Some(errors) })
}

/// Removes up to `limit` servers of one deletion that waits; answers how many rows went, the task's included.
pub(crate) fn reconcile(tx: &mut Tx, limit: i64) -> Result<usize, store::Error> {
    let Some(mut task) = table::first(tx, DELETING)? else { return Ok(0) };
    let (account, region) = (task.account.clone(), task.region.clone());
    let at = Place { account: &account, region: &region };
    let servers = configuration_item::table::imported_by(tx, at, &task.import_task_id, limit)?;
    for id in &servers {
        configuration_item::delete(tx, at, id)?;
    }
    if !servers.is_empty() {
        return Ok(servers.len());
    }
    if task.is_history_deleted {
        table::delete(tx, at, &task.import_task_id)?;
        return Ok(1);
    }
    DELETED.clone_into(&mut task.status);
    task.deleted_at = Some(tx.now());
    table::put(tx, &task)?;
    Ok(1)
}

/// Says whether a deletion waits.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool, store::Error> {
    Ok(table::first(tx, DELETING)?.is_some())
}
