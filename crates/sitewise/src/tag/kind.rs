//! Kinds of resource that can be tagged, by the first part of the resource in the ARN, and who knows what there is.

use store::{Error, Tx};

use crate::id::{AccessPolicyId, DashboardId, PortalId, ProjectId};
use crate::place::Place;
use crate::{
    access_policy, asset, asset_model, computation_model, dashboard, dataset, gateway, portal, project,
    time_series,
};

/// A kind of resource that can be tagged.
pub struct Kind {
    /// First part of the resource in the ARN.
    pub name: &'static str,
    /// Says whether there is one of that kind; what it is given is the rest of the resource.
    pub exists: fn(&mut Tx, Place<'_>, &str) -> Result<bool, Error>,
}

/// All kinds of resource that AWS tags.
pub static KINDS: [Kind; 11] = [
    Kind { name: "asset-model", exists: |tx, at, id| Ok(asset_model::table::by_id(tx, at, id)?.is_some()) },
    Kind { name: "asset", exists: |tx, at, id| Ok(asset::table::by_id(tx, at, id)?.is_some()) },
    Kind { name: "time-series", exists: |tx, at, id| Ok(time_series::by_id(tx, at, id)?.is_some()) },
    Kind { name: "gateway", exists: |tx, at, id| Ok(gateway::table::by_id(tx, at, id)?.is_some()) },
    Kind {
        name: "portal",
        exists: |tx, at, id| Ok(portal::table::get(tx, at, &PortalId::stored(id.to_owned()))?.is_some()),
    },
    Kind {
        name: "project",
        exists: |tx, at, id| Ok(project::table::get(tx, at, &ProjectId::stored(id.to_owned()))?.is_some()),
    },
    Kind {
        name: "dashboard",
        exists: |tx, at, id| Ok(dashboard::table::get(tx, at, &DashboardId::stored(id.to_owned()))?.is_some()),
    },
    Kind {
        name: "access-policy",
        exists: |tx, at, id| {
            Ok(access_policy::table::get(tx, at, &AccessPolicyId::stored(id.to_owned()))?.is_some())
        },
    },
    Kind { name: "dataset", exists: |tx, at, id| Ok(dataset::table::by_id(tx, at, id)?.is_some()) },
    Kind {
        name: "computation-model",
        exists: |tx, at, id| Ok(computation_model::table::by_id(tx, at, id)?.is_some()),
    },
    // Workspaces, and the applications, pipelines and tasks in them: no operation creates one yet.
    Kind { name: "workspace", exists: |_, _, _| Ok(false) },
];
