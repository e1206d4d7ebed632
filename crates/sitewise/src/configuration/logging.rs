//! `PutLoggingOptions` and `DescribeLoggingOptions`: how much an account wants to have logged.
//!
//! What is logged then is made elsewhere, in `entry.rs`.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{arn, table};
use crate::Error;
use crate::error::not_found;
use crate::place::Place;

/// The kind of configuration that this is.
pub(super) const KIND: &str = "logging";
/// The level of an account that has never set one (API reference).
pub(super) const UNSET: &str = "OFF";

/// Sets the level; options of a workspace need a workspace, and none is there.
pub fn put(
    tx: &mut Tx,
    call: &Call,
    input: &t::PutLoggingOptionsRequest,
) -> Result<t::PutLoggingOptionsResponse, Error> {
    call.allow(tx, "iotsitewise:PutLoggingOptions", &arn(call, KIND))?;
    check_workspace(input.workspace_name.as_deref())?;
    table::put(tx, Place::of(call), KIND, &input.logging_options.level)?;
    Ok(t::PutLoggingOptionsResponse {})
}

/// Answers the level.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeLoggingOptionsRequest,
) -> Result<t::DescribeLoggingOptionsResponse, Error> {
    call.allow(tx, "iotsitewise:DescribeLoggingOptions", &arn(call, KIND))?;
    check_workspace(input.workspace_name.as_deref())?;
    let level = table::get(tx, Place::of(call), KIND)?.unwrap_or_else(|| UNSET.to_owned());
    Ok(t::DescribeLoggingOptionsResponse { logging_options: t::LoggingOptions { level } })
}

fn check_workspace(name: Option<&str>) -> Result<(), Error> {
    match name {
        Some(name) => Err(not_found(format!("Workspace with name {name} not found"))),
        None => Ok(()),
    }
}
