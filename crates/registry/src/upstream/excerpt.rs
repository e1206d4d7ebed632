//! Reads small files and parts of large ones into memory, within a bound.

use super::download::whole;
use super::error::FetchError;
use super::fetcher::Fetcher;
use super::resolver::Upstream;
use super::via::ViaChain;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, RANGE};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use std::ops::Range;

/// A small file, or a part of a large one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// The length of the whole file, if the upstream says it.
    pub(super) total: u64,
}

impl Fetcher {
    /// Reads a small file into memory, or the part of a large one. `None` when there is none, or its host gives no parts.
    pub(super) async fn excerpt(
        &self,
        upstream: &Upstream,
        url: &Url,
        part: Option<Range<u64>>,
        bytes_max: usize,
        via: &ViaChain,
    ) -> Result<Option<Excerpt>, FetchError> {
        let _turn = self.turn(url).await?;
        let timeout = self.options.document_timeout;
        let wanted = part.as_ref().map(|part| format!("bytes={}-{}", part.start, part.end.saturating_sub(1)));
        let asking = |request: RequestBuilder| {
            let request = request.header(ACCEPT_ENCODING, "identity").timeout(timeout);
            match &wanted {
                Some(wanted) => request.header(RANGE, wanted),
                None => request,
            }
        };
        let response = self.ask(upstream, Method::GET, url, via, asking).await?;
        let given = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let total = match (&part, response.status()) {
            (None, StatusCode::OK) => response.content_length().unwrap_or_default(),
            (Some(part), StatusCode::PARTIAL_CONTENT) => {
                let given = given.and_then(|given| given.strip_prefix("bytes ")?.split_once('/'));
                let is_part = |span: &str| span == format!("{}-{}", part.start, part.end.saturating_sub(1));
                match given.filter(|(span, _)| is_part(span)).and_then(|(_, total)| total.parse().ok()) {
                    Some(total) => total,
                    None => return Ok(None),
                }
            }
            // There is nothing, the whole file would come, or the part lies beyond its end.
            (_, StatusCode::NOT_FOUND | StatusCode::GONE)
            | (Some(_), StatusCode::OK | StatusCode::RANGE_NOT_SATISFIABLE) => return Ok(None),
            (_, status) => return Err(FetchError::Status(status.as_u16())),
        };
        let bytes = whole(response, bytes_max).await?;
        Ok(Some(Excerpt { bytes, total }))
    }
}
