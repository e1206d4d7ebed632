//! One request from its head to its answer: own endpoint, package endpoint, or operation of the API.

mod payload;

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::header::{HOST, USER_AGENT};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response};
use model::{Members, Protocol, Service, Spec};
use service::{Body, Call, Fault, Installation, Problem, Reply, Source, Table};
use store::{Blobs, Store};
use tokio::sync::Semaphore;

use crate::answer::{self, ResponseBody};
use crate::authenticate;
use crate::file::Files;
use crate::forwarded::{self, Network};
use crate::intake::{self, Share, Torn};
use crate::limits::{BODY_BYTES_MAX, PAYLOADS_MAX};
use crate::own;
use crate::protocol::{aws_json, query, rest_json};
use crate::route::{self, Routes};
use crate::sigv4::{self, Credential};
use crate::upload::Uploads;

/// The package endpoints, mounted by the binary: takes the request as it came, with its request id.
pub type PackageEndpoint =
    Arc<dyn Fn(Request<Incoming>, String) -> BoxFuture<'static, Response<ResponseBody>> + Send + Sync>;

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Account of callers whose access key is not itself an account id.
    pub default_account: String,
    /// Scheme and authority of every URL that is handed out, without a trailing slash; else the request's Host.
    pub public_url: Option<String>,
    /// The server is meant to be thrown away and may be reset.
    pub ephemeral: bool,
    /// Proxies that are believed about the client.
    pub trusted_proxies: Vec<Network>,
}

/// What is done before an operation runs, outside its transaction: fetching what it is going to need, for one. What
/// fails here, the operation itself meets again and says.
pub type Prelude = Arc<dyn Fn(Call, Members) -> BoxFuture<'static, ()> + Send + Sync>;

/// Answers a request of a caller.
pub type Answer =
    Arc<dyn Fn(Request<Incoming>, Call) -> BoxFuture<'static, Response<ResponseBody>> + Send + Sync>;

/// A path of the server's own with whoever answers there; the request is signed and comes from no web page.
#[derive(Clone)]
pub struct Mount {
    /// The whole path.
    pub path: &'static str,
    /// Who answers.
    pub answer: Answer,
}

/// Everything that requests share.
pub struct Gateway {
    table: Table,
    store: Store,
    blobs: Blobs,
    installation: Arc<Installation>,
    settings: Settings,
    routes: Routes,
    targets: aws_json::Targets,
    packages: Option<PackageEndpoint>,
    files: Vec<Files>,
    uploads: Option<Uploads>,
    mounts: Vec<Mount>,
    bodies: intake::Room,
    payloads: Semaphore,
    preludes: HashMap<&'static str, Prelude>,
}

/// The path prefixes of the package formats, each followed by `d/{domain}-{owner}/{repository}/`.
const FORMATS: [&str; 8] = ["npm", "pypi", "maven", "nuget", "generic", "ruby", "swift", "cargo"];

impl Gateway {
    /// Puts a gateway together; routes come from the table's models.
    pub fn new(
        table: Table,
        store: Store,
        blobs: Blobs,
        installation: Arc<Installation>,
        settings: Settings,
        packages: Option<PackageEndpoint>,
    ) -> Self {
        let mut routes = Routes::default();
        let mut targets = aws_json::Targets::default();
        for spec in table.specs() {
            match spec.service.protocol {
                Protocol::RestJson1 => routes.enter(spec),
                Protocol::AwsJson1_1 => targets.enter(spec),
            }
        }
        let bodies = intake::Room::default();
        Self {
            table,
            store,
            blobs,
            installation,
            settings,
            routes,
            targets,
            packages,
            files: Vec::new(),
            uploads: None,
            mounts: Vec::new(),
            bodies,
            payloads: Semaphore::new(PAYLOADS_MAX),
            preludes: HashMap::new(),
        }
    }

