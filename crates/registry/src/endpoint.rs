//! One request of a package client from its head to its answer: address, loops, token, then the format's own rules.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use codeartifact::domain::DomainKey;
use codeartifact::repository::RepositoryKey;
use codeartifact::token::Claims;
use http_body_util::BodyExt as _;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderValue, VIA};
use hyper::http::request;
use hyper::{HeaderMap, Method, Request, Response};
use serde_json::json;
use service::{Call, Installation, Source};
use store::{Blobs, Store};

use crate::address::Address;
use crate::answer::{self, Body};
use crate::bring::Bringing;
use crate::intake::Intake;
use crate::lookup::Memory;
use crate::refusal::Refusal;
use crate::standing::{self, Standings};
use crate::upstream::{Format, Identity, Resolver, ViaChain};
use crate::upstreams::Upstreams;
use crate::{authentication, cargo, generic, maven, npm, nuget, pypi, ruby, swift};

/// What the endpoints are made of.
#[derive(Debug)]
pub struct Parts {
    /// Where versions are kept.
    pub store: Store,
    /// Where their bytes are kept.
    pub blobs: Blobs,
    /// What is fixed for this installation: the key of the tokens.
    pub installation: Arc<Installation>,
    /// Scheme and authority of every URL that is handed out, without a trailing slash; else the request's Host.
    pub public_url: Option<String>,
    /// Says where external connections lead.
    pub resolver: Arc<Resolver>,
    /// Reads from the registries behind them.
    pub upstreams: Upstreams,
    /// The name of this server in Via headers.
    pub identity: Identity,
}

/// The package endpoints; clones share everything.
#[derive(Clone)]
pub struct Endpoint {
    shared: Arc<Shared>,
}

/// A token that is good in itself, and what it says.
struct Bearer {
    claims: Claims,
    token: String,
}

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) standings: Standings,
    /// What lookups read before.
    pub(crate) memory: Memory,
    /// Files on their way in from registries.
    pub(crate) bringing: Bringing,
    pub(crate) npm: npm::State,
    pub(crate) nuget: nuget::State,
    pub(crate) pypi: pypi::State,
    pub(crate) maven: maven::State,
    pub(crate) generic: generic::State,
    pub(crate) cargo: cargo::State,
    pub(crate) swift: swift::State,
    pub(crate) ruby: ruby::State,
}

/// What a log line says of a request, as an extension of its answer: the format, who asks and for which package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described(pub String);

/// One request after its token was accepted.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) call: Call,
    /// The repository that was asked; it need not exist.
    pub(crate) repository: RepositoryKey,
    /// The URL of its endpoint in the style that the client uses, with a slash at the end.
    pub(crate) base: String,
    /// What follows it in the request, percent-encoded.
    pub(crate) rest: String,
    pub(crate) query: String,
    /// The method, GET for HEAD.
    pub(crate) method: Method,
    pub(crate) head: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) via: ViaChain,
}

