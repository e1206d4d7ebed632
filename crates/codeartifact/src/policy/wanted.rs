//! What a caller wants to do, with everything that conditions may ask of the request.

use iam::{Context, Principal};
use model_codeartifact::types::Tag;
use service::Call;

use crate::domain::DomainKey;

/// As much of a user agent as conditions see: comparing takes time by its length, and clients choose it.
const USER_AGENT_CHARS_MAX: usize = 1000;

/// An action on a resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    tags: &'a [Tag],
    tag_keys: &'a [String],
    duration_s: Option<i64>,
}

impl<'a> Wanted<'a> {
    /// Names the action (`codeartifact:DescribeDomain`) and the resource by its ARN.
    pub(crate) fn new(action: &'a str, resource: &'a str) -> Self {
        Wanted { action, resource, tags: &[], tag_keys: &[], duration_s: None }
    }

    /// Adds the tags that the request gives.
    pub(crate) fn with_tags(self, tags: &'a [Tag]) -> Self {
        Wanted { tags, ..self }
    }

    /// Adds the keys of tags that the request takes away.
    pub(crate) fn with_tag_keys(self, tag_keys: &'a [String]) -> Self {
        Wanted { tag_keys, ..self }
    }

    /// Adds how long the token lives that the request asks for.
    pub(crate) fn with_duration(self, seconds: i64) -> Self {
        Wanted { duration_s: Some(seconds), ..self }
    }

    /// Puts together what conditions see, but for the tags that the resource has.
    ///
    /// Assumed: a request came over TLS if the address that the client used says so; TLS may end at a proxy.
    /// Principals have no tags and no organization here: those keys are absent.
    pub(super) fn context(&self, call: &Call, principal: Option<&Principal>, domain: &DomainKey) -> Context {
        let mut context = Context::new();
        if let Some(principal) = principal {
            context.set("aws:PrincipalArn", principal.principal_arn());
            context.set("aws:PrincipalType", principal.principal_type());
            if let Some(name) = principal.user_name() {
                context.set("aws:username", name);
            }
        }
        context.set("aws:PrincipalAccount", &call.account);
        context.set("aws:PrincipalIsAWSService", "false");
        context.set("aws:ViaAWSService", "false");
        context.set("aws:RequestedRegion", &call.region);
        context.set("aws:ResourceAccount", &domain.account);
        context.set("aws:SecureTransport", call.base_url.starts_with("https://").to_string());
        context.set("aws:CurrentTime", call.now.to_rfc3339());
        context.set("aws:EpochTime", (call.now.millis() / 1000).to_string());
        if let Some(address) = call.source.address {
            context.set("aws:SourceIp", address.to_canonical().to_string());
        }
        if let Some(agent) = &call.source.user_agent {
            context.set("aws:UserAgent", agent.chars().take(USER_AGENT_CHARS_MAX).collect::<String>());
        }
        for tag in self.tags {
            context.set(&format!("aws:RequestTag/{}", tag.key), &tag.value);
        }
        if !self.tags.is_empty() || !self.tag_keys.is_empty() {
            let given = self.tags.iter().map(|tag| tag.key.clone());
            context.set_all("aws:TagKeys", given.chain(self.tag_keys.iter().cloned()));
        }
        if let Some(seconds) = self.duration_s {
            context.set("sts:AWSServiceName", "codeartifact.amazonaws.com");
            context.set("sts:DurationSeconds", seconds.to_string());
        }
        context
    }
}