    /// Mounts files that answers point to, beside those that are mounted already.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files.push(files);
        self
    }

    /// Mounts uploads for operations.
    #[must_use]
    pub fn with_uploads(mut self, uploads: Uploads) -> Self {
        self.uploads = Some(uploads);
        self
    }

    /// Mounts paths of the server's own.
    #[must_use]
    pub fn with_mounts(mut self, mounts: Vec<Mount>) -> Self {
        self.mounts = mounts;
        self
    }

    /// Has something done before each run of an operation, whose name no other service has.
    #[must_use]
    pub fn with_prelude(mut self, operation: &'static str, prelude: Prelude) -> Self {
        self.preludes.insert(operation, prelude);
        self
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn service_ids(&self) -> impl Iterator<Item = &'static str> {
        self.table.specs().iter().map(|spec| spec.service.id).collect::<BTreeSet<_>>().into_iter()
    }

    /// Answers one request; `request_id` is the id that the answer carries.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        request_id: &str,
    ) -> Response<ResponseBody> {
        let path = request.uri().path();
        if let Some(uploads) = self.uploads
            && let Some(name) = uploads.name(path)
        {
            let name = name.to_owned();
            return self.upload(uploads, &name, request, request_id).await;
        }
        if let Some(files) = self.files.iter().find(|files| path.starts_with(files.prefix)) {
            return files.answer((&self.store, &self.installation), request.method(), path).await;
        }
        if let Some(mount) = self.mounts.iter().find(|mount| mount.path == path) {
            return self.mounted(mount, request, request_id).await;
        }
        if path == authenticate::PATH {
            let now = self.store.clock().now();
            return authenticate::answer(request, &self.settings.default_account, now).await;
        }
        if let Some(response) = own::answer(self, request.method(), path, request.headers()) {
            return response;
        }
        if let Some(packages) = &self.packages
            && is_package_request(&request)
        {
            return packages(request, request_id.to_owned()).await;
        }
        if own::is_from_web_page(request.headers()) {
            return answer::refusal(403, "AccessDeniedException", own::NO_WEB_PAGES);
        }
        let (parts, body) = request.into_parts();
        let addressed = match self.address(&parts) {
            Ok(addressed) => addressed,
            Err(unknown) => return self.unknown(&parts, unknown),
        };
        let credential = match sigv4::credential(&parts.headers) {
            Ok(credential) => credential,
            Err(refused) => return unsigned(&addressed, &refused, request_id),
        };
        if let Addressed::Route(spec, labels) = &addressed
            && let Some(member) = spec.request_payload
        {
            let call = self.call(&parts, &credential, request_id);
            return self.take_payload((spec, member), labels, (&parts, body), call).await;
        }
        let mut share = self.bodies.share();
        let bytes = match intake::read(body, addressed.body_bytes_max(), &mut share).await {
            Ok(bytes) => bytes,
            Err(torn) => return torn_body(torn),
        };
        let call = self.call(&parts, &credential, request_id);
        if let Addressed::Route(spec, _) = &addressed
            && let Some(pending) = self.table.answer_raw(&call, spec, &bytes)
        {
            return self.named(spec, pending.await, (&parts.headers, call.account)).await;
        }
        let (spec, members) = match addressed {
            Addressed::Query => return sts(&parts, &bytes, &call),
            Addressed::Target(spec) => (spec, aws_json::members(&bytes)),
            Addressed::Route(spec, labels) => {
                let query = parts.uri.query().unwrap_or_default();
                let carried = rest_json::Parts { labels, query, headers: &parts.headers, body: &bytes };
                (spec, rest_json::members(spec, &carried))
            }
        };
        let outcome = match members {
            Ok(members) => self.operate(spec, &call, members).await,
            Err(fault) => Err(self.fault(spec.service, fault)),
        };
        self.named(spec, outcome, (&parts.headers, call.account)).await
    }

    /// Frames the outcome of an operation and says for the log which one it was, and whose.
    async fn named(
        &self,
        spec: &'static Spec,
        outcome: Result<Reply, Problem>,
        (headers, account): (&HeaderMap, String),
    ) -> Response<ResponseBody> {
        let mut response = self.framed(spec, outcome, headers).await;
        response.extensions_mut().insert(Named { spec, account });
        response
    }

    async fn upload(
        &self,
        uploads: Uploads,
        name: &str,
        request: Request<Incoming>,
        request_id: &str,
    ) -> Response<ResponseBody> {
        let (parts, body) = request.into_parts();
        if let Some(refusal) = uploads.refuse(&parts, name) {
            return refusal;
        }
        let credential = match sigv4::credential(&parts.headers) {
            Ok(credential) => credential,
            Err(refused) => {
                let (status, name, message) = worded(&refused);
                return answer::refusal(status, name, &message);
            }
        };
        let call = self.call(&parts, &credential, request_id);
        uploads.take((&self.store, &self.blobs), call, name, body).await
    }

    async fn mounted(
        &self,
        mount: &Mount,
        request: Request<Incoming>,
        request_id: &str,
    ) -> Response<ResponseBody> {
        if own::is_from_web_page(request.headers()) {
            return answer::refusal(403, "AccessDeniedException", own::NO_WEB_PAGES);
        }
        let (parts, body) = request.into_parts();
        match sigv4::credential(&parts.headers) {
            Ok(credential) => {
                let call = self.call(&parts, &credential, request_id);
                (mount.answer)(Request::from_parts(parts, body), call).await
            }
            Err(refused) => {
                let (status, name, message) = worded(&refused);
                answer::refusal(status, name, &message)
            }
        }
    }

    /// Runs an operation, after its prelude if it has one.
    async fn operate(&self, spec: &'static Spec, call: &Call, members: Members) -> Result<Reply, Problem> {
        if let Some(prelude) = self.preludes.get(spec.name) {
            prelude(call.clone(), members.clone()).await;
        }
        self.table.answer(&self.store, call, spec, members).await
    }

    async fn framed(
        &self,
        spec: &'static Spec,
        outcome: Result<Reply, Problem>,
        headers: &HeaderMap,
    ) -> Response<ResponseBody> {
        let protocol = spec.service.protocol;
        let problem = match outcome {
            Ok(reply) => {
                let share = match self.share_of(&reply) {
                    Ok(share) => share,
                    Err(torn) => return torn_body(torn),
                };
                match answer::reply(protocol, &self.blobs, reply, headers).await {
                    Ok(response) if share.is_free() => return response,
                    Ok(response) => return response.map(|body| answer::keeping(body, share)),
                    Err(error) => {
                        log::error!("{}.{} cannot stream its answer: {error}", spec.service.id, spec.name);
                        self.fault(spec.service, Fault::Internal("the content cannot be read".to_owned()))
                    }
                }
            }
            Err(problem) => problem,
        };
        answer::problem(protocol, problem)
    }

    /// Makes room for an answer, which takes memory until the client has taken it.
    fn share_of(&self, reply: &Reply) -> Result<Share, Torn> {
        let mut share = self.bodies.share();
        if let Body::Json(json) = &reply.body {
            share.grow(json.len())?;
        }
        Ok(share)
    }

    fn address(&self, parts: &Parts) -> Result<Addressed, Unknown> {
        match self.targets.find(&parts.headers) {
            Some(aws_json::Found::Operation(spec)) => return Ok(Addressed::Target(spec)),
            Some(aws_json::Found::UnknownOperation(service, name)) => {
                return Err(Unknown::Operation(service, name));
            }
            Some(aws_json::Found::UnknownTarget(target)) => return Err(Unknown::Target(target)),
            None => {}
        }
        match self.routes.find(parts.method.as_str(), parts.uri.path()) {
            route::Found::Operation(spec, labels) => Ok(Addressed::Route(spec, labels)),
            route::Found::OtherMethod => Err(Unknown::Method),
            route::Found::NotText => Err(Unknown::NotText),
            route::Found::Nothing if parts.uri.path() == "/" => match parts.method {
                Method::POST | Method::GET => Ok(Addressed::Query),
                _ => Err(Unknown::Route),
            },
            route::Found::Nothing => Err(Unknown::Route),
        }
    }

    fn call(&self, parts: &Parts, credential: &Credential, request_id: &str) -> Call {
        let account = credential.account(&self.settings.default_account);
        let partition = sigv4::partition(&credential.region);
        Call {
            principal: format!("arn:{partition}:iam::{account}:user/local"),
            partition: partition.to_owned(),
            region: credential.region.clone(),
            request_id: request_id.to_owned(),
            base_url: self.base_url(parts),
            now: self.store.clock().now(),
            source: Source {
                address: parts.extensions.get::<SocketAddr>().map(SocketAddr::ip),
                user_agent: parts
                    .headers
                    .get(USER_AGENT)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned),
            },
            installation: Arc::clone(&self.installation),
            account,
        }
    }

    fn base_url(&self, parts: &Parts) -> String {
        if let Some(url) = &self.settings.public_url {
            return url.clone();
        }
        let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
        let authority = host.or_else(|| parts.uri.authority().map(hyper::http::uri::Authority::as_str));
        forwarded::base_url(&parts.headers, authority.unwrap_or("localhost"))
    }

    fn fault(&self, service: &Service, fault: Fault) -> Problem {
        let dialect = self.table.dialect(service.id).expect("operations are routed from registered services");
        (dialect.problem)(fault)
    }

    /// Answers what leads to no operation, in the words of the service that the signature names if it can.
    fn unknown(&self, parts: &Parts, unknown: Unknown) -> Response<ResponseBody> {
        let signed_for = sigv4::credential(&parts.headers).ok().map(|credential| credential.service);
        let path = parts.uri.path();
        let message = match &unknown {
            Unknown::Operation(service, name) => format!("{} has no operation '{name}'", service.id),
            Unknown::Target(target) => format!("no operation has the target '{target}'"),
            Unknown::Route => format!("no operation answers {} {path}", parts.method),
            Unknown::Method => format!("{path} does not answer {}", parts.method),
            Unknown::NotText => format!("the path {path} is not UTF-8 once it is percent-decoded"),
        };
        let service = match unknown {
            Unknown::Operation(service, _) => Some(service),
            _ => signed_for.and_then(|name| self.restjson_service(&name)),
        };
        let Some(service) = service else {
            let status = if matches!(unknown, Unknown::Target(_) | Unknown::NotText) { 400 } else { 404 };
            return answer::refusal(status, "UnknownOperationException", &message);
        };
        let fault = match unknown {
            Unknown::NotText => Fault::Unparsable(message),
            _ => Fault::UnknownOperation(message),
        };
        answer::problem(service.protocol, self.fault(service, fault))
    }

    fn restjson_service(&self, signing_name: &str) -> Option<&'static Service> {
        let mut services = self.table.specs().iter().map(|spec| spec.service);
        services.find(|service| {
            service.signing_name == signing_name && matches!(service.protocol, Protocol::RestJson1)
        })
    }
}

