//! `homeregion codeartifact revoke-tokens`: ends authorization tokens of a domain before their time.

use serde_json::json;

use crate::aws_client::{Client, Service};

/// Where a server takes revocations.
const PATH: &str = "/_homeregion/codeartifact/revoked-tokens";

/// Whose tokens end.
#[derive(Clone, Copy, Debug)]
pub struct Revocation<'a> {
    /// The domain that they open.
    pub domain: &'a str,
    /// Its owner, if it is not the caller.
    pub domain_owner: Option<&'a str>,
    /// The ARN of their bearer; everybody's end without one.
    pub principal: Option<&'a str>,
    /// Until when they were issued; now without it.
    pub before: Option<&'a str>,
}

/// Revokes, and answers until when the tokens that ended were issued.
pub fn run(client: &Client, region: &str, revocation: &Revocation<'_>) -> Result<String, String> {
    let mut body = json!({"domain": revocation.domain});
    for (member, value) in [
        ("domainOwner", revocation.domain_owner),
        ("principal", revocation.principal),
        ("before", revocation.before),
    ] {
        if let Some(value) = value {
            body[member] = value.into();
        }
    }
    let answer = client
        .put(Service::CodeArtifact, region, PATH, "application/json", body.to_string().into_bytes())
        .map_err(|error| error.to_string())?;
    let until = answer["revokedUntil"].as_str();
    until.map(str::to_owned).ok_or_else(|| format!("{} does not revoke tokens", client.endpoint()))
}
