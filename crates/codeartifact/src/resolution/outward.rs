//! What of a package may be told to the registries behind connections, for requests that name many packages at once.

use std::collections::BTreeSet;

use store::{Error, Tx};

use super::path;
use crate::name::Coordinates;
use crate::package::Setting;
use crate::package_version::{self, OriginType};
use crate::repository::{Connection, Repository};

/// What may be told of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outward {
    /// The connections that may hear its name, nearest first; none when it is ours.
    pub connections: Vec<Connection>,
    /// Versions of it that came from inside the domain.
    pub internal: BTreeSet<String>,
}

/// Finds out what may be told of a package: nothing if any repository on the way keeps it from coming from upstream,
/// as a package that was published inside does unless somebody allowed it.
///
/// That one repository's setting is enough, also where another way to a connection is open, is a rule of ours: whoever
/// lists many names has not asked for each of them.
pub fn outward(tx: &mut Tx, requested: &Repository, package: &Coordinates) -> Result<Outward, Error> {
    let mut outward = Outward::default();
    for step in path(tx, requested, package)? {
        if let Some(stored) = &step.package {
            if stored.origin.upstream == Setting::Block {
                return Ok(Outward::default());
            }
            let versions = package_version::table::list(tx, &step.repository.key, package)?;
            let internal = versions.into_iter().filter(|version| version.origin.kind != OriginType::External);
            outward.internal.extend(internal.map(|version| version.version));
        }
        outward.connections.extend(step.connection);
    }
    Ok(outward)
}