/// Where a request of the API leads.
enum Addressed {
    Target(&'static Spec),
    Route(&'static Spec, Vec<(&'static str, String)>),
    Query,
}

impl Addressed {
    fn body_bytes_max(&self) -> usize {
        match self {
            Self::Target(spec) | Self::Route(spec, _) => intake::bytes_max(spec),
            Self::Query => BODY_BYTES_MAX,
        }
    }
}

/// Why a request leads nowhere.
enum Unknown {
    Operation(&'static Service, String),
    Target(String),
    Route,
    Method,
    NotText,
}

/// What the log line says of an operation.
#[derive(Clone)]
pub(crate) struct Named {
    pub spec: &'static Spec,
    pub account: String,
}

fn is_package_request(request: &Request<Incoming>) -> bool {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| request.uri().host()).unwrap_or_default();
    if names_domain(host) {
        return true;
    }
    let mut segments = request.uri().path().split('/').skip(1);
    segments.next().is_some_and(|first| FORMATS.contains(&first)) && segments.next() == Some("d")
}

/// Whether a Host is of the form `{domain}-{owner}.d.…`.
fn names_domain(host: &str) -> bool {
    let Some((label, rest)) = host.split_once('.') else { return false };
    let Some((domain, owner)) = label.rsplit_once('-') else { return false };
    // Host names know no letter case.
    rest.get(..2).is_some_and(|below| below.eq_ignore_ascii_case("d."))
        && !domain.is_empty()
        && owner.len() == 12
        && owner.bytes().all(|b| b.is_ascii_digit())
}

