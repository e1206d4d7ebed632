//! Deciding: what a document says to a request, and what follows from all documents together.

use crate::context::Context;
use crate::document::{Document, Effect, Selection, Statement};
use crate::pattern::{self, Template};
use crate::principal::Principal;

/// What is asked of a document.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks; none where the ARN of the caller is not that of an identity.
    pub principal: Option<&'a Principal>,
    /// `service:Action`.
    pub action: &'a str,
    /// An ARN, or `*` for actions on no resource.
    pub resource: &'a str,
    /// What the request says about itself.
    pub context: &'a Context,
}

/// What one document, or all of one kind together, say to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement denies it.
    Deny,
    /// A statement allows it, and none denies it.
    Allow,
    /// No statement applies.
    Silent,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A policy of the caller denies it.
    DeniedByIdentity,
    /// The policy of the resource denies it.
    DeniedByResource,
    /// No policy of the caller allows it.
    NotAllowedByIdentity,
    /// The policy of the resource does not allow it to another account.
    NotAllowedByResource,
}

/// Decides a request from what the caller's policies and the resource's policy say to it.
///
/// A denial anywhere wins. In the account of the resource, one of the two must allow it; from another account, both.
/// Errors in this order: denied by the caller's policies, denied by the resource's, not allowed by the caller's, not
/// allowed by the resource's.
pub fn decide(identity: Verdict, resource: Verdict, same_account: bool) -> Result<(), Refused> {
    if identity == Verdict::Deny {
        return Err(Refused::DeniedByIdentity);
    }
    if resource == Verdict::Deny {
        return Err(Refused::DeniedByResource);
    }
    let (identity, resource) = (identity == Verdict::Allow, resource == Verdict::Allow);
    if same_account {
        return if identity || resource { Ok(()) } else { Err(Refused::NotAllowedByIdentity) };
    }
    if !identity {
        return Err(Refused::NotAllowedByIdentity);
    }
    if !resource {
        return Err(Refused::NotAllowedByResource);
    }
    Ok(())
}

impl Document {
    /// Says what this document says to a request.
    pub fn verdict(&self, request: &Request<'_>) -> Verdict {
        let action = request.action.to_ascii_lowercase();
        let mut verdict = Verdict::Silent;
        for statement in &self.statements {
            if !statement.applies(request, &action) {
                continue;
            }
            match statement.effect {
                Effect::Deny => return Verdict::Deny,
                Effect::Allow => verdict = Verdict::Allow,
            }
        }
        verdict
    }
}

impl Statement {
    /// Whether the statement is about this request; `action` is that of the request in lower case.
    fn applies(&self, request: &Request<'_>, action: &str) -> bool {
        self.names_principal(request.principal)
            && selects(&self.actions, |template| matches(template, action, request.context)).unwrap_or(false)
            && self.names_resource(request)
            && self.conditions.iter().all(|condition| condition.holds(request.context, self.effect))
    }

    /// `NotPrincipal` means everybody whom no entry means: an account that is named leaves all of its identities out,
    /// a role its sessions (assumed).
    fn names_principal(&self, caller: Option<&Principal>) -> bool {
        let Some(principals) = &self.principals else { return true };
        let named = principals.items.iter().any(|named| match caller {
            Some(caller) => named.means(caller),
            None => *named == crate::principal::Named::Anyone,
        });
        named != principals.negated
    }

    /// A resource with a variable that the request does not fill is none that is named; where that would open
    /// something (`NotResource` in an Allow), the statement does not apply (assumed).
    fn names_resource(&self, request: &Request<'_>) -> bool {
        let Some(resources) = &self.resources else { return true };
        let outcome = selects(resources, |template| matches(template, request.resource, request.context));
        outcome.unwrap_or(self.effect == Effect::Deny)
    }
}

/// Whether a selection takes what `is` recognises; none where an unfilled variable leaves it open.
fn selects(selection: &Selection<Template>, is: impl Fn(&Template) -> Option<bool>) -> Option<bool> {
    let mut open = false;
    for item in &selection.items {
        match is(item) {
            Some(true) => return Some(!selection.negated),
            Some(false) => {}
            None => open = true,
        }
    }
    if open && selection.negated { None } else { Some(selection.negated) }
}

fn matches(template: &Template, text: &str, context: &Context) -> Option<bool> {
    template.resolve(context).map(|tokens| pattern::matches(&tokens, text))
}
