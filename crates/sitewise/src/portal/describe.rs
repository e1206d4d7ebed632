//! `DescribePortal`: a portal with its settings and where its logo is.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{arn, load, logo, wire};
use crate::Error;
use crate::id::PortalId;

/// Describes a portal; each description has a fresh address of the logo.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribePortalRequest,
) -> Result<t::DescribePortalResponse, Error> {
    let id = PortalId::stored(input.portal_id.clone());
    let portal = load(tx, call, "iotsitewise:DescribePortal", &id)?;
    let settings = portal.settings;
    Ok(t::DescribePortalResponse {
        portal_id: id.to_string(),
        portal_arn: arn(call, id.as_str()),
        portal_name: settings.name,
        portal_description: settings.description,
        portal_client_id: wire::client_id(&id),
        portal_start_url: wire::start_url(call, &id),
        portal_contact_email: settings.contact_email,
        portal_status: wire::status(portal.state),
        portal_creation_date: portal.created_at,
        portal_last_update_date: portal.updated_at,
        portal_logo_image_location: portal.logo_id.map(|logo_id| logo::location(call, &logo_id)),
        role_arn: Some(settings.role_arn),
        portal_auth_mode: Some(portal.auth_mode),
        notification_sender_email: settings.sender_email,
        alarms: settings.alarms,
        portal_type: Some(settings.portal_type),
        portal_type_configuration: settings.type_configuration,
    })
}
