//! Sending text compressed to clients that unpack it.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// Whether a client takes gzip.
pub(crate) fn is_taken(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|parameter| {
            let weight = parameter.strip_prefix("q=").unwrap_or("1");
            weight.bytes().all(|byte| byte == b'0' || byte == b'.')
        });
        gzip && !refused
    })
}

/// Compresses chunks of text, quickly rather than well.
pub(crate) fn pack<T: AsRef<[u8]>>(chunks: impl IntoIterator<Item = T>) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for chunk in chunks {
        encoder.write_all(chunk.as_ref()).expect("memory takes every byte");
    }
    encoder.finish().expect("memory takes every byte").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
            is_taken(&headers)
        };
        for value in ["gzip", "deflate, GZIP", "br, gzip;q=0.5", "gzip; q=1.0"] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "identity", "gzip;q=0", "br, gzip; q=0.000", "deflate"] {
            assert!(!takes(value), "{value}");
        }
        assert!(!is_taken(&HeaderMap::new()));
    }
}
