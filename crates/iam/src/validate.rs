//! The rules that depend on where a policy document hangs: on an identity, or on a resource.

use std::collections::HashSet;

use crate::document::{Document, Statement};
use crate::invalid::{Invalid, quoted};

/// Where a policy document hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On a user, group or role: it speaks of whoever it hangs on, and names no principals.
    Identity,
    /// On a resource: each statement names its principals.
    Resource,
}

/// Checks a document against the rules of its kind (assumed for resources: as for identities, each statement names its
/// resources, and no two share a `Sid`).
///
/// Errors in this order, statement by statement: a name that a statement before it has, principals, resources.
pub(crate) fn check(document: &Document, kind: Kind) -> Result<(), Invalid> {
    let mut sids = HashSet::new();
    for (at, statement) in document.statements.iter().enumerate() {
        let path = format!("Statement[{at}]");
        if let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty())
            && !sids.insert(sid)
        {
            let rule = format!("must be unique in the document; {} is given twice", quoted(sid));
            return Err(Invalid::new(&format!("{path}.Sid"), rule));
        }
        principals(&path, statement, kind)?;
        if statement.resources.is_none() {
            return Err(Invalid::new(&path, "has neither Resource nor NotResource"));
        }
    }
    Ok(())
}

fn principals(path: &str, statement: &Statement, kind: Kind) -> Result<(), Invalid> {
    match (kind, statement.principals.is_some()) {
        (Kind::Resource, false) => Err(Invalid::new(path, "has neither Principal nor NotPrincipal")),
        (Kind::Identity, true) => {
            Err(Invalid::new(path, "names a principal; the policy of an identity speaks of that identity"))
        }
        _ => Ok(()),
    }
}
