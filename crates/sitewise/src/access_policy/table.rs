//! SQL of access policies.

use store::{Error, Row, Tx};

use super::{AccessPolicy, Identity, IdentityKind, Target};
use crate::id::AccessPolicyId;
use crate::place::Place;

/// Access policies; one identity has one on a portal or project.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_access_policy (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    identity_kind TEXT NOT NULL,
    identity_name TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    permission TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, id)
);
CREATE UNIQUE INDEX sitewise_access_policy_pair
    ON sitewise_access_policy (account, region, target_id, identity_kind, identity_name, target_kind);
CREATE INDEX sitewise_access_policy_identity
    ON sitewise_access_policy (account, region, identity_name, created_at, id);
CREATE INDEX sitewise_access_policy_target ON sitewise_access_policy (account, region, target_id, created_at, id);
";

fn policy(row: &Row<'_>) -> Result<AccessPolicy, Error> {
    let kind = row.str(3)?;
    let target = Target::of(kind, row.text(4)?)
        .ok_or_else(|| Error::Broken(format!("an access policy is about an unknown thing: {kind}")))?;
    Ok(AccessPolicy {
        id: AccessPolicyId::stored(row.text(0)?),
        identity: Identity { kind: IdentityKind::stored(row.str(1)?)?, name: row.text(2)? },
        target,
        permission: row.text(5)?,
        created_at: row.timestamp(6)?,
        updated_at: row.timestamp(7)?,
    })
}

/// Finds an access policy.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &AccessPolicyId) -> Result<Option<AccessPolicy>, Error> {
    tx.query_one(
        "SELECT id, identity_kind, identity_name, target_kind, target_id, permission, created_at, updated_at
         FROM sitewise_access_policy WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        policy,
    )
}

/// Keeps an access policy, new or changed.
pub fn put(tx: &mut Tx, place: Place<'_>, policy: &AccessPolicy) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_access_policy
             (account, region, id, identity_kind, identity_name, target_kind, target_id, permission, created_at,
              updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (account, region, id) DO UPDATE SET
             identity_kind = excluded.identity_kind, identity_name = excluded.identity_name,
             target_kind = excluded.target_kind, target_id = excluded.target_id,
             permission = excluded.permission, updated_at = excluded.updated_at",
        &[
            place.account.into(),
            place.region.into(),
            policy.id.as_str().into(),
            policy.identity.kind.as_str().into(),
            policy.identity.name.as_str().into(),
            policy.target.kind().into(),
            policy.target.id().into(),
            policy.permission.as_str().into(),
            policy.created_at.into(),
            policy.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Removes an access policy.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &AccessPolicyId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_access_policy WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
    )?;
    Ok(())
}

/// Finds the policy that joins an identity and a target.
pub fn of_pair(
    tx: &mut Tx,
    place: Place<'_>,
    identity: &Identity,
    target: &Target,
) -> Result<Option<AccessPolicyId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_access_policy
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND identity_kind = ?4 AND identity_name = ?5
             AND target_kind = ?6",
        &[
            place.account.into(),
            place.region.into(),
            target.id().into(),
            identity.kind.as_str().into(),
            identity.name.as_str().into(),
            target.kind().into(),
        ],
        |row| row.text(0).map(AccessPolicyId::stored),
    )
}

/// Finds one policy about a target.
pub fn any_of(tx: &mut Tx, place: Place<'_>, target: &Target) -> Result<Option<AccessPolicyId>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_access_policy
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND target_kind = ?4
         ORDER BY created_at, id LIMIT 1",
        &[place.account.into(), place.region.into(), target.id().into(), target.kind().into()],
        |row| row.text(0).map(AccessPolicyId::stored),
    )
}

/// Lists the policies about a target in the order of their creation.
pub fn list_of_target(
    tx: &mut Tx,
    place: Place<'_>,
    target: &Target,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<AccessPolicy>, Error> {
    tx.query(
        "SELECT id, identity_kind, identity_name, target_kind, target_id, permission, created_at, updated_at
         FROM sitewise_access_policy
         WHERE account = ?1 AND region = ?2 AND target_id = ?3 AND target_kind = ?4
             AND (created_at, id) > (?5, ?6)
         ORDER BY created_at, id LIMIT ?7",
        &[
            place.account.into(),
            place.region.into(),
            target.id().into(),
            target.kind().into(),
            created_at.into(),
            id.into(),
            limit.into(),
        ],
        policy,
    )
}

/// Lists the policies of an identity, which may be of either of two kinds, about all targets or one.
pub fn list_of_identity(
    tx: &mut Tx,
    place: Place<'_>,
    ([kind, other_kind], name): ([IdentityKind; 2], &str),
    target: Option<&Target>,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<AccessPolicy>, Error> {
    tx.query(
        "SELECT id, identity_kind, identity_name, target_kind, target_id, permission, created_at, updated_at
         FROM sitewise_access_policy
         WHERE account = ?1 AND region = ?2 AND identity_name = ?3 AND identity_kind IN (?4, ?5)
             AND (?6 = '' OR (target_kind = ?6 AND target_id = ?7)) AND (created_at, id) > (?8, ?9)
         ORDER BY created_at, id LIMIT ?10",
        &[
            place.account.into(),
            place.region.into(),
            name.into(),
            kind.as_str().into(),
            other_kind.as_str().into(),
            target.map_or("", Target::kind).into(),
            target.map_or("", Target::id).into(),
            created_at.into(),
            id.into(),
            limit.into(),
        ],
        policy,
    )
}
