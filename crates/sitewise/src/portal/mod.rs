//! Portals of SiteWise Monitor: the web sites in which projects show their dashboards.
//!
//! A portal is kept with everything that is said about it; the web site itself is not part of this crate.

pub mod create;
pub mod delete;
pub mod describe;
pub mod list;
pub mod logo;
pub mod progress;
pub mod state;
pub mod table;
pub mod update;
pub mod wire;

use std::collections::BTreeMap;

use model::Timestamp;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::{Call, Table};
use store::Tx;

pub use state::PortalState;

use crate::Error;
use crate::error::{invalid, not_found};
use crate::id::{LogoId, PortalId};
use crate::place::Place;

/// One portal.
#[derive(Clone, Debug, PartialEq)]
pub struct Portal {
    /// Id.
    pub id: PortalId,
    /// What an update replaces as a whole.
    pub settings: Settings,
    /// How people sign in, `IAM` or `SSO`; fixed at creation.
    pub auth_mode: String,
    /// Its logo, if any.
    pub logo_id: Option<LogoId>,
    /// State.
    pub state: PortalState,
    /// When the passing state is over; nothing at rest.
    pub due_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
}

/// What a user says about a portal.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Name; several portals may have the same.
    pub name: String,
    /// Description, if any.
    pub description: Option<String>,
    /// Whom its users ask.
    pub contact_email: String,
    /// The role by which the portal reads.
    pub role_arn: String,
    /// Generation of the portal.
    pub portal_type: String,
    /// Tools by the name of the part that has them.
    pub type_configuration: Option<BTreeMap<String, t::PortalTypeEntry>>,
    /// From whom notifications about alarms come.
    pub sender_email: Option<String>,
    /// Who detects alarms and who tells about them.
    pub alarms: Option<t::Alarms>,
}

impl Settings {
    /// Checks what concerns several settings: there is no sender without alarms that it could tell of.
    fn check(&self) -> Result<(), Error> {
        if self.sender_email.is_some() && self.alarms.is_none() {
            return Err(invalid("notificationSenderEmail needs alarms: without them nothing is sent"));
        }
        Ok(())
    }
}

/// Enters the operations on portals.
pub fn register(table: &mut Table) {
    table.write::<op::CreatePortal>(create::create);
    table.read::<op::DescribePortal>(describe::describe);
    table.write::<op::UpdatePortal>(update::update);
    table.write::<op::DeletePortal>(delete::delete);
    table.read::<op::ListPortals>(list::list);
}

/// Names a portal of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a portal inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("portal/{id}")
}

/// Asks whether the caller may, then finds the portal; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &PortalId) -> Result<Portal, Error> {
    call.allow(tx, action, &arn(call, id.as_str()))?;
    table::get(tx, Place::of(call), id)?.ok_or_else(|| not_found(format!("Portal with id {id} not found")))
}
