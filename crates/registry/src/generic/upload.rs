//! Publishing an asset with PUT: asked about before a byte is read, streamed into a blob, compared with the hashes that
//! the client gives, then published as `PublishPackageVersion` does.

use std::sync::Arc;

use codeartifact::name::Coordinates;
use codeartifact::package_version::{self, Asset};
use hyper::{HeaderMap, Response, StatusCode};
use model::Content;
use serde_json::json;
use service::UNKNOWN_SHA256;
use store::Staged;

use super::download::hashes;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::PUBLISHES_MAX;
use crate::places;
use crate::refusal::Refusal;

/// The header in which AWS's clients give the hash of what they send.
const PAYLOAD_HASH: &str = "x-amz-content-sha256";

/// Places for uploads that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUBLISHES_MAX))
    }
}

/// Answers `PUT {namespace}/{package}/{version}/{asset}`; with `?unfinished=true` the version takes more assets.
///
/// 201 if anything changed, 200 if the asset was there. Errors in this order: names that the API does not allow, those
/// of `PublishPackageVersion` that need no bytes, a body that is too large or breaks off, bytes of another hash than
/// the client gives, then those of `PublishPackageVersion`.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    named: (&Coordinates, &str, &str),
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, named, &mut intake).await;
    if outcome.is_err() {
        intake.drain().await;
    }
    outcome
}

async fn put(
    shared: &Arc<Shared>,
    visit: &Visit,
    (package, version, name): (&Coordinates, &str, &str),
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let expected = expected(&visit.headers);
    let sha256 = expected.iter().find(|(header, _)| *header == "x-checksum-sha256");
    let sha256 = sha256.map_or(UNKNOWN_SHA256, |(_, hash)| hash);
    let domain = &visit.repository.domain;
    let members = json!({
        "domain": domain.name, "domainOwner": domain.account, "repository": visit.repository.name,
        "format": "generic", "namespace": package.namespace, "package": package.name, "packageVersion": version,
        "assetName": name, "assetSHA256": sha256, "assetContent": Content::default().to_value(),
        "unfinished": is_unfinished(&visit.query)?,
    });
    let members = members.as_object().cloned().unwrap_or_default();
    let input = package_version::read_publish(members)?;
    let (call, asked) = (visit.call.clone(), input.clone());
    let admit = move |tx: &mut store::Tx| package_version::admit_publish(tx, &call, &asked);
    let bytes_max = shared.parts.store.read(admit).await?;
    intake.check(bytes_max)?;
    let _place = shared.generic.uploading.0.take(visit).await;
    let mut stage = shared.parts.blobs.stage();
    let mut length = 0;
    while let Some(bytes) = intake.next().await? {
        length += bytes.len() as u64;
        if length > bytes_max {
            return Err(Refusal::new(413, format!("the asset is larger than {bytes_max} bytes")));
        }
        stage.write(&bytes).await?;
    }
    let staged = stage.finish_if(move |staged| prove(staged, &expected)).await??.0;
    let Staged { sha256, sha1, sha512, md5, size } = staged;
    let mut input = input;
    input.asset_sha256.clone_from(&sha256);
    input.asset_content = Content { sha256, size, sha1, sha512, md5 };
    let call = visit.call.clone();
    let publish = move |tx: &mut store::Tx| package_version::publish_asset(tx, &call, &input);
    let (published, asset) = shared.parts.store.write(publish).await?;
    let status = if published.changed { StatusCode::CREATED } else { StatusCode::OK };
    let answer = json!({
        "namespace": package.namespace, "package": package.name, "version": version,
        "versionRevision": published.revision, "status": published.status.as_str(),
        "asset": {"name": asset.name, "size": asset.size, "hashes": {
            "MD5": asset.md5, "SHA-1": asset.sha1, "SHA-256": asset.sha256, "SHA-512": asset.sha512}},
    });
    Ok(answer::json(status, &answer))
}

/// The hashes that a client says its bytes have, by the header that an answer carries them in.
fn expected(headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let given = |name: &str| {
        let text = headers.get(name).and_then(|value| value.to_str().ok());
        text.map(|text| text.trim().to_ascii_lowercase())
    };
    let mut expected: Vec<(&'static str, String)> = hashes(&Asset::default())
        .into_iter()
        .filter_map(|(header, _)| given(header).map(|hash| (header, hash)))
        .collect();
    let signed = given(PAYLOAD_HASH).filter(|hash| hash.len() == 64);
    if let Some(hash) = signed.filter(|_| !headers.contains_key("x-checksum-sha256")) {
        expected.push(("x-checksum-sha256", hash));
    }
    expected
}

/// Compares what came with what the client says.
fn prove(staged: &Staged, expected: &[(&'static str, String)]) -> Result<(), Refusal> {
    let asset = Asset::of_blob("", staged);
    for (header, hash) in hashes(&asset) {
        if let Some((_, claimed)) = expected.iter().find(|(claimed, _)| *claimed == header)
            && claimed != hash
        {
            let sentence = format!("the bytes have the hash {hash}, but {header} says {claimed}");
            return Err(Refusal::new(400, sentence));
        }
    }
    Ok(())
}

/// Reads the query: whether the version takes more assets.
fn is_unfinished(query: &str) -> Result<bool, Refusal> {
    match query.split('&').find_map(|pair| pair.strip_prefix("unfinished=")) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Refusal::new(400, format!("unfinished is true or false, not {other}"))),
    }
}
