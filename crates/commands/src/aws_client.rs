//! Calls operations of AWS's JSON services, here or in AWS: signed, with retries.
//!
//! The face is blocking, so that commands read top to bottom; several threads may share a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::{Spec, Timestamp};
use reqwest::header::{AUTHORIZATION, ETAG, HeaderName, RETRY_AFTER};
use reqwest::{Method, Url};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use store::{Clock, Entropy};
use tokio::runtime::Runtime;

use crate::aws_profile::Credentials;
use crate::rest_request::RestRequest;
use crate::sigv4::{Request, Signer, amz_date};

/// How often one call is tried: the AWS command line's adaptive mode tries five times, and an import has time.
const ATTEMPTS_MAX: u32 = 8;
/// The longest pause between two attempts, whatever the server asks for.
const PAUSE_MAX: Duration = Duration::from_secs(20);
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Attempts to reach a server that does not answer at all.
const CONNECT_ATTEMPTS_MAX: u32 = 3;
/// Names an error in answers of services that speak REST.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const CONTENT: &str = "application/x-amz-json-1.1";
const CONTENT_REST: &str = "application/json";

/// One of the services that are called: those that speak JSON 1.1 and belong to Migration Hub, CodeArtifact for what it
/// takes beyond its API, and SiteWise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Migration Hub.
    MigrationHub,
    /// Migration Hub Config.
    MigrationHubConfig,
    /// Application Discovery Service.
    ApplicationDiscovery,
    /// CodeArtifact, which speaks REST.
    CodeArtifact,
    /// IoT SiteWise, which speaks REST: what is configured.
    SiteWise,
    /// IoT SiteWise: the values of properties.
    SiteWiseData,
}

impl Service {
    /// The prefix of `X-Amz-Target`, the signing name, and the first label of AWS's host.
    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::MigrationHub => ("AWSMigrationHub", "mgh", "mgh"),
            Self::MigrationHubConfig => ("AWSMigrationHubMultiAccountService", "mgh", "migrationhub-config"),
            Self::CodeArtifact => ("", "codeartifact", "codeartifact"),
            Self::SiteWise => ("", "iotsitewise", "api.iotsitewise"),
            Self::SiteWiseData => ("", "iotsitewise", "data.iotsitewise"),
            Self::ApplicationDiscovery => ("AWSPoseidonService_V2015_11_01", "discovery", "discovery"),
        }
    }
}

/// Where calls go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// AWS itself: a host for each service and region.
    Aws,
    /// One server for everything.
    Url(Url),
}

impl Endpoint {
    /// Reads the URL of a server.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(format!("{text:?} must begin with http:// or https://"));
        }
        Ok(Self::Url(url))
    }

    fn is_loopback(&self) -> bool {
        let Self::Url(url) = self else { return false };
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost"
            || host.ends_with(".localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }

    fn url(&self, service: Service, region: &str) -> Result<Url, String> {
        match self {
            Self::Url(url) => Ok(url.clone()),
            Self::Aws => {
                let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
                let (_, _, label) = service.names();
                let text = format!("https://{label}.{region}.{suffix}/");
                Url::parse(&text).map_err(|error| format!("{region:?} is not a region: {error}"))
            }
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws => f.write_str("AWS"),
            Self::Url(url) => f.write_str(url.as_str().trim_end_matches('/')),
        }
    }
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// Nobody answers, or not in this protocol; a sentence for people.
    Unreachable(String),
    /// The server answers an error.
    Refused {
        /// What was called.
        operation: String,
        /// HTTP status.
        status: u16,
        /// Name of the error.
        code: String,
        /// Its text.
        message: String,
    },
}

impl CallError {
    /// The error's name, if the server gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Unreachable(_) => None,
            Self::Refused { code, .. } => Some(code),
        }
    }

    /// Whether the server does not have this operation, or not yet.
    pub fn is_unknown_operation(&self) -> bool {
        match self {
            Self::Unreachable(_) => false,
            Self::Refused { status, code, .. } => *status == 501 || code == "UnknownOperationException",
        }
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, code, .. } => {
                *status == 429
                    || (*status >= 500 && *status != 501)
                    || code.starts_with("Throttl")
                    || matches!(
                        code.as_str(),
                        "TooManyRequestsException" | "RequestLimitExceeded" | "SlowDown"
                    )
            }
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(sentence) => f.write_str(sentence),
            // What is not AWS's has sentences without a code.
            Self::Refused { code, message, .. } if code.is_empty() => f.write_str(message),
            Self::Refused { operation, status, code, message } => {
                write!(f, "{operation} answers {status} {code}: {message}")
            }
        }
    }
}

