//! Access policies of SiteWise Monitor: who may administer or view a portal or a project.

pub mod create;
pub mod delete;
pub mod describe;
pub mod list;
pub mod table;
pub mod update;
pub mod wire;

use std::fmt;

use model::Timestamp;
use model_sitewise::operations as op;
use service::{Call, Table};
use store::Tx;

use crate::Error;
use crate::error::{invalid, not_found};
use crate::id::{AccessPolicyId, PortalId, ProjectId};
use crate::place::Place;
use crate::{portal, project};

/// One access policy.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessPolicy {
    /// Id.
    pub id: AccessPolicyId,
    /// Who may.
    pub identity: Identity,
    /// What the identity may do something with.
    pub target: Target,
    /// `ADMINISTRATOR` or `VIEWER`.
    pub permission: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
}

/// Whom an access policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What kind of identity it is.
    pub kind: IdentityKind,
    /// Its id in IAM Identity Center, or its ARN in IAM.
    pub name: String,
}

/// The kinds of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// A user of IAM Identity Center.
    User,
    /// A group of IAM Identity Center.
    Group,
    /// A user of IAM.
    IamUser,
    /// A role of IAM.
    IamRole,
}

/// What an access policy is about; the API calls it a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A portal.
    Portal(PortalId),
    /// A project.
    Project(ProjectId),
}

impl IdentityKind {
    /// Shows the member of the API's structure that holds such an identity.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::IamUser => "iamUser",
            Self::IamRole => "iamRole",
        }
    }

    /// Reads a stored kind.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        [Self::User, Self::Group, Self::IamUser, Self::IamRole]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| store::Error::Broken(format!("an access policy has an unknown identity: {text}")))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} '{}'", self.kind.as_str(), self.name)
    }
}

impl Target {
    /// Shows the kind of the target, as it is stored and as lists are asked for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Portal(_) => "PORTAL",
            Self::Project(_) => "PROJECT",
        }
    }

    /// Shows the id of the target.
    pub fn id(&self) -> &str {
        match self {
            Self::Portal(id) => id.as_str(),
            Self::Project(id) => id.as_str(),
        }
    }

    /// Takes a kind and an id that were stored, or that a list is asked for; nothing for an unknown kind.
    pub fn of(kind: &str, id: String) -> Option<Self> {
        match kind {
            "PORTAL" => Some(Self::Portal(PortalId::stored(id))),
            "PROJECT" => Some(Self::Project(ProjectId::stored(id))),
            _ => None,
        }
    }

    /// Names the target by its ARN.
    fn arn(&self, call: &Call) -> String {
        match self {
            Self::Portal(id) => portal::arn(call, id.as_str()),
            Self::Project(id) => project::arn(call, id.as_str()),
        }
    }

    /// Asks whether the caller may, then checks that the target exists and, if a portal, stays.
    fn check(&self, tx: &mut Tx, call: &Call, action: &str) -> Result<(), Error> {
        match self {
            Self::Portal(id) => portal::load(tx, call, action, id)?.state.check_stays(id.as_str()),
            Self::Project(id) => project::load(tx, call, action, id).map(|_| ()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portal(id) => write!(f, "portal '{id}'"),
            Self::Project(id) => write!(f, "project '{id}'"),
        }
    }
}

/// Enters the operations on access policies.
pub fn register(table: &mut Table) {
    table.write::<op::CreateAccessPolicy>(create::create);
    table.read::<op::DescribeAccessPolicy>(describe::describe);
    table.write::<op::UpdateAccessPolicy>(update::update);
    table.write::<op::DeleteAccessPolicy>(delete::delete);
    table.read::<op::ListAccessPolicies>(list::list);
}

/// Names an access policy of the caller's account and Region.
pub fn arn(call: &Call, id: &str) -> String {
    call.arn("iotsitewise", &call.account, &resource(id))
}

/// Names an access policy inside its account and Region, as tags know it.
pub fn resource(id: &str) -> String {
    format!("access-policy/{id}")
}

/// Asks whether the caller may, then finds the access policy; an unknown one is `ResourceNotFoundException`.
pub fn load(tx: &mut Tx, call: &Call, action: &str, id: &AccessPolicyId) -> Result<AccessPolicy, Error> {
    call.allow(tx, action, &arn(call, id.as_str()))?;
    let found = table::get(tx, Place::of(call), id)?;
    found.ok_or_else(|| not_found(format!("Access policy with id {id} not found")))
}

/// Checks that no other policy joins the same identity and target, with whichever permission: it would have to be
/// updated instead. AWS declares no error for it; that it is `InvalidRequestException` is assumed.
fn check_only(
    tx: &mut Tx,
    place: Place<'_>,
    (identity, target): (&Identity, &Target),
    own: Option<&AccessPolicyId>,
) -> Result<(), Error> {
    match table::of_pair(tx, place, identity, target)? {
        Some(other) if Some(&other) != own => Err(invalid(format!(
            "Access policy '{other}' is about {identity} and {target} already; update it to change the permission"
        ))),
        _ => Ok(()),
    }
}
