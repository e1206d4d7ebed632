//! Which servers an application consists of.

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::{find, table};
use crate::application_state;
use crate::discovery::access::{Kind, admit};
use crate::discovery::configuration_item::{self, ItemKind};
use crate::discovery::error::{self, Error};
use crate::place::Place;

/// Servers of one application: "400 servers per application" (user guide, quotas).
pub(crate) const SERVERS_MAX: i64 = 400;

/// Adds servers to an application; those that belong to it already stay. All of them, or none.
///
/// A server whose migration has started starts the application with it.
/// Errors in this order: access denied, discovery off, home region not set, wrong region, unknown application,
/// unknown server, quota.
pub(crate) fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &types::AssociateConfigurationItemsToApplicationRequest,
) -> Result<types::AssociateConfigurationItemsToApplicationResponse, Error> {
    admit(tx, call, "AssociateConfigurationItemsToApplication", Kind::Write)?;
    let at = Place::from(call);
    let application = &input.application_configuration_id;
    find(tx, at, application)?;
    for id in &input.configuration_ids {
        let item =
            configuration_item::table::get(tx, at, id)?.ok_or_else(|| error::unknown_configuration(id))?;
        if item.kind != ItemKind::Server {
            return Err(error::invalid_value(format!("'{id}' is not a server")));
        }
    }
    let mut added = Vec::new();
    for id in &input.configuration_ids {
        if table::put(tx, at, application, id)? {
            added.push(id);
        }
    }
    if table::count(tx, at, application)? > SERVERS_MAX {
        return Err(error::invalid_value(format!(
            "the application '{application}' would have more than {SERVERS_MAX} servers"
        )));
    }
    if !added.is_empty() {
        configuration_item::table::touch(tx, at, application, call.now)?;
    }
    for id in added {
        application_state::server_joined(tx, at, application, id)?;
    }
    Ok(types::AssociateConfigurationItemsToApplicationResponse {})
}

/// Takes servers out of an application; ids that do not belong to it are passed over.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, unknown application.
pub(crate) fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &types::DisassociateConfigurationItemsFromApplicationRequest,
) -> Result<types::DisassociateConfigurationItemsFromApplicationResponse, Error> {
    admit(tx, call, "DisassociateConfigurationItemsFromApplication", Kind::Write)?;
    let application = &input.application_configuration_id;
    find(tx, call.into(), application)?;
    let mut removed = false;
    for id in &input.configuration_ids {
        removed |= table::delete(tx, call.into(), application, id)?;
    }
    if removed {
        configuration_item::table::touch(tx, call.into(), application, call.now)?;
    }
    Ok(types::DisassociateConfigurationItemsFromApplicationResponse {})
}
