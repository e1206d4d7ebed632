//! What a client with a token sends to a repository of Python packages.

use serde_json::Value;

use super::endpoint::furnish;
use crate::choices::Choices;
use crate::region::{Region, assert_well, with_account};

pub(super) const WORDS: &[&str] = &[
    "simple/",
    "simple/demo/",
    "simple/demo/1.0/demo-1.0.tar.gz",
    ".metadata",
    "/yanked",
    "\r\n--X\r\n",
    "--X--",
    "Content-Disposition: form-data; name=\"version\"\r\n\r\n1.0",
    "Content-Disposition: form-data; name=\"content\"; filename=\"demo-1.0.tar.gz\"\r\n\r\n",
    "%2e%2e",
    "\n",
];

/// Series of requests: a line break ends a path, U+0001 a request.
pub(super) fn requests(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        for one in data.split(|byte| *byte == 1).take(8) {
            let mut choices = Choices::new(one);
            let methods = ["POST", "GET", "PUT", "DELETE", "HEAD"];
            let method = *choices.of(&methods).unwrap_or(&"POST");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            send(region, account, &token, method, path, body.get(1..).unwrap_or_default());
        }
        let (status, body) = send(region, account, &token, "GET", b"simple/demo/", b"");
        if status == Some(200) {
            drop(serde_json::from_slice::<Value>(&body).expect("a page is JSON"));
        }
    });
}

fn send(
    region: &Region,
    account: &str,
    token: &str,
    method: &str,
    path: &[u8],
    body: &[u8],
) -> (Option<u16>, Vec<u8>) {
    // What cannot stand in a request line is the business of the raw bytes.
    let path = String::from_utf8_lossy(path).replace([' ', '\r', '\n'], "");
    let mut request = format!(
        "{method} /pypi/d/shop-{account}/app/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Accept: application/vnd.pypi.simple.v1+json\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    let answer = region.send(&request);
    let statuses = assert_well(&answer);
    crate::note((method, &statuses, path.matches('/').count().min(6)));
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    (statuses.first().copied(), answer[at..].to_vec())
}
