//! `UpdatePortal`: everything that is said about a portal, anew.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Portal, PortalState, Settings, arn, load, logo, progress, table, wire};
use crate::Error;
use crate::argument::description;
use crate::error::{invalid, not_found};
use crate::id::{LogoId, PortalId};
use crate::place::Place;

/// Updates a portal; what is left out is gone (assumed, since the method is PUT), but for the type of the portal.
///
/// Errors in the order of their checks: logo with both id and file or neither, unknown portal, state, sender without
/// alarms, unknown logo, logo that is none.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdatePortalRequest,
) -> Result<t::UpdatePortalResponse, Error> {
    let place = Place::of(call);
    let wanted = input.portal_logo_image.as_ref().map(Wanted::read).transpose()?;
    let id = PortalId::stored(input.portal_id.clone());
    let mut portal = load(tx, call, "iotsitewise:UpdatePortal", &id)?;
    portal.state.check_active(id.as_str(), arn(call, id.as_str()))?;
    portal.settings = settings(input, &portal);
    portal.settings.check()?;
    portal.logo_id = next_logo(tx, place, &portal, wanted)?;
    portal.updated_at = tx.now();
    (portal.state, portal.due_at) = progress::begin(call, PortalState::Updating, portal.updated_at);
    table::put(tx, place, &portal)?;
    let event = json!({ "portalId": portal.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.portal.updated", &event)?;
    Ok(t::UpdatePortalResponse { portal_status: wire::status(PortalState::Updating) })
}

/// Answers the settings after an update. A type that is left out stays: a client that does not know the member yet
/// must not take a portal back to the first generation (assumed).
fn settings(input: &t::UpdatePortalRequest, before: &Portal) -> Settings {
    Settings {
        name: input.portal_name.clone(),
        description: description(input.portal_description.as_ref()),
        contact_email: input.portal_contact_email.clone(),
        role_arn: input.role_arn.clone(),
        portal_type: input.portal_type.clone().unwrap_or_else(|| before.settings.portal_type.clone()),
        type_configuration: input.portal_type_configuration.clone(),
        sender_email: input.notification_sender_email.clone(),
        alarms: input.alarms.clone(),
    }
}

/// The logo that an update asks for.
enum Wanted<'a> {
    Kept(LogoId),
    New(&'a t::ImageFile),
}

impl<'a> Wanted<'a> {
    fn read(image: &'a t::Image) -> Result<Self, Error> {
        match (&image.id, &image.file) {
            (Some(id), None) => Ok(Self::Kept(LogoId::stored(id.clone()))),
            (None, Some(file)) => Ok(Self::New(file)),
            (Some(_), Some(_)) => Err(invalid(
                "portalLogoImage has both id and file: give the id to keep the logo, or a file to replace it",
            )),
            (None, None) => Err(invalid(
                "portalLogoImage has neither id nor file: leave it out altogether to remove the logo",
            )),
        }
    }
}

/// Decides the logo after an update: the same by its id, another one, or, when left out, none (assumed).
fn next_logo(
    tx: &mut Tx,
    place: Place<'_>,
    portal: &Portal,
    wanted: Option<Wanted<'_>>,
) -> Result<Option<LogoId>, Error> {
    let next = match wanted {
        Some(Wanted::Kept(id)) if portal.logo_id.as_ref() == Some(&id) => return Ok(Some(id)),
        Some(Wanted::Kept(id)) => {
            return Err(not_found(format!("Image with id {id} is not the logo of portal {}", portal.id)));
        }
        Some(Wanted::New(file)) => Some(logo::keep(tx, place, logo::check(file)?)?),
        None => None,
    };
    if let Some(before) = &portal.logo_id {
        table::delete_logo(tx, place, before)?;
    }
    Ok(next)
}
