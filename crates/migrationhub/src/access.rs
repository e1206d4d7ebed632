//! What every call is asked before it touches anything: may they, is the home region set, is this it.

use service::{Call, Denied};
use store::Tx;

use crate::error::{self, Error};
use crate::home_region;

/// Whether an operation is bound to the home region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Creates, notifies, associates, disassociates, imports or puts: only in the home region.
    Write,
    /// Lists, describes or deletes a stream: in any region.
    Read,
}

/// Decides whether an operation on a stream, or on one of its tasks, may begin.
///
/// Errors in this order: access denied, home region not set, wrong region.
pub(crate) fn admit(tx: &mut Tx, call: &Call, action: &str, kind: Kind, resource: &str) -> Result<(), Error> {
    call.allow(tx, &format!("mgh:{action}"), resource)?;
    let Some(home) = home_region::of(tx, call)? else {
        return Err(error::home_region_not_set());
    };
    if kind == Kind::Write && home != call.region {
        return Err(error::invalid_input(format!(
            "{action} must be called in the home region {home}, but was called in {}",
            call.region
        )));
    }
    Ok(())
}

/// Decides whether a Config operation may begin; those are authorised on everything.
pub(crate) fn admit_config(tx: &mut Tx, call: &Call, action: &str) -> Result<(), Denied> {
    call.allow(tx, &format!("mgh:{action}"), "*")
}

/// Names a stream for policies.
pub(crate) fn stream_arn(call: &Call, stream: &str) -> String {
    call.arn("mgh", &call.account, &format!("progressUpdateStream/{stream}"))
}

/// Names a task for policies.
pub(crate) fn task_arn(call: &Call, stream: &str, task: &str) -> String {
    call.arn("mgh", &call.account, &format!("progressUpdateStream/{stream}/migrationTask/{task}"))
}