/// One request as it is tried, perhaps several times.
struct Outgoing {
    service: Service,
    /// What errors call it.
    operation: String,
    method: Method,
    /// Path below the endpoint, or the endpoint itself.
    path: Option<String>,
    /// Parameters, encoded and ascending.
    query: String,
    content: &'static str,
    /// Headers of the operation, `X-Amz-Target` among them; names in lower case.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Calls one server as one account.
pub struct Client {
    http: reqwest::Client,
    runtime: Arc<Runtime>,
    endpoint: Endpoint,
    credentials: Credentials,
}

/// What one attempt brought: an error may ask for a pause.
type Attempt = Result<Value, (CallError, Option<Duration>)>;

impl Client {
    /// Makes a client; connects to nothing yet.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| format!("cannot start threads: {error}"))?;
        let http = reqwest::Client::builder();
        // A proxy of the company leads to AWS, not back to this machine.
        let http = if endpoint.is_loopback() { http.no_proxy() } else { http };
        let http = http
            .tls_backend_preconfigured(tls().map_err(|error| format!("TLS cannot be set up: {error}"))?)
            .user_agent(concat!("homeregion/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|error| format!("cannot make a client: {error}"))?;
        Ok(Self { http, runtime: Arc::new(runtime), endpoint, credentials })
    }

    /// Where its calls go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether both call the same account of the same server.
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.credentials.access_key_id == other.credentials.access_key_id
    }

    /// Calls an operation until it answers, or fails for good.
    pub fn call(
        &self,
        service: Service,
        region: &str,
        operation: &str,
        input: &Value,
    ) -> Result<Value, CallError> {
        let (prefix, _, _) = service.names();
        let outgoing = Outgoing {
            service,
            operation: operation.to_owned(),
            method: Method::POST,
            path: None,
            query: String::new(),
            content: CONTENT,
            headers: vec![("x-amz-target".to_owned(), format!("{prefix}.{operation}"))],
            body: input.to_string().into_bytes(),
        };
        self.send(region, &outgoing)
    }

    /// Puts a file where a server takes files for a service, until it answers or fails for good.
    pub fn put(
        &self,
        service: Service,
        region: &str,
        path: &str,
        content: &'static str,
        body: Vec<u8>,
    ) -> Result<Value, CallError> {
        let outgoing = Outgoing {
            service,
            operation: format!("PUT {path}"),
            method: Method::PUT,
            path: Some(path.to_owned()),
            query: String::new(),
            content,
            headers: Vec::new(),
            body,
        };
        self.send(region, &outgoing)
    }

    /// Calls an operation of a service that speaks REST until it answers, or fails for good; an `ETag` of the answer
    /// is its member `eTag`.
    pub fn rest(
        &self,
        service: Service,
        region: &str,
        spec: &Spec,
        input: &Value,
    ) -> Result<Value, CallError> {
        let RestRequest { path, query, headers, body } = RestRequest::of(spec, input);
        let outgoing = Outgoing {
            service,
            operation: spec.name.to_owned(),
            method: Method::from_bytes(spec.method.as_bytes()).expect("the model's methods are HTTP's"),
            path: Some(path),
            query,
            content: CONTENT_REST,
            headers,
            body,
        };
        self.send(region, &outgoing)
    }

    fn send(&self, region: &str, outgoing: &Outgoing) -> Result<Value, CallError> {
        let mut attempt = 1;
        loop {
            let (error, asked) = match self.runtime.block_on(self.attempt(region, outgoing)) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let most = match &error {
                CallError::Unreachable(_) => CONNECT_ATTEMPTS_MAX,
                CallError::Refused { .. } => ATTEMPTS_MAX,
            };
            if !error.is_transient() || attempt >= most {
                return Err(error);
            }
            std::thread::sleep(asked.unwrap_or_else(|| pause(attempt)).min(PAUSE_MAX));
            attempt += 1;
        }
    }

