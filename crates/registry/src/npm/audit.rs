//! `npm audit`: forwarded to the registries behind the connections, without the names that are ours.
//!
//! Whatever is not known is said: an answer without advisories comes only when every package that may be told was
//! asked for, and somebody answered. Otherwise clients would show it as an all-clear.

use std::collections::BTreeSet;
use std::sync::Arc;

use codeartifact::name::PackageFormat;
use codeartifact::repository::Repository;
use codeartifact::resolution;
use formats::npm::audit::{Audit, AuditError, Audited, Shape, Told, merged};
use formats::npm::name::PackageName;
use hyper::{Response, StatusCode};
use tokio::sync::Semaphore;

use super::coordinates;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::{AUDIT_ANSWER_BYTES_MAX, AUDIT_BODY_BYTES_MAX, AUDIT_BODY_DURATION_MAX, AUDITS_MAX};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::FetchError;

/// Places for audits.
pub(super) struct Places(Semaphore);

impl Default for Places {
    fn default() -> Self {
        Self(Semaphore::new(AUDITS_MAX))
    }
}

/// What may be told to one connection.
type Telling = (String, Audited);

/// How many packages are looked up in one transaction.
const LOOKUPS: usize = 100;

/// Answers an audit.
///
/// Errors in this order: domain not found, access denied, repository not found, no connection to ask, a body that asks
/// for no audit, a registry that did not answer, none that answers audits.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    shape: Shape,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    if !is_connected(shared, &asked).await? {
        return Err(nobody());
    }
    let _place = shared.npm.auditing.0.acquire().await.expect("the semaphore is never closed");
    let body = tokio::time::timeout(AUDIT_BODY_DURATION_MAX, intake.unpacked(AUDIT_BODY_BYTES_MAX)).await;
    let body = body.map_err(|_| Refusal::new(408, "the request body did not arrive in time"))??;
    let reading = tokio::task::spawn_blocking(move || Audit::read(shape, &body));
    let audit = reading.await.map_err(|error| store::Error::Broken(error.to_string()))?.map_err(bad)?;
    let mut unanswered: BTreeSet<PackageName> = BTreeSet::new();
    let mut answers = Vec::new();
    let tellings = tellings(shared, &asked, audit.packages()).await?;
    unanswered.extend(tellings.iter().flat_map(|(_, told)| told.keys().cloned()));
    for (connection, packages) in &tellings {
        let Some(told) = audit.told(packages) else { continue };
        if let Some(answer) = ask(shared, visit, shape, connection, &told).await? {
            unanswered.retain(|name| !packages.contains_key(name));
            answers.push(answer);
        }
    }
    if !unanswered.is_empty() {
        return Err(nobody());
    }
    let answer = merged(shape, answers).unwrap_or_else(|| audit.nothing_known());
    Ok(answer::json(StatusCode::OK, &answer))
}

/// Whether there is anybody to ask.
async fn is_connected(shared: &Shared, asked: &Repository) -> Result<bool, Refusal> {
    let asked = asked.clone();
    let list = shared.parts.store.read(move |tx| resolution::search_list(tx, &asked)).await?;
    let mut connections = list.iter().filter_map(|repository| repository.connection.as_ref());
    Ok(connections.any(|connection| connection.format == PackageFormat::Npm))
}

/// Finds out what may be told to which connection, the nearest first.
async fn tellings(shared: &Shared, asked: &Repository, audited: &Audited) -> Result<Vec<Telling>, Refusal> {
    let mut tellings: Vec<Telling> = Vec::new();
    let packages: Vec<_> = audited.iter().collect();
    for some in packages.chunks(LOOKUPS) {
        let (asked, names) =
            (asked.clone(), some.iter().map(|(name, _)| coordinates(name)).collect::<Vec<_>>());
        let look = move |tx: &mut store::Tx| {
            names.iter().map(|name| resolution::outward(tx, &asked, name)).collect::<Result<Vec<_>, _>>()
        };
        for ((name, versions), outward) in some.iter().zip(shared.parts.store.read(look).await?) {
            let public: BTreeSet<String> = versions.difference(&outward.internal).cloned().collect();
            if public.is_empty() {
                continue;
            }
            for connection in outward.connections {
                let known = tellings.iter().position(|(known, _)| *known == connection.name);
                let place = known.unwrap_or_else(|| {
                    tellings.push((connection.name.clone(), Audited::new()));
                    tellings.len() - 1
                });
                tellings[place].1.insert((*name).clone(), public.clone());
            }
        }
    }
    Ok(tellings)
}

/// Asks the registry behind a connection; `None` when it answers no audits.
async fn ask(
    shared: &Shared,
    visit: &Visit,
    shape: Shape,
    connection: &str,
    told: &Told,
) -> Result<Option<serde_json::Value>, Refusal> {
    let upstream = shared.parts.resolver.resolve(connection)?;
    let path = match shape {
        Shape::Bulk => "./-/npm/v1/security/advisories/bulk",
        Shape::Tree if visit.rest.trim_end_matches('/').ends_with("/quick") => {
            "./-/npm/v1/security/audits/quick"
        }
        Shape::Tree => "./-/npm/v1/security/audits",
    };
    let url = upstream.url.join(path).map_err(|error| FetchError::BadUrl(error.to_string()))?;
    let fetcher = &shared.parts.upstreams.fetcher;
    let body = fetcher.question(&upstream, &url, &told.body, AUDIT_ANSWER_BYTES_MAX, &visit.via).await?;
    let Some(body) = body else { return Ok(None) };
    let answer = told.answered(&body);
    answer.map(Some).ok_or_else(|| FetchError::Broken("its audit has no advisories".to_owned()).into())
}

/// Nobody can say anything about the packages. An empty answer would be a false all-clear.
fn nobody() -> Refusal {
    Refusal::not_found("no registry behind this repository answers audits, so nothing can be audited")
}

fn bad(error: AuditError) -> Refusal {
    let status = if error == AuditError::TooMany { 413 } else { 400 };
    Refusal::new(status, error.to_string())
}
