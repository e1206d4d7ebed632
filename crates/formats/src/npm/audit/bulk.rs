//! `{name: [version, …]}`, answered by `{name: [advisory, …]}`: npm 7 and later, berry, bun.

use serde_json::{Map, Value, json};

use super::{AuditError, Audited};

pub(super) fn read(
    members: &Map<String, Value>,
    found: &mut impl FnMut(&str, &str) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    for (name, versions) in members {
        let Value::Array(versions) = versions else {
            return Err(AuditError::Malformed(format!("the versions of {name:?} are no list")));
        };
        for version in versions {
            let version = version.as_str();
            let version =
                version.ok_or_else(|| AuditError::Malformed(format!("a version of {name:?} is no text")))?;
            found(name, version)?;
        }
    }
    Ok(())
}

pub(super) fn body(told: &Audited) -> Value {
    let named = told.iter().filter(|(_, versions)| !versions.is_empty());
    named.map(|(name, versions)| (name.as_str().to_owned(), json!(versions))).collect::<Map<_, _>>().into()
}

/// Adds the advisories of `more` that `all` does not have.
pub(super) fn merge(mut all: Value, more: Value) -> Value {
    let (Value::Object(known), Value::Object(more)) = (&mut all, more) else { return all };
    for (name, advisories) in more {
        let Value::Array(advisories) = advisories else { continue };
        let place = known.entry(name).or_insert_with(|| json!([]));
        let Value::Array(place) = place else { continue };
        for advisory in advisories {
            let same = |known: &Value| known.get("id") == advisory.get("id");
            if advisory.get("id").is_none() || !place.iter().any(same) {
                place.push(advisory);
            }
        }
    }
    all
}
