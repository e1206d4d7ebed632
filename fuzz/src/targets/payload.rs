//! Payloads in the encoding `aws-chunked`.

use gateway::Chunked;

pub(super) const WORDS: &[&str] =
    &["0\r\n\r\n", "\r\n", ";chunk-signature=", "x-amz-checksum-crc32:", "ffffffffffffffff"];

/// How a body comes apart does not depend on the pieces in which it comes, and what was put together comes apart.
pub(super) fn chunked(input: &[u8]) {
    let whole = decode(input, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(decode(input, step), whole, "in steps of {step}");
    }
    if let Some((payload, _)) = whole {
        assert!(payload.len() <= input.len());
    }
    let mut encoded = Vec::new();
    for piece in input.chunks(100) {
        encoded.extend_from_slice(format!("{:x};chunk-signature=0\r\n", piece.len()).as_bytes());
        encoded.extend_from_slice(piece);
        encoded.extend_from_slice(b"\r\n");
    }
    encoded.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(decode(&encoded, 64), Some((input.to_vec(), true)));
}

fn decode(body: &[u8], step: usize) -> Option<(Vec<u8>, bool)> {
    let mut chunked = Chunked::default();
    let mut payload = Vec::new();
    for mut bytes in body.chunks(step) {
        while let Some(piece) = chunked.next(&mut bytes).ok()? {
            payload.extend_from_slice(piece);
        }
    }
    Some((payload, chunked.is_complete()))
}
