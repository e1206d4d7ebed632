//! Import tasks: servers, applications and tags out of a CSV file.
//!
//! StartImportTask leaves a row; [`work`] reads the file through whatever the program offers as transport and applies
//! it, some rows a transaction. A task that was interrupted goes on behind the last rows that were taken.

mod apply;
mod delete;
mod list;
mod row;
mod start;
mod table;
mod upload;
mod work;

use model::Timestamp;
use model_migrationhub::discovery::types;
use service::Call;

use crate::discovery::{csv, download};

pub use apply::apply;

pub(crate) use delete::{batch as batch_delete, is_due, reconcile};
pub(crate) use list::list;
pub use row::Row;
pub(crate) use start::start;
pub(crate) use table::MIGRATION;
pub(crate) use upload::{BLOB_REFERENCE, MIGRATION as UPLOAD_MIGRATION};
pub use upload::{UPLOAD_PATH, forget_uploads, is_upload_name, upload};
pub use work::{FILE_BYTES_MAX, ImportSource, is_import_due, work};

pub(crate) const IN_PROGRESS: &str = "IMPORT_IN_PROGRESS";
pub(crate) const COMPLETE: &str = "IMPORT_COMPLETE";
pub(crate) const COMPLETE_WITH_ERRORS: &str = "IMPORT_COMPLETE_WITH_ERRORS";
pub(crate) const FAILED: &str = "IMPORT_FAILED";
pub(crate) const SERVER_LIMIT: &str = "IMPORT_FAILED_SERVER_LIMIT_EXCEEDED";
pub(crate) const RECORD_LIMIT: &str = "IMPORT_FAILED_RECORD_LIMIT_EXCEEDED";
pub(crate) const FILE_TYPE: &str = "IMPORT_FAILED_UNSUPPORTED_FILE_TYPE";
pub(crate) const DELETING: &str = "DELETE_IN_PROGRESS";
pub(crate) const DELETED: &str = "DELETE_COMPLETE";

/// The only kind of file that is read: AWS's import template.
const FILE_CLASSIFICATION: &str = "IMPORT_TEMPLATE";

/// One import, from its request on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) import_task_id: String,
    pub(crate) client_request_token: Option<String>,
    pub(crate) name: String,
    pub(crate) import_url: String,
    pub(crate) status: String,
    pub(crate) requested_at: Timestamp,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
    /// Rows of the file that were dealt with so far.
    pub(crate) rows_taken: i64,
    pub(crate) servers_imported: i64,
    pub(crate) servers_failed: i64,
    pub(crate) applications_imported: i64,
    pub(crate) applications_failed: i64,
    /// What went wrong, as the text of a CSV file.
    pub(crate) failures: String,
    /// Whether the task itself is to go with what it imported.
    pub(crate) is_history_deleted: bool,
}

impl Task {
    /// Notes what went wrong in a row of the file (from 1, behind the header), or with the file (0).
    pub(crate) fn fail(&mut self, row: i64, why: &str) {
        if self.failures.len() < FAILURES_BYTES_MAX {
            csv::write(&mut self.failures, [row.to_string().as_str(), why]);
        }
    }

    /// Ends the task.
    pub(crate) fn end(&mut self, status: &str, now: Timestamp) {
        status.clone_into(&mut self.status);
        self.completed_at = Some(now);
    }

    fn shown(self, call: &Call) -> types::ImportTask {
        let failures = (!self.failures.is_empty()).then(|| download::url(call, &self.import_task_id));
        types::ImportTask {
            import_task_id: Some(self.import_task_id),
            client_request_token: self.client_request_token,
            name: Some(self.name),
            import_url: Some(self.import_url),
            status: Some(self.status),
            import_request_time: Some(self.requested_at),
            import_completion_time: self.completed_at,
            import_deleted_time: self.deleted_at,
            file_classification: Some(FILE_CLASSIFICATION.to_owned()),
            server_import_success: Some(self.servers_imported),
            server_import_failure: Some(self.servers_failed),
            application_import_success: Some(self.applications_imported),
            application_import_failure: Some(self.applications_failed),
            errors_and_failed_entries_zip: failures,
        }
    }
}

/// Bytes of failures that are kept of one task; a file of nothing but mistakes repeats itself.
const FAILURES_BYTES_MAX: usize = 256 * 1024;

/// Reads the failures of a task.
pub(crate) fn failures(
    tx: &mut store::Tx,
    at: crate::place::Place<'_>,
    id: &str,
) -> Result<Option<String>, store::Error> {
    Ok(table::get(tx, at, id)?.map(|task| format!("Row,Error\r\n{}", task.failures)))
}
