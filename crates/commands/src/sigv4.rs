//! Signs requests to AWS APIs with Signature Version 4.
//!
//! Only what AWS's JSON protocols need: no chunked bodies. Checking signatures is the gateway's.

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::Timestamp;
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Keys, and the region and service that a signature is good for.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// Names the keys.
    pub access_key_id: &'a str,
    /// Never leaves this machine.
    pub secret_access_key: &'a str,
    /// The region that is called.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
}

/// What is signed of a request.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Path as it is sent, percent-encoded.
    pub path: &'a str,
    /// Parameters as they are sent, percent-encoded and ascending; empty without any.
    pub query: &'a str,
    /// Names in lower case, ascending, `host` and `x-amz-date` among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// All of it.
    pub body: &'a [u8],
}

/// Prints a moment as the header `x-amz-date` has it, `20260102T030405Z`.
pub fn amz_date(at: Timestamp) -> String {
    let seconds = Timestamp::from_millis(at.millis().div_euclid(1000) * 1000);
    seconds.to_rfc3339().replace(['-', ':'], "")
}

impl Signer<'_> {
    /// Answers the `Authorization` header of a request that is sent at `amz_date`.
    pub fn authorization(&self, request: &Request<'_>, amz_date: &str) -> String {
        debug_assert!(request.headers.is_sorted(), "header names ascend");
        let signed: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
        let signed = signed.join(";");
        let day = amz_date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let hashed = hex(&Sha256::digest(canonical(request, &signed)));
        let text = format!("{ALGORITHM}\n{amz_date}\n{scope}\n{hashed}");
        let signature = hex(&mac(&self.key(day), &text));
        format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
            self.access_key_id
        )
    }

    /// The key of one day, region and service.
    fn key(&self, day: &str) -> [u8; 32] {
        let secret = format!("AWS4{}", self.secret_access_key);
        let of_day = mac(secret.as_bytes(), day);
        let of_region = mac(&of_day, self.region);
        mac(&mac(&of_region, self.service), "aws4_request")
    }
}

fn canonical(request: &Request<'_>, signed: &str) -> String {
    let headers: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let value: Vec<&str> = value.split_ascii_whitespace().collect();
            format!("{name}:{}\n", value.join(" "))
        })
        .collect();
    let headers = headers.concat();
    let body = hex(&Sha256::digest(request.body));
    let (path, query) = (encoded_again(request.path), request.query);
    format!("{}\n{path}\n{query}\n{headers}\n{signed}\n{body}", request.method)
}

/// Encodes a path that is encoded already once more, as every service but S3 signs it.
fn encoded_again(path: &str) -> String {
    path.split('/').map(percent_encoded).collect::<Vec<_>>().join("/")
}

/// Encodes everything but letters, digits, `-`, `.`, `_` and `~`.
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("a String takes every write"),
        }
        encoded
    })
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of AWS's signature test suite.
    const SUITE: Signer<'_> = Signer {
        access_key_id: "AKIDEXAMPLE",
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
    };
    const SUITE_DATE: &str = "20150830T123600Z";

    fn signature(signer: Signer<'_>, request: &Request<'_>, date: &str) -> String {
        let header = signer.authorization(request, date);
        header.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn requests_of_the_published_suite_get_their_signatures() {
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", SUITE_DATE)];
        let form = [("content-type", "application/x-www-form-urlencoded"), headers[0], headers[1]];
        let cases = [
            // get-vanilla
            (
                "GET",
                &headers[..],
                &b""[..],
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            // post-vanilla
            ("POST", &headers[..], b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            // post-x-www-form-urlencoded, its content length unsigned
            (
                "POST",
                &form[..],
                b"Param1=value1",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ];
        for (method, headers, body, expected) in cases {
            let request = Request { method, path: "/", query: "", headers, body };
            assert_eq!(signature(SUITE, &request, SUITE_DATE), expected, "{method} {body:?}");
        }
    }

    #[test]
    fn the_query_of_the_published_suite_is_signed() {
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", SUITE_DATE)];
        // get-vanilla-query-order-key-case
        let query = "Param1=value1&Param2=value2";
        let request = Request { method: "GET", path: "/", query, headers: &headers, body: b"" };
        assert_eq!(
            signature(SUITE, &request, SUITE_DATE),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        );
    }

    #[test]
    fn paths_are_encoded_twice_to_be_signed() {
        assert_eq!(encoded_again("/assets/externalId%3Aa/x"), "/assets/externalId%253Aa/x");
        assert_eq!(percent_encoded("a b/\u{e9}~"), "a%20b%2F%C3%A9~");
    }

    #[test]
    fn the_key_of_a_day_is_the_documented_one() {
        let key = Signer { service: "iam", ..SUITE }.key("20150830");
        assert_eq!(hex(&key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    #[test]
    fn a_call_of_migration_hub_is_signed_as_botocore_signs_it() {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("host", "mgh.us-west-2.amazonaws.com"),
            ("x-amz-date", "20260102T030405Z"),
            ("x-amz-target", "AWSMigrationHub.ListMigrationTasks"),
        ];
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: br#"{"MaxResults":100}"#,
        };
        let signer = Signer { region: "us-west-2", service: "mgh", ..SUITE };
        assert_eq!(
            signer.authorization(&request, "20260102T030405Z"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-west-2/mgh/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
             Signature=13eadf298863090daf5319c57377550e6787ce638c21789e602d330b27d0d115"
        );
    }

    #[test]
    fn a_session_token_and_a_port_are_signed_with_the_rest() {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("host", "127.0.0.1:4566"),
            ("x-amz-date", "20260102T030405Z"),
            ("x-amz-security-token", "session/token+=="),
            ("x-amz-target", "AWSMigrationHub.ListMigrationTasks"),
        ];
        let body = r#"{"ResourceName":"größe"}"#.as_bytes();
        let request = Request { method: "POST", path: "/", query: "", headers: &headers, body };
        let signer = Signer { region: "us-west-2", service: "mgh", ..SUITE };
        assert_eq!(
            signature(signer, &request, "20260102T030405Z"),
            "ec0e321563f253e61c55edfd05e8f04e606b1057df7094842e9102ec11154cb7"
        );
    }

    #[test]
    fn dates_have_whole_seconds() {
        assert_eq!(amz_date(Timestamp::from_millis(1_767_323_045_678)), "20260102T030405Z");
        assert_eq!(amz_date(Timestamp::from_millis(-1)), "19691231T235959Z");
    }
}