impl Endpoint {
    /// Puts the endpoints together; nothing is read or opened yet.
    pub fn new(parts: Parts) -> Self {
        let shared = Shared {
            standings: Standings::new(&parts.store),
            memory: Memory::new(&parts.store),
            parts,
            bringing: Bringing::default(),
            npm: npm::State::default(),
            nuget: nuget::State::default(),
            pypi: pypi::State::default(),
            maven: maven::State::default(),
            generic: generic::State::default(),
            cargo: cargo::State::default(),
            swift: swift::State::default(),
            ruby: ruby::State::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Lets npm clients unpublish versions, which is refused otherwise.
    pub fn allow_unpublish(&self) {
        self.shared.npm.allow_unpublish();
    }

    /// Answers one request; `request_id` is the id that the answer carries.
    pub async fn answer<B>(&self, request: Request<B>, request_id: String) -> Response<Body>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let intake = Intake::new(body.map_err(io::Error::other).boxed_unsync(), &parts.headers);
        let head = parts.method == Method::HEAD;
        let format = parts.uri.path().split('/').nth(1).and_then(Format::parse);
        let (described, outcome) = self.respond(parts, intake, request_id).await;
        let mut response = outcome.unwrap_or_else(|refusal| worded(format, &refusal));
        if head {
            response = without_body(response);
        }
        response.extensions_mut().insert(Described(described));
        response
    }

    async fn respond(
        &self,
        parts: request::Parts,
        intake: Intake,
        request_id: String,
    ) -> (String, Result<Response<Body>, Refusal>) {
        let method = parts.method.clone();
        let brings_package = method == Method::PUT && parts.uri.path().starts_with("/nuget/");
        let (format, visit, bearer) = match self.receive(parts, request_id) {
            Ok(received) => received,
            Err((described, refusal)) => {
                if brings_package {
                    intake.drain_package().await;
                } else {
                    intake.drain().await;
                }
                return (format!("{method} {described}"), Err(refusal));
            }
        };
        let who = format!(
            "{}.{method} account={} domain={} repository={}",
            format.as_str(),
            visit.call.account,
            visit.repository.domain.name,
            visit.repository.name
        );
        let shared = &self.shared;
        if let Err(refusal) = self.admit(&visit, &method, &bearer).await {
            intake.drain().await;
            return (who, Err(refusal));
        }
        let (what, outcome) = match format {
            Format::Npm => npm::answer(shared, visit, intake).await,
            Format::Pypi => pypi::answer(shared, visit, intake).await,
            Format::Maven => maven::answer(shared, visit, intake).await,
            Format::Generic => generic::answer(shared, visit, intake).await,
            Format::Cargo => cargo::answer(shared, visit, intake).await,
            Format::Ruby => ruby::answer(shared, visit, intake).await,
            Format::Nuget => nuget::answer(shared, visit, intake).await,
            Format::Swift => swift::answer(shared, visit, intake).await,
        };
        (format!("{who} {what}"), outcome)
    }

    /// Asks what the token does not say itself.
    ///
    /// Errors in this order: a token that is not taken any more, requests that come too fast.
    async fn admit(&self, visit: &Visit, method: &Method, bearer: &Bearer) -> Result<(), Refusal> {
        let Bearer { claims, token } = bearer;
        let admitted = self.shared.standings.admit(&self.shared.parts.store, claims, token).await?;
        admitted.map_err(|refused| {
            let RepositoryKey { domain, name } = &visit.repository;
            authentication::not_taken(refused, &authentication::realm(&domain.name, name))
        })?;
        let rates = &visit.call.installation.rates;
        standing::at_its_rate(rates, Some((claims, token)), method, None, visit.call.now)
    }

    /// Finds out where a request goes and who asks; a refusal comes with what the log may say of it.
    fn receive(
        &self,
        parts: request::Parts,
        request_id: String,
    ) -> Result<(Format, Visit, Bearer), (String, Refusal)> {
        let shared = &self.shared.parts;
        let path = parts.uri.path();
        let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(hyper::http::uri::Authority::as_str));
        let host = host.unwrap_or("localhost");
        let Some(address) = Address::read(host, path) else {
            let sentence = "a package endpoint is /{format}/d/{domain}-{owner}/{repository}/";
            return Err((path.to_owned(), Refusal::not_found(sentence)));
        };
        let refused = |refusal: Refusal| {
            let described = format!(
                "{} domain={} repository={}",
                address.format.as_str(),
                address.domain,
                address.repository
            );
            (described, refusal)
        };
        let hops = parts.headers.get_all(VIA).iter().filter_map(|value| value.to_str().ok());
        let via = ViaChain::of(hops);
        if shared.identity.is_in(&via) {
            let sentence = "this request came from this server itself; an upstream leads back here";
            return Err(refused(Refusal::new(508, sentence)));
        }
        let now = shared.store.clock().now();
        let (claims, token) =
            authentication::claims(&parts.headers, &address, &shared.installation.token_key, now)
                .or_else(|refusal| {
                    let peer = parts.extensions.get::<SocketAddr>();
                    let rates = &shared.installation.rates;
                    standing::at_its_rate(rates, None, &parts.method, peer, now).and(Err(refusal))
                })
                .map_err(&refused)?;
        let bearer = Bearer { claims: claims.clone(), token };
        let (base_url, base) = self.urls(host, &address, &parts.headers);
        // `arn:{partition}:…`
        let partition = claims.principal.split(':').nth(1).unwrap_or("aws").to_owned();
        let call = Call {
            account: claims.account,
            region: claims.domain.region.clone(),
            partition,
            principal: claims.principal,
            request_id,
            base_url,
            now,
            // Conditions on the user agent are not for package clients.
            source: Source {
                address: parts.extensions.get::<SocketAddr>().map(SocketAddr::ip),
                user_agent: None,
            },
            installation: Arc::clone(&shared.installation),
        };
        let domain = DomainKey { account: address.owner, region: call.region.clone(), name: address.domain };
        let head = parts.method == Method::HEAD;
        let visit = Visit {
            repository: RepositoryKey { domain, name: address.repository },
            base,
            rest: address.rest,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            method: if head { Method::GET } else { parts.method },
            head,
            headers: parts.headers,
            via,
            call,
        };
        Ok((address.format, visit, bearer))
    }

    /// The URL that the client reached this server by, and that of the repository's endpoint in the same style.
    fn urls(&self, host: &str, address: &Address, headers: &HeaderMap) -> (String, String) {
        // The gateway leaves these only if a trusted proxy wrote them.
        let forwarded = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let reached = match &self.shared.parts.public_url {
            // A Host that names a domain is part of the repository's URL; the public URL then only says how to reach it.
            Some(url) if address.host_style => {
                let scheme = url.split("://").next().unwrap_or("http");
                format!("{scheme}://{host}")
            }
            Some(url) => url.clone(),
            None => {
                let scheme = forwarded("x-forwarded-proto").unwrap_or("http");
                format!("{scheme}://{host}{}", forwarded("x-forwarded-prefix").unwrap_or_default())
            }
        };
        let base = format!("{reached}{}", address.base_path);
        (reached, base)
    }
}

/// Words a refusal the way that the format's clients show it to people.
fn worded(format: Option<Format>, refusal: &Refusal) -> Response<Body> {
    let (status, sentence) = (refusal.status, &refusal.sentence);
    let mut response = match format {
        Some(Format::Cargo) => answer::json(status, &json!({"errors": [{"detail": sentence}]})),
        Some(Format::Generic) => answer::json(status, &json!({"message": sentence})),
        Some(Format::Swift) => swift::worded(refusal),
        Some(Format::Pypi | Format::Maven | Format::Ruby) => answer::text(status, sentence),
        _ => answer::json(status, &json!({"error": sentence})),
    };
    response.headers_mut().extend(refusal.headers.clone());
    response
}

/// Takes the body off the answer to a HEAD request; its length stays announced.
fn without_body(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let length = hyper::body::Body::size_hint(&body).exact();
    if let Some(length) = length.filter(|length| *length > 0) {
        parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    Response::from_parts(parts, answer::full(Bytes::new()))
}
