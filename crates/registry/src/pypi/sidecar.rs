//! `{file}.metadata`: the metadata in a wheel without the wheel (PEP 658), of files that are kept and of those that only an
//! index has.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{File, Sidecar, hexadecimal};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use sha2::{Digest as _, Sha256};

use super::file::{self, Wanted};
use super::{archive, bring, source};
use crate::answer::{self, Body, header};
use crate::asset::Place;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// Memory for metadata: some thousand of it.
const BYTES_MAX: usize = 32 << 20;

/// Metadata by the SHA-256 of its wheel; what an index says of a wheel that nobody has proven is kept apart ([`said_by`]).
pub(super) struct Cache(Mutex<ByteCache<String, Bytes>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(BYTES_MAX)))
    }
}

impl Cache {
    fn get(&self, sha256: &str) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&sha256.to_owned()).cloned()
    }

    fn put(&self, sha256: &str, text: &Bytes) {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.put(sha256.to_owned(), text.clone(), text.len() + 200);
    }
}

/// Answers the metadata of a wheel; asking keeps nothing, unless only the whole wheel gives it.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, an index did not answer, file
/// not found or not handed out, no metadata in it.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    project: &ProjectName,
    version: &str,
    file: &str,
) -> Result<Response<Body>, Refusal> {
    let wanted = Wanted::of(visit, project, version, file)?;
    if file.strip_suffix(".whl").is_none() {
        return Err(Refusal::not_found(format!(
            "Not found: {file} is no wheel, so that it has no metadata beside it"
        )));
    }
    let text = match file::find(shared, visit, &wanted).await? {
        Place::Here(asset) => of_asset(shared, &wanted, &asset).await?,
        Place::Upstream(asset, nearer) if nearer.is_empty() => of_asset(shared, &wanted, &asset).await?,
        place => {
            let held = match &place {
                Place::Upstream(asset, _) => Some(asset.clone()),
                _ => None,
            };
            let connections = bring::connections(shared, visit, &wanted, place).await?;
            match (outside(shared, visit, &wanted, &connections).await?, held) {
                (Outside::Text(text), _) => Some(text),
                (Outside::Whole, _) => {
                    of_asset(shared, &wanted, &bring::bring(shared, visit, &wanted).await?).await?
                }
                (Outside::Absent, Some(asset)) => of_asset(shared, &wanted, &asset).await?,
                (Outside::Absent, None) => return Err(wanted.refusal(visit)),
            }
        }
    };
    let text =
        text.ok_or_else(|| Refusal::not_found(format!("Not found: {file} has no metadata to be read")))?;
    Ok(respond(text, visit))
}

/// What the indexes give of a wheel's metadata.
enum Outside {
    Text(Bytes),
    /// Only the wheel itself can be had.
    Whole,
    Absent,
}

async fn outside(
    shared: &Shared,
    visit: &Visit,
    wanted: &Wanted,
    connections: &[Repository],
) -> Result<Outside, Refusal> {
    let mut failure = None;
    for repository in connections {
        let Some(connection) = &repository.connection else { continue };
        let page = match source::ask(shared, visit, connection, &wanted.project).await {
            Ok(page) => page,
            Err(refusal) => {
                failure = failure.or(Some(refusal));
                continue;
            }
        };
        let Some(listed) = page.as_ref().and_then(|page| wanted.on(page)) else { continue };
        bring::refuse_young(shared, visit, listed, &wanted.project).await?;
        let said = said_by(&connection.name, listed);
        if let Some(text) = said.as_deref().and_then(|said| shared.pypi.sidecars.get(said)) {
            return Ok(Outside::Text(text));
        }
        let upstream = shared.parts.resolver.resolve(&connection.name)?;
        let upstreams = &shared.parts.upstreams.pypi;
        let text = upstreams.metadata(&upstream, &wanted.project, listed, &visit.via).await?;
        return Ok(match text {
            Some(text) => {
                if let Some(said) = said {
                    shared.pypi.sidecars.put(&said, &text);
                }
                Outside::Text(text)
            }
            None => Outside::Whole,
        });
    }
    failure.map_or(Ok(Outside::Absent), Err)
}

/// The key of what an index says of a wheel: it counts for that index and that promise only, since nobody compared it
/// with the wheel of this digest, which other indexes and repositories may have.
fn said_by(connection: &str, listed: &File) -> Option<String> {
    let promised = match &listed.sidecar {
        Sidecar::Sha256(promised) => promised.as_str(),
        _ => "",
    };
    listed.digests.sha256.as_deref().map(|sha256| format!("{connection} {sha256} {promised}"))
}

async fn of_asset(shared: &Shared, wanted: &Wanted, asset: &Asset) -> Result<Option<Bytes>, Refusal> {
    if let Some(text) = shared.pypi.sidecars.get(&asset.sha256) {
        return Ok(Some(text));
    }
    let size = u64::try_from(asset.size).unwrap_or_default();
    let blob = (asset.sha256.as_str(), size);
    let text = archive::metadata(&shared.parts.blobs, blob, &wanted.project, &wanted.file).await?;
    let text = text.map(Bytes::from);
    if let Some(text) = &text {
        shared.pypi.sidecars.put(&asset.sha256, text);
    }
    Ok(text)
}

fn respond(text: Bytes, visit: &Visit) -> Response<Body> {
    let etag = format!("\"{}\"", hexadecimal(&Sha256::digest(&text)));
    let mut response = if answer::has_already(&visit.headers, &etag) {
        answer::not_modified(header(&etag))
    } else {
        let length = text.len();
        let mut response = Response::new(answer::full(text));
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        response
    };
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, immutable, max-age=31536000"));
    fields.insert(ETAG, header(&etag));
    response
}