/// Status, name and message of a request that is not signed.
fn worded(refused: &sigv4::Refused) -> (u16, &'static str, String) {
    match refused {
        sigv4::Refused::Missing => {
            (403, "MissingAuthenticationTokenException", "Missing Authentication Token".to_owned())
        }
        sigv4::Refused::Incomplete(what) => {
            (400, "IncompleteSignatureException", format!("The Authorization header cannot be used: {what}"))
        }
    }
}

fn unsigned(addressed: &Addressed, refused: &sigv4::Refused, request_id: &str) -> Response<ResponseBody> {
    let (status, name, message) = worded(refused);
    let service = match addressed {
        Addressed::Query => {
            let code = name.strip_suffix("Exception").unwrap_or(name);
            return query::error(status, code, &message, request_id);
        }
        Addressed::Target(spec) | Addressed::Route(spec, _) => spec.service,
    };
    // awsJson front ends answer every client fault with 400.
    let status = if matches!(service.protocol, Protocol::AwsJson1_1) { 400 } else { status };
    answer::problem(service.protocol, Problem::plain(service, status, name, &message))
}

pub(crate) fn torn_body(torn: Torn) -> Response<ResponseBody> {
    let (status, name, message) = match torn {
        Torn::TooLarge => (
            413,
            "RequestEntityTooLargeException",
            "the request body is larger than 10 MiB, or than 20 MB where a document of 10 MB may be in it",
        ),
        Torn::TooSlow => (408, "RequestTimeoutException", "the request body did not arrive in time"),
        Torn::Cut => (400, "IncompleteBodyException", "the request body ended before its announced length"),
        Torn::Crowded => (
            503,
            "ServiceUnavailableException",
            "too many large requests and answers are on their way; try again",
        ),
    };
    answer::refusal(status, name, message)
}

fn sts(parts: &Parts, body: &[u8], call: &Call) -> Response<ResponseBody> {
    match query::action(&parts.headers, parts.uri.query().unwrap_or_default(), body) {
        Some(action) => {
            let caller = query::Caller {
                account: &call.account,
                principal: &call.principal,
                request_id: &call.request_id,
            };
            query::answer(&action, &caller)
        }
        None => answer::refusal(
            400,
            "UnknownOperationException",
            "the request names no operation: X-Amz-Target is missing",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_with_domain_and_owner_are_package_hosts() {
        assert!(names_domain("shop-000000000000.d.codeartifact.us-east-1.amazonaws.com"));
        assert!(names_domain("my-shop-000000000000.d.localhost:4566"));
        assert!(names_domain("My-Shop-000000000000.D.localhost"));
        for host in ["127.0.0.1:4566", "api.localhost", "shop-00000000000.d.localhost", "-000000000000.d.x"] {
            assert!(!names_domain(host), "{host}");
        }
    }
}
