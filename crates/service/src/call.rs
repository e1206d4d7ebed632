//! Who calls, from where, when: everything an operation may know besides its input and the stored state.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use iam::Verdict;
use model::Timestamp;
use store::Tx;

use crate::rate::Rates;

/// One API request, after its signature was read and before its operation runs.
#[derive(Clone, Debug)]
pub struct Call {
    /// Account of the caller, twelve digits.
    pub account: String,
    /// Region of the credential scope.
    pub region: String,
    /// Partition of that region: `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// ARN of the calling principal.
    pub principal: String,
    /// The request's id, as the answer's `x-amzn-RequestId` carries it.
    pub request_id: String,
    /// `scheme://authority` under which the caller reached this server, without a trailing slash.
    pub base_url: String,
    /// When the request was accepted.
    pub now: Timestamp,
    /// Where it came from.
    pub source: Source,
    /// What is fixed for this installation.
    pub installation: Arc<Installation>,
}

/// Where a request came from, as conditions of policies see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The address at the other end of the connection; behind a proxy, the proxy's.
    pub address: Option<IpAddr>,
    /// What the client calls itself; package endpoints leave it out, as AWS does.
    pub user_agent: Option<String>,
}

/// What is fixed for one installation of the server: created at first start and kept in its database.
#[derive(Clone, Debug, Default)]
pub struct Installation {
    /// Key of the page tokens' authentication codes.
    pub page_key: [u8; 32],
    /// Key that signs the bearer tokens of the package endpoints.
    pub token_key: [u8; 32],
    /// Key that signs the addresses which are their own permission for a while.
    pub link_key: [u8; 32],
    /// Regions, besides those where AWS runs Migration Hub, that may be a home region.
    pub regions: Vec<String>,
    /// External connections that the operator defined: format by name, `npm` by `custom:team` for one.
    pub connections: BTreeMap<String, String>,
    /// Quotas of CodeArtifact that the operator set, by name.
    pub quotas: BTreeMap<String, u64>,
    /// Rates of requests to CodeArtifact that the operator set.
    pub rates: Rates,
    /// Domains below which the endpoints that are handed out lie, for `ipv4` and `dualstack`; `{region}` stands for the
    /// region. Without them endpoints are in path style.
    pub endpoint_domains: Option<(String, String)>,
    /// How long passing states of IoT SiteWise last (CREATING, UPDATING, ...), in milliseconds; 0 ends them before
    /// the answer is sent.
    pub propagation_ms: i64,
    /// Among which assets of IoT SiteWise a name may stand only once.
    pub unique_asset_names: UniqueAssetNames,
    /// Whether configuration ids that Application Discovery never gave are refused, as AWS does; else ids of AWS's
    /// form become placeholders on their first use.
    pub unknown_configuration_rejected: bool,
    /// Whether Application Discovery is switched off.
    pub discovery_off: bool,
    /// Whether accounts begin without taking time series of IoT SiteWise that belong to no property.
    pub disassociated_data_storage_off: bool,
}

/// Among which assets of IoT SiteWise a name may stand only once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UniqueAssetNames {
    /// Names may repeat.
    #[default]
    None,
    /// Among the children of one parent.
    Sibling,
    /// In an account and Region.
    Account,
}

/// The caller may not do this; holds the sentence for the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied(pub String);

impl Call {
    /// Says what the caller's own policies say to `action` (`codeartifact:CreateDomain`) on `resource` (an ARN or
    /// `*`): in the modes `open` and `keys`, every principal may do everything that its account may.
    ///
    /// Policies that are stored for principals would be asked here, and operations need not change.
    pub fn identity_verdict(&self, _tx: &mut Tx, _action: &str, _resource: &str) -> Verdict {
        Verdict::Allow
    }

    /// Decides whether the caller may perform `action` (`codeartifact:CreateDomain`) on `resource` (an ARN or `*`)
    /// where no policy hangs on the resource.
    ///
    /// In mode `open` every principal has an implicit allow-all policy in its own account and none elsewhere.
    pub fn allow(&self, _tx: &mut Tx, action: &str, resource: &str) -> Result<(), Denied> {
        let owner = resource.split(':').nth(4).unwrap_or_default();
        if owner.is_empty() || owner == self.account {
            return Ok(());
        }
        Err(Denied(format!(
            "User: {} is not authorized to perform: {action} on resource: {resource}",
            self.principal
        )))
    }

    /// Decides whether the caller may perform `action` on a resource of its own account, which is named only if that
    /// matters: in the modes `open` and `keys` it does not.
    ///
    /// For operations that are not transactions; policies that are stored would be asked here, and kept in memory.
    pub fn allow_own(&self, _action: &str, _resource: impl FnOnce() -> String) -> Result<(), Denied> {
        Ok(())
    }

    /// Names a resource of this call's region: `arn:{partition}:{service}:{region}:{account}:{rest}`.
    pub fn arn(&self, service: &str, account: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{rest}", self.partition, self.region)
    }
}
