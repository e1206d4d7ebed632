//! Kinds of resource that can be tagged, by the first part of the resource in the ARN, and who knows whether one is there.

use store::{Error, Tx};

use crate::id::{AccessPolicyId, DashboardId, PortalId, ProjectId};
use crate::place::Place;
use crate::{access_policy, asset, asset_model, dashboard, dataset, gateway, portal, project};

/// A kind of resource that can be tagged.
pub struct Kind {
    /// First part of the resource in the ARN.
    pub name: &'static str,
    /// Says whether there is one; what is given is the rest of the resource.
    pub exists: fn(&mut Tx, Place<'_>, &str) -> Result<bool, Error>,
}

/// All kinds of resource that AWS tags.
pub static KINDS: [Kind; 11] = [
    Kind {
        name: "asset-model",
        exists: |tx, place, id| Ok(asset_model::table::by_id(tx, place, id)?.is_some()),
    },
    Kind { name: "asset", exists: |tx, place, id| Ok(asset::table::by_id(tx, place, id)?.is_some()) },
    Kind { name: "time-series", exists: none },
    Kind { name: "gateway", exists: |tx, place, id| Ok(gateway::table::by_id(tx, place, id)?.is_some()) },
    Kind {
        name: "portal",
        exists: |tx, place, id| Ok(portal::table::get(tx, place, &PortalId::stored(id.to_owned()))?.is_some()),
    },
    Kind {
        name: "project",
        exists: |tx, place, id| {
            Ok(project::table::get(tx, place, &ProjectId::stored(id.to_owned()))?.is_some())
        },
    },
    Kind {
        name: "dashboard",
        exists: |tx, place, id| {
            Ok(dashboard::table::get(tx, place, &DashboardId::stored(id.to_owned()))?.is_some())
        },
    },
    Kind {
        name: "access-policy",
        exists: |tx, place, id| {
            Ok(access_policy::table::get(tx, place, &AccessPolicyId::stored(id.to_owned()))?.is_some())
        },
    },
    Kind { name: "dataset", exists: |tx, place, id| Ok(dataset::table::by_id(tx, place, id)?.is_some()) },
    Kind { name: "computation-model", exists: none },
    // Workspaces, and the applications, pipelines and tasks in them.
    Kind { name: "workspace", exists: none },
];

/// Of what no operation creates, there is none.
fn none(_tx: &mut Tx, _place: Place<'_>, _id: &str) -> Result<bool, Error> {
    Ok(false)
}
