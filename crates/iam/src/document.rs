//! What a policy document says, once it is read.

use crate::condition::Condition;
use crate::pattern::Template;
use crate::principal::Named;

/// Versions of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, the language of documents without a version, too: `${...}` is plain text.
    V2008,
    /// `2012-10-17`: `${...}` stands for what the request says.
    V2012,
}

/// Whether a statement opens or closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What it applies to is allowed, unless something denies it.
    Allow,
    /// What it applies to is denied, whatever else is said.
    Deny,
}

/// A policy document that keeps the rules of its kind.
#[derive(Debug, Clone)]
pub struct Document {
    /// The version of the language that it says it is written in.
    pub version: Option<Version>,
    /// The name that its author gave it.
    pub id: Option<String>,
    /// Its statements in their order, at least one.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The name that its author gave it.
    pub sid: Option<String>,
    /// What follows where it applies.
    pub effect: Effect,
    pub(crate) principals: Option<Selection<Named>>,
    pub(crate) actions: Selection<Template>,
    pub(crate) resources: Option<Selection<Template>>,
    pub(crate) conditions: Vec<Condition>,
}

/// The things that a statement is about: those named, or (`Not...`) all others.
#[derive(Debug, Clone)]
pub(crate) struct Selection<T> {
    pub(crate) negated: bool,
    pub(crate) items: Vec<T>,
}

impl Document {
    /// Says whether a condition looks at a key that begins with `prefix`, or a text stands for one: what is dear to
    /// find out need not be found out for other documents.
    pub fn asks_for(&self, prefix: &str) -> bool {
        let prefix = prefix.to_lowercase();
        let template = |template: &Template| template.keys().any(|key| key.starts_with(&prefix));
        self.statements.iter().any(|statement| {
            statement.conditions.iter().any(|condition| condition.asks_for(&prefix))
                || statement.resources.as_ref().is_some_and(|resources| resources.items.iter().any(template))
        })
    }
}