    async fn attempt(&self, region: &str, outgoing: &Outgoing) -> Attempt {
        let operation = outgoing.operation.as_str();
        let unreachable = |reason: String| {
            (CallError::Unreachable(format!("{} does not answer: {reason}", self.endpoint)), None)
        };
        let mut url = self.endpoint.url(outgoing.service, region).map_err(unreachable)?;
        if let Some(path) = &outgoing.path {
            url.set_path(path);
        }
        url.set_query(Some(outgoing.query.as_str()).filter(|query| !query.is_empty()));
        let request = self.signed(&url, region, outgoing);
        let answer = request.send().await.map_err(|error| unreachable(causes(&error)))?;
        let status = answer.status().as_u16();
        let header = |name: HeaderName| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
        let asked = header(RETRY_AFTER).and_then(|value| value.parse().ok());
        let (etag, kind) = (header(ETAG), header(ERROR_TYPE));
        let body = answer.bytes().await.map_err(|error| unreachable(causes(&error)))?;
        if (200..300).contains(&status) {
            let empty = || Ok(Value::Object(serde_json::Map::new()));
            let read = if body.is_empty() { empty() } else { serde_json::from_slice(&body) };
            let mut read: Value =
                read.map_err(|error| unreachable(format!("its answer to {operation} is not JSON: {error}")))?;
            if let (Some(etag), Some(members)) = (etag, read.as_object_mut()) {
                members.insert("eTag".to_owned(), etag.into());
            }
            return Ok(read);
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let error = refusal(operation, status, kind.as_deref(), &body);
        Err((error, asked.map(Duration::from_secs)))
    }

    fn signed(&self, url: &Url, region: &str, outgoing: &Outgoing) -> reqwest::RequestBuilder {
        let (_, signing_name, _) = outgoing.service.names();
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let date = amz_date(Clock::System.now());
        let mut headers = vec![("content-type", outgoing.content), ("host", &host), ("x-amz-date", &date)];
        if let Some(token) = &self.credentials.session_token {
            headers.push(("x-amz-security-token", token));
        }
        headers.extend(outgoing.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        headers.sort_unstable();
        let signer = Signer {
            access_key_id: &self.credentials.access_key_id,
            secret_access_key: &self.credentials.secret_access_key,
            region,
            service: signing_name,
        };
        let (method, body) = (outgoing.method.clone(), &outgoing.body);
        let (path, query) = (url.path(), outgoing.query.as_str());
        let request = Request { method: method.as_str(), path, query, headers: &headers, body };
        let authorization = signer.authorization(&request, &date);
        let mut sent = self.http.request(method, url.clone());
        for (name, value) in &headers {
            sent = sent.header(*name, *value);
        }
        sent.header(AUTHORIZATION, authorization).body(body.clone())
    }
}

/// Reads an error body; the name may stand in a header, carry a namespace or a URL, and the message has two spellings.
fn refusal(operation: &str, status: u16, header: Option<&str>, body: &Value) -> CallError {
    let text = |name: &str| body[name].as_str();
    let code = text("__type").or(text("code")).or(header).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or(code);
    let code = code.split(':').next().unwrap_or(code);
    let message = text("Message").or(text("message")).unwrap_or("(no message)");
    CallError::Refused {
        operation: operation.to_owned(),
        status,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// The pause after an attempt: doubled each time, the latter half of it at random, so that threads spread out.
fn pause(attempt: u32) -> Duration {
    let whole = PAUSE_FIRST.saturating_mul(1 << (attempt - 1).min(10)).min(PAUSE_MAX);
    let random = u32::from(Entropy::System.random()[0]);
    whole / 2 + whole / 2 * random / 255
}

/// An error with what led to it; the outermost text alone says little.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// Trusts the system's certificates, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// The moment that a JSON member holds, in milliseconds; members that hold none count as the beginning of time.
pub fn moment(value: &Value) -> Timestamp {
    Timestamp::from_json_number(value).unwrap_or(Timestamp::from_millis(i64::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn aws_has_a_host_for_each_service() {
        let url = |service, region| Endpoint::Aws.url(service, region).unwrap().to_string();
        assert_eq!(url(Service::MigrationHub, "us-west-2"), "https://mgh.us-west-2.amazonaws.com/");
        assert_eq!(
            url(Service::MigrationHubConfig, "eu-west-1"),
            "https://migrationhub-config.eu-west-1.amazonaws.com/"
        );
        assert_eq!(
            url(Service::ApplicationDiscovery, "cn-north-1"),
            "https://discovery.cn-north-1.amazonaws.com.cn/"
        );
        assert_eq!(
            url(Service::SiteWiseData, "eu-west-1"),
            "https://data.iotsitewise.eu-west-1.amazonaws.com/"
        );
    }

    #[test]
    fn endpoints_are_urls() {
        assert_eq!(Endpoint::parse("http://127.0.0.1:4566").unwrap().to_string(), "http://127.0.0.1:4566");
        for (url, expected) in [
            ("http://127.0.0.1:4566", true),
            ("http://localhost:1", true),
            ("http://[::1]:4566", true),
            ("https://hub.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().is_loopback(), expected, "{url}");
        }
        assert!(Endpoint::parse("localhost:4566").unwrap_err().contains("must begin with http://"));
        assert!(Endpoint::parse("nonsense").unwrap_err().contains("is not a URL"));
    }

    #[test]
    fn errors_are_read_in_both_spellings() {
        let body = json!({"__type": "com.amazonaws.migrationhub#ThrottlingException", "Message": "slower"});
        let error = refusal("ListMigrationTasks", 400, None, &body);
        assert_eq!(error.to_string(), "ListMigrationTasks answers 400 ThrottlingException: slower");
        assert!(error.is_transient());
        let error = refusal("ListConfigurations", 400, None, &json!({"__type": "X", "message": "no"}));
        assert_eq!((error.code(), error.is_transient()), (Some("X"), false));
        let error = refusal("X", 502, None, &Value::Null);
        assert!(error.is_transient());
        let error = refusal("X", 501, None, &Value::Null);
        assert!(!error.is_transient() && error.is_unknown_operation());
        let error = refusal("X", 404, Some("ResourceNotFoundException:http://x/"), &json!({"message": "no"}));
        assert_eq!(error.code(), Some("ResourceNotFoundException"));
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        for (attempt, most_ms) in [(1, 100), (2, 200), (5, 1600), (8, 12_800), (30, 20_000)] {
            let pause = pause(attempt);
            assert!(pause <= Duration::from_millis(most_ms), "{attempt}: {pause:?}");
            assert!(pause >= Duration::from_millis(most_ms / 2), "{attempt}: {pause:?}");
        }
    }
}
