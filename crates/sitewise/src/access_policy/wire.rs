//! Access policies between the API's structures and ours.

use model_sitewise::types as t;

use super::{Identity, IdentityKind, Target};
use crate::Error;
use crate::error::invalid;
use crate::id::{PortalId, ProjectId};

/// Reads an identity: exactly one of the four forms.
pub fn identity(input: &t::Identity) -> Result<Identity, Error> {
    let forms = [
        (IdentityKind::User, input.user.as_ref().map(|user| &user.id)),
        (IdentityKind::Group, input.group.as_ref().map(|group| &group.id)),
        (IdentityKind::IamUser, input.iam_user.as_ref().map(|user| &user.arn)),
        (IdentityKind::IamRole, input.iam_role.as_ref().map(|role| &role.arn)),
    ];
    let given: Vec<(IdentityKind, &String)> =
        forms.into_iter().filter_map(|(kind, name)| Some((kind, name?))).collect();
    match given.as_slice() {
        [(kind, name)] => Ok(Identity { kind: *kind, name: (*name).clone() }),
        [] => Err(invalid("accessPolicyIdentity is empty; give one of user, group, iamUser and iamRole")),
        several => Err(invalid(format!(
            "accessPolicyIdentity has {}; give one of user, group, iamUser and iamRole",
            several.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>().join(" and ")
        ))),
    }
}

/// Reads what a policy is about: exactly one of the two forms.
pub fn target(input: &t::Resource) -> Result<Target, Error> {
    match (&input.portal, &input.project) {
        (Some(portal), None) => Ok(Target::Portal(PortalId::stored(portal.id.clone()))),
        (None, Some(project)) => Ok(Target::Project(ProjectId::stored(project.id.clone()))),
        (Some(_), Some(_)) => {
            Err(invalid("accessPolicyResource has portal and project; give one of portal and project"))
        }
        (None, None) => Err(invalid("accessPolicyResource is empty; give one of portal and project")),
    }
}

/// Shows an identity.
pub fn show_identity(identity: Identity) -> t::Identity {
    let (mut shown, name) = (t::Identity::default(), identity.name);
    match identity.kind {
        IdentityKind::User => shown.user = Some(t::UserIdentity { id: name }),
        IdentityKind::Group => shown.group = Some(t::GroupIdentity { id: name }),
        IdentityKind::IamUser => shown.iam_user = Some(t::IAMUserIdentity { arn: name }),
        IdentityKind::IamRole => shown.iam_role = Some(t::IAMRoleIdentity { arn: name }),
    }
    shown
}

/// Shows what a policy is about.
pub fn show_target(target: &Target) -> t::Resource {
    match target {
        Target::Portal(id) => {
            t::Resource { portal: Some(t::PortalResource { id: id.to_string() }), project: None }
        }
        Target::Project(id) => {
            t::Resource { portal: None, project: Some(t::ProjectResource { id: id.to_string() }) }
        }
    }
}
