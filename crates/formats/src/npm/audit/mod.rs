//! `npm audit`: what clients send of their packages, what of it may be told to a registry, and the answers put together.
//!
//! Two shapes exist: names with versions (`Bulk`), and the tree of a lockfile (`Tree`) with the older clients. Members
//! that are not needed to answer are never handed on: they hold the names of projects and the URLs of registries.

mod bulk;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::name::PackageName;
use super::version::Version;

/// Most packages of one audit; the largest known lockfiles have some thousand.
pub const PACKAGES_MAX: usize = 20_000;

/// What is audited: the versions of each package.
pub type Audited = BTreeMap<PackageName, BTreeSet<String>>;

/// The shapes of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Names with versions, answered by advisories by name.
    Bulk,
    /// The tree of a lockfile, answered by a report.
    Tree,
}

/// A request for an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    shape: Shape,
    packages: Audited,
    tree: Map<String, Value>,
}

/// What may be told to one registry, and how to read its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The body to send.
    pub body: Value,
    /// Stand-ins of the body by the name they stand for.
    stand_ins: BTreeMap<String, String>,
    shape: Shape,
}

/// Why a body asks for no audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditError {
    /// It is not JSON of this shape; says what is wrong.
    Malformed(String),
    /// It names more packages than the limit.
    TooMany,
}

impl std::fmt::Display for AuditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "the body asks for no audit: {what}"),
            Self::TooMany => write!(f, "an audit is of at most {PACKAGES_MAX} packages"),
        }
    }
}

impl std::error::Error for AuditError {}

impl Audit {
    /// Reads a body.
    ///
    /// Names and versions that no registry could hold (folders, git repositories) are left out.
    pub fn read(shape: Shape, body: &[u8]) -> Result<Self, AuditError> {
        let members: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| AuditError::Malformed(error.to_string()))?;
        let mut packages = Audited::new();
        let mut found = |name: &str, version: &str| {
            if let (Ok(name), Some(version)) = (PackageName::parse(name), Version::parse(version)) {
                packages.entry(name).or_default().insert(version.as_str().to_owned());
            }
            if packages.len() > PACKAGES_MAX { Err(AuditError::TooMany) } else { Ok(()) }
        };
        match shape {
            Shape::Bulk => bulk::read(&members, &mut found)?,
            Shape::Tree => tree::read(&members, &mut found)?,
        }
        let tree = if shape == Shape::Tree { members } else { Map::new() };
        Ok(Self { shape, packages, tree })
    }

    /// The packages that are audited.
    pub fn packages(&self) -> &Audited {
        &self.packages
    }

    /// Writes what may be told: of the packages only those that are in `told`. `None` when that is none.
    pub fn told(&self, told: &Audited) -> Option<Told> {
        if told.values().all(BTreeSet::is_empty) {
            return None;
        }
        let mut stand_ins = BTreeMap::new();
        let body = match self.shape {
            Shape::Bulk => bulk::body(told),
            Shape::Tree => tree::body(&self.tree, told, &mut stand_ins),
        };
        Some(Told { body, stand_ins, shape: self.shape })
    }

    /// The answer when no registry was asked, since nothing may be told: nothing is known of any package.
    pub fn nothing_known(&self) -> Value {
        match self.shape {
            Shape::Bulk => Value::Object(Map::new()),
            Shape::Tree => tree::empty_report(),
        }
    }
}

impl Told {
    /// Reads an answer; stand-ins become again what they stand for. `None` if it has not the shape of an answer.
    pub fn answered(&self, body: &[u8]) -> Option<Value> {
        let mut answer: Value = serde_json::from_slice(body).ok()?;
        let members = answer.as_object()?;
        let in_shape = match self.shape {
            Shape::Bulk => members.values().all(Value::is_array),
            Shape::Tree => members.get("advisories").is_some_and(Value::is_object),
        };
        if !in_shape {
            return None;
        }
        if !self.stand_ins.is_empty() {
            tree::reveal(&mut answer, &self.stand_ins);
        }
        Some(answer)
    }
}

/// Puts the answers of several registries together; an advisory that two of them know counts once.
pub fn merged(shape: Shape, answers: impl IntoIterator<Item = Value>) -> Option<Value> {
    let merge = match shape {
        Shape::Bulk => bulk::merge,
        Shape::Tree => tree::merge,
    };
    answers.into_iter().reduce(merge)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
