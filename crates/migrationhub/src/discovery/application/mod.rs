//! Applications: servers that are migrated together, under a name.

mod member;
pub(crate) mod table;

use model::Timestamp;
use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::access::{Kind, admit};
use super::configuration_item::attribute::{self, Attributes};
use super::configuration_item::identity::Class;
use super::configuration_item::{self, Item, ItemKind};
use super::error::{self, Error};
use crate::application_state;
use crate::place::Place;

pub(crate) use member::{SERVERS_MAX, associate, disassociate};
pub(crate) use table::MIGRATION;

/// Applications of one account: "1,000 applications per account" (user guide, quotas).
const APPLICATIONS_MAX: i64 = 1000;

/// Creates an application.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, name taken, quota.
pub(crate) fn create(
    tx: &mut Tx,
    call: &Call,
    input: &types::CreateApplicationRequest,
) -> Result<types::CreateApplicationResponse, Error> {
    admit(tx, call, "CreateApplication", Kind::Write)?;
    check_name(tx, call.into(), &input.name, None)?;
    if is_full(tx, call.into())? {
        return Err(error::invalid_value(format!(
            "there are {APPLICATIONS_MAX} applications, and no more may be"
        )));
    }
    let mut attributes = Attributes::new();
    attributes.insert(attribute::APPLICATION_NAME.to_owned(), input.name.clone());
    set(&mut attributes, attribute::APPLICATION_DESCRIPTION, input.description.as_deref());
    set(&mut attributes, attribute::APPLICATION_WAVE, input.wave.as_deref());
    let item = make(tx, call.into(), attributes, call.now)?;
    Ok(types::CreateApplicationResponse { configuration_id: Some(item.configuration_id) })
}

/// Writes a new application down.
pub(crate) fn make(
    tx: &mut Tx,
    at: Place<'_>,
    attributes: Attributes,
    now: Timestamp,
) -> Result<Item, store::Error> {
    let item = Item::new(tx, ItemKind::Application, attributes, now);
    configuration_item::table::put(tx, at, &item)?;
    Ok(item)
}

/// Changes what the call carries and leaves the rest; an empty text removes description or wave.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, unknown id, name taken.
pub(crate) fn update(
    tx: &mut Tx,
    call: &Call,
    input: &types::UpdateApplicationRequest,
) -> Result<types::UpdateApplicationResponse, Error> {
    admit(tx, call, "UpdateApplication", Kind::Write)?;
    let mut item = find(tx, call.into(), &input.configuration_id)?;
    if let Some(name) = &input.name {
        check_name(tx, call.into(), name, Some(&item.configuration_id))?;
        item.attributes.insert(attribute::APPLICATION_NAME.to_owned(), name.clone());
    }
    set(&mut item.attributes, attribute::APPLICATION_DESCRIPTION, input.description.as_deref());
    set(&mut item.attributes, attribute::APPLICATION_WAVE, input.wave.as_deref());
    item.modified_at = call.now;
    configuration_item::table::put(tx, call.into(), &item)?;
    Ok(types::UpdateApplicationResponse {})
}

/// Deletes applications with their memberships, tags and states; all of them, or none (assumed: migration-hub 15).
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, unknown id.
pub(crate) fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &types::DeleteApplicationsRequest,
) -> Result<types::DeleteApplicationsResponse, Error> {
    admit(tx, call, "DeleteApplications", Kind::Write)?;
    let at = Place::from(call);
    let ids: std::collections::BTreeSet<&String> = input.configuration_ids.iter().collect();
    for id in &ids {
        find(tx, at, id)?;
    }
    for id in ids {
        table::delete_application(tx, at, id)?;
        super::tag::table::delete_all(tx, at, id)?;
        application_state::forget(tx, at, id)?;
        configuration_item::table::delete(tx, at, id)?;
    }
    Ok(types::DeleteApplicationsResponse {})
}

/// Says whether no more applications may be.
pub(crate) fn is_full(tx: &mut Tx, at: Place<'_>) -> Result<bool, store::Error> {
    Ok(configuration_item::table::count(tx, at, ItemKind::Application)? >= APPLICATIONS_MAX)
}

/// Finds the application of a name.
pub(crate) fn named(tx: &mut Tx, at: Place<'_>, name: &str) -> Result<Option<String>, store::Error> {
    let class = Class::ApplicationName;
    Ok(configuration_item::table::with_identity(tx, at, class, name, 1)?.into_iter().next())
}

/// Finds an application by id, or answers that there is none.
pub(crate) fn find(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Item, Error> {
    configuration_item::table::get(tx, at, id)?
        .filter(|item| item.kind == ItemKind::Application)
        .ok_or_else(|| error::invalid_value(format!("the application '{id}' does not exist")))
}

/// Names of applications are unique in an account (assumed: migration-hub 15), letter case counts.
fn check_name(tx: &mut Tx, at: Place<'_>, name: &str, own: Option<&str>) -> Result<(), Error> {
    match named(tx, at, name)? {
        Some(id) if Some(id.as_str()) != own => {
            Err(error::invalid_value(format!("the application {id} has the name '{name}' already")))
        }
        _ => Ok(()),
    }
}

fn set(attributes: &mut Attributes, name: &str, value: Option<&str>) {
    match value {
        None => {}
        Some("") => {
            attributes.remove(name);
        }
        Some(value) => {
            attributes.insert(name.to_owned(), value.to_owned());
        }
    }
}
