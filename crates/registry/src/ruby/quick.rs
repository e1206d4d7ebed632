//! `quick/Marshal.4.8/{full name}.gemspec.rz`: the specification of one gem, packed.

use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use formats::ruby::marshal;
use formats::ruby::name::GemFile;
use hyper::{Response, StatusCode};

use super::gem::no_file;
use super::listing;
use super::text::Text;
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a specification: of a gem that is held what it says of itself, else what the index of its host says of it.
///
/// Errors as [`listing::shown`].
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    readings: &[GemFile],
) -> Result<Response<Body>, Refusal> {
    let mut failure = None;
    for gem in readings {
        let shown = match listing::shown(shared, visit, &gem.name).await {
            Ok(shown) => shown,
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => continue,
            Err(refusal) => {
                failure = failure.or(Some(refusal));
                continue;
            }
        };
        if let Some(row) = shown.row(&gem.version, &gem.platform) {
            let quick = marshal::quick(&row.spec(&gem.name));
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&quick).expect("memory takes every byte");
            let packed = encoder.finish().expect("memory takes every byte");
            return Text::new(packed, "application/octet-stream").respond(visit);
        }
    }
    let absent = || readings.first().map_or_else(|| Refusal::not_found("no gem"), |gem| no_file(visit, gem));
    Err(failure.unwrap_or_else(absent))
}
