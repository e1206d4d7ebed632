//! The bodies of BatchPutAssetPropertyValue, read by the fast way and by the common one.

use model::{Decode as _, Members, Operation as _};
use model_sitewise::operations::BatchPutAssetPropertyValue;
use model_sitewise::types::BatchPutAssetPropertyValueRequest;
use sitewise::ingest::request::Request;
use sitewise::ingest::{number, scan};

pub(super) const WORDS: &[&str] = &[
    "\"entries\":[",
    "\"entryId\":\"e\"",
    "\"propertyAlias\":\"/a\"",
    "\"propertyValues\":[",
    "\"value\":{",
    "\"doubleValue\":",
    "\"integerValue\":",
    "\"stringValue\":\"",
    "\"booleanValue\":true",
    "\"nullValue\":{\"valueType\":\"D\"}",
    "\"timestamp\":{\"timeInSeconds\":1}",
    "\"offsetInNanos\":",
    "\"quality\":\"BAD\"",
    "\"enablePartialEntryProcessing\":true",
    "\"NaN\"",
    "\\u00fc",
    "\\ud83d\\ude00",
    "\\u0000",
    "1e308",
    "-0",
    "0.1",
    "9007199254740993",
    ",",
    "}",
    "]",
    "null",
];

/// What the fast way reads, the common way reads the same; what it declines may be anything.
pub(super) fn body(data: &[u8]) {
    let scanned = scan::request(data);
    crate::note(scanned.as_ref().map(|request| (request.partial, request.entries.len())));
    let Some(scanned) = scanned else { return };
    let members: Members = serde_json::from_slice(data).expect("what is read is JSON");
    let verdict = model::validate(BatchPutAssetPropertyValue::SPEC.input, &members);
    assert!(verdict.is_ok(), "{verdict:?} was read");
    let common = Request::from(BatchPutAssetPropertyValueRequest::decode(members));
    assert_eq!(scanned, common);
}

/// Numbers are those of the standard parser, and as long as JSON's.
pub(super) fn numbers(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some((number, length)) = number::double(text) {
        crate::note(("double", length));
        let standard: f64 = text[..length].parse().expect("what is read is a number");
        assert_eq!(number.to_bits(), standard.to_bits());
        let json: f64 = serde_json::from_str(&text[..length]).expect("what is read is JSON");
        assert_eq!(number.to_bits(), json.to_bits());
    }
    if let Some((number, length)) = number::whole(data) {
        crate::note(("whole", length));
        assert_eq!(serde_json::from_str::<i64>(&text[..length]).ok(), Some(number));
    }
}
