//! Portals in the API's structures.

use model_sitewise::types as t;
use service::Call;

use super::PortalState;
use crate::id::PortalId;

/// Shows the state of a portal.
pub fn status(state: PortalState) -> t::PortalStatus {
    t::PortalStatus { state: state.as_str().to_owned(), error: None }
}

/// Shows where the portal is: below the address by which the caller reached this server.
pub fn start_url(call: &Call, id: &PortalId) -> String {
    format!("{}/portal/{id}", call.base_url)
}

/// Shows the application of the portal in IAM Identity Center, which the API requires also where there is none: one
/// that never changes, made of the portal's id (assumed).
pub fn sso_application_id(id: &PortalId) -> String {
    format!("ins-{}", &hex(id)[..16])
}

/// Shows the client of the portal in IAM Identity Center, made of the portal's id likewise (assumed).
pub fn client_id(id: &PortalId) -> String {
    let hex = hex(id);
    format!("E-{}_{}", &hex[..12], &hex[12..24])
}

/// The digits of an id, of which there are 32.
fn hex(id: &PortalId) -> String {
    id.as_str().replace('-', "")
}
