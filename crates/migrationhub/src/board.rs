//! The operator's view: where every task stands, with what no API field shows.

use model::Timestamp;
use store::{Error, Tx};

use crate::migration_task;

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Region whose data it belongs to.
    pub region: String,
    /// Progress update stream.
    pub stream: String,
    /// Migration task.
    pub task: String,
    /// `NOT_STARTED`, `IN_PROGRESS`, `FAILED` or `COMPLETED`.
    pub status: String,
    /// What the tool said of it.
    pub status_detail: Option<String>,
    /// 0 to 100.
    pub progress_percent: Option<i64>,
    /// When the tool gathered its report.
    pub updated_at: Timestamp,
    /// When the next report was promised for.
    pub next_due_at: Option<Timestamp>,
}

impl Standing {
    /// Says whether the promised report did not come although the task is under way.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        migration_task::is_stale(&self.status, self.next_due_at, now)
    }
}

/// Lists the tasks of an account, by region, stream and task.
pub fn board(tx: &mut Tx, account: &str) -> Result<Vec<Standing>, Error> {
    migration_task::list_standing(tx, account)
}
