//! `ListAccessPolicies`: what an identity may do, or who may do something with a portal or project.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{IdentityKind, Target, arn, table, wire};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::error::invalid;
use crate::place::Place;

/// Lists access policies of an identity, of a portal or project, or of both together, in the order of their creation.
///
/// One pair of type and id at least has to be there, and complete (assumed). An unknown identity, portal or project
/// has no policies, since the operation declares no error for it.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListAccessPoliciesRequest,
) -> Result<t::ListAccessPoliciesResponse, Error> {
    let (identity, target) = (identity(input)?, target(input)?);
    let asked = target.as_ref().map_or_else(|| arn(call, "*"), |target| target.arn(call));
    call.allow(tx, "iotsitewise:ListAccessPolicies", &asked)?;
    let filters = filters(input);
    let (spec, token) = (op::ListAccessPolicies::SPEC, input.next_token.as_deref());
    let paging = Paging::open(call, spec, &filters, token, input.max_results)?;
    let (place, after, limit) = (Place::of(call), paging.after_created()?, paging.limit());
    let mut policies = match (identity, &target) {
        (Some(identity), target) => {
            table::list_of_identity(tx, place, identity, target.as_ref(), after, limit)?
        }
        (None, Some(target)) => table::list_of_target(tx, place, target, after, limit)?,
        (None, None) => {
            return Err(invalid(
                "give identityType with identityId or iamArn, or resourceType with resourceId",
            ));
        }
    };
    let next_token = paging.close(&mut policies, |policy| created_key(policy.created_at, policy.id.as_str()));
    let summaries = policies.into_iter().map(|policy| t::AccessPolicySummary {
        id: policy.id.to_string(),
        identity: wire::show_identity(policy.identity),
        resource: wire::show_target(&policy.target),
        permission: policy.permission,
        creation_date: Some(policy.created_at),
        last_update_date: Some(policy.updated_at),
    });
    Ok(t::ListAccessPoliciesResponse { access_policy_summaries: summaries.collect(), next_token })
}

/// Everything that a list is confined to, in a fixed order.
fn filters(input: &t::ListAccessPoliciesRequest) -> [&str; 5] {
    let all =
        [&input.identity_type, &input.identity_id, &input.iam_arn, &input.resource_type, &input.resource_id];
    all.map(|filter| filter.as_deref().unwrap_or_default())
}

/// Reads the identity that a list is confined to, with the kinds that its type covers.
fn identity(input: &t::ListAccessPoliciesRequest) -> Result<Option<([IdentityKind; 2], &str)>, Error> {
    let (id, iam_arn) = (input.identity_id.as_deref(), input.iam_arn.as_deref());
    match (input.identity_type.as_deref(), id, iam_arn) {
        (None, None, None) => Ok(None),
        (Some("USER"), Some(id), None) => Ok(Some(([IdentityKind::User, IdentityKind::User], id))),
        (Some("GROUP"), Some(id), None) => Ok(Some(([IdentityKind::Group, IdentityKind::Group], id))),
        (Some("IAM"), None, Some(arn)) => Ok(Some(([IdentityKind::IamUser, IdentityKind::IamRole], arn))),
        (Some("IAM"), ..) => Err(invalid("identityType IAM takes iamArn, and no identityId")),
        (Some(other), ..) => Err(invalid(format!("identityType {other} takes identityId, and no iamArn"))),
        (None, ..) => Err(invalid("identityType is missing: USER or GROUP for identityId, IAM for iamArn")),
    }
}

/// Reads the portal or project that a list is confined to.
fn target(input: &t::ListAccessPoliciesRequest) -> Result<Option<Target>, Error> {
    match (input.resource_type.as_deref(), input.resource_id.as_deref()) {
        (None, None) => Ok(None),
        (Some(kind), Some(id)) => match Target::of(kind, id.to_owned()) {
            Some(target) => Ok(Some(target)),
            None => Err(invalid(format!("resourceType {kind} is neither PORTAL nor PROJECT"))),
        },
        (Some(kind), None) => Err(invalid(format!("resourceType {kind} takes resourceId, which is missing"))),
        (None, Some(_)) => Err(invalid("resourceType is missing: PORTAL or PROJECT for resourceId")),
    }
}
