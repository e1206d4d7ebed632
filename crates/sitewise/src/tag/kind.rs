//! Kinds of resource that can be tagged, by the first part of the resource in the ARN, and who knows whether one is there.

use store::{Error, Tx};

use crate::place::Place;
use crate::{asset, asset_model, dataset, gateway};

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
    Kind { name: "portal", exists: none },
    Kind { name: "project", exists: none },
    Kind { name: "dashboard", exists: none },
    Kind { name: "access-policy", exists: none },
    Kind { name: "dataset", exists: |tx, place, id| Ok(dataset::table::by_id(tx, place, id)?.is_some()) },
    Kind { name: "computation-model", exists: none },
    // Workspaces, and the applications, pipelines and tasks in them.
    Kind { name: "workspace", exists: none },
];

/// Of what no operation creates, there is none.
fn none(_tx: &mut Tx, _place: Place<'_>, _id: &str) -> Result<bool, Error> {
    Ok(false)
}
