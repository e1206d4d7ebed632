//! The `Authorization` header, as it comes through the gateway.

use crate::region::{assert_well, with_account};

pub(super) const WORDS: &[&str] = &[
    "AWS4-HMAC-SHA256",
    "Credential=",
    "SignedHeaders=host",
    "Signature=0",
    "/aws4_request",
    "us-east-1",
    "cn-north-1",
    "mgh",
    ", ",
    ",",
    "/",
    "=",
    "Bearer ",
];

/// Any header value: whatever it says, the caller is known or refused.
pub(super) fn header(data: &[u8]) {
    // A line break would end the header; that is the business of the raw bytes.
    let value: Vec<u8> = data.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    with_account(|region, _| {
        for line in ["GET /v1/domain?domain=shop", "POST /assets/a/associate", "POST /"] {
            let target =
                if line == "POST /" { "X-Amz-Target: AWSMigrationHub.ListMigrationTasks\r\n" } else { "" };
            let mut request = format!("{line} HTTP/1.1\r\nHost: a\r\n{target}Authorization: ").into_bytes();
            request.extend_from_slice(&value);
            request.extend_from_slice(b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            crate::note((line, assert_well(&region.send(&request))));
        }
    });
}
