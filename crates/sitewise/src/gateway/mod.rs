//! Gateways: the devices on a plant's floor that collect data, and what each of them is told to collect.
//!
//! The devices themselves are elsewhere: this room keeps what operators wrote, and says so by its sync status.

pub mod capability;
pub mod create;
pub mod delete;
pub mod describe;
pub mod list;
pub mod platform;
pub mod table;
pub mod update;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

pub use platform::Platform;

use crate::Error;
use crate::error::not_found;
use crate::id::GatewayId;
use crate::place::Place;

/// One gateway, without its capabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// Id.
    pub id: GatewayId,
    /// Name, unique in account and Region.
    pub name: String,
    /// What it runs on.
    pub platform: Platform,
    /// `2` for classic streams, `3` for MQTT.
    pub version: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name or one of its capabilities was last updated.
    pub updated_at: Timestamp,
}

impl Gateway {
    /// Names the gateway.
    pub fn arn(&self, call: &Call) -> String {
        arn(call, self.id.as_str())
    }
}

/// Enters the operations on gateways.
pub fn register(table: &mut Table) {
    table.write::<op::CreateGateway>(create::create);
    table.read::<op::DescribeGateway>(describe::describe);
    table.write::<op::UpdateGateway>(update::update);
    table.write::<op::DeleteGateway>(delete::delete);
    table.read::<op::ListGateways>(list::list);
    table.write::<op::UpdateGatewayCapabilityConfiguration>(capability::update);
    table.read::<op::DescribeGatewayCapabilityConfiguration>(capability::describe);
}

/// Names a gateway of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names a gateway inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("gateway/{id}")
}

/// Asks whether the caller may, then finds the gateway; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &str) -> Result<Gateway, Error> {
    call.allow(tx, action, &arn(call, id))?;
    let gateway = table::by_id(tx, Place::of(call), id)?;
    gateway.ok_or_else(|| not_found(format!("Gateway with id {id} not found")))
}
