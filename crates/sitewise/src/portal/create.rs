//! `CreatePortal`: a new portal.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Portal, PortalState, Settings, arn, logo, progress, resource, table, wire};
use crate::Error;
use crate::argument::description;
use crate::error::limit;
use crate::id::PortalId;
use crate::limits::PORTALS_MAX;
use crate::place::Place;
use crate::tag;

/// Creates a portal; names need not be unique, since the operation declares no error for that.
///
/// Errors in the order of their checks: sender without alarms, logo that is none, too many portals, reserved tag.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreatePortalRequest,
) -> Result<t::CreatePortalResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:CreatePortal", &arn(call, "*"))?;
    let settings = settings(input);
    settings.check()?;
    let image = input.portal_logo_image_file.as_ref().map(logo::check).transpose()?;
    if table::count(tx, place)? >= PORTALS_MAX {
        let message = format!("The account has {PORTALS_MAX} portals in this Region; no more are allowed");
        return Err(limit(message));
    }
    let now = tx.now();
    let (state, due_at) = progress::begin(call, PortalState::Creating, now);
    let portal = Portal {
        id: PortalId::stored(tx.uuid()),
        settings,
        auth_mode: input.portal_auth_mode.clone().unwrap_or_else(|| "SSO".to_owned()),
        logo_id: image.map(|image| logo::keep(tx, place, image)).transpose()?,
        state,
        due_at,
        created_at: now,
        updated_at: now,
    };
    tag::of_new(tx, call, &resource(portal.id.as_str()), input.tags.as_ref())?;
    table::put(tx, place, &portal)?;
    let event = json!({ "portalId": portal.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.portal.created", &event)?;
    Ok(t::CreatePortalResponse {
        portal_arn: arn(call, portal.id.as_str()),
        portal_start_url: wire::start_url(call, &portal.id),
        portal_status: wire::status(PortalState::Creating),
        sso_application_id: wire::sso_application_id(&portal.id),
        portal_id: portal.id.to_string(),
    })
}

fn settings(input: &t::CreatePortalRequest) -> Settings {
    Settings {
        name: input.portal_name.clone(),
        description: description(input.portal_description.as_ref()),
        contact_email: input.portal_contact_email.clone(),
        role_arn: input.role_arn.clone(),
        portal_type: input.portal_type.clone().unwrap_or_else(|| "SITEWISE_PORTAL_V1".to_owned()),
        type_configuration: input.portal_type_configuration.clone(),
        sender_email: input.notification_sender_email.clone(),
        alarms: input.alarms.clone(),
    }
}
