//! What a client with a token sends to a repository of npm packages.

use serde_json::{Value, json};

use super::http::{request, spec};
use crate::choices::Choices;
use crate::region::{Region, assert_well, with_account};
use crate::request::Told;

pub(super) const WORDS: &[&str] = &[
    "\"_attachments\":{",
    "\"versions\":{\"1.0.0\":{",
    "\"deprecated\":\"\\u0000\"",
    "\"dist-tags\":{\"latest\":\"1.0.0\"}",
    "\"1.0.0\"",
    "\"1.0.0\\u0000\"",
    "-/package/a/dist-tags/beta",
    "a/-/a-1.0.0.tgz",
    "-/v1/search?text=a&size=1",
    "-rev/1",
    "@s%2fa",
    "%00",
    "\n",
];

/// Series of requests: a line break ends a path, U+0001 a request.
pub(super) fn requests(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        for one in data.split(|byte| *byte == 1).take(8) {
            let mut choices = Choices::new(one);
            let methods = ["GET", "PUT", "DELETE", "POST", "HEAD"];
            let method = *choices.of(&methods).unwrap_or(&"GET");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            send(region, account, &token, ("npm", method), path, body.get(1..).unwrap_or_default());
        }
        let (status, body) = send(region, account, &token, ("npm", "GET"), b"a", b"");
        if status == Some(200) {
            drop(serde_json::from_slice::<Value>(&body).expect("a listing is JSON"));
        }
    });
}

/// Makes a domain with a repository; answers a token for it.
pub(super) fn furnish(region: &Region, account: &str) -> String {
    let mut told = Told::new();
    let of_domain = json!({"domain": "shop"});
    let of_repository = json!({"domain": "shop", "repository": "app"});
    for (name, members) in [
        ("CreateDomain", &of_domain),
        ("CreateRepository", &of_repository),
        ("GetAuthorizationToken", &of_domain),
    ] {
        request(region, account, spec(name), members.as_object().expect("it is one"), &mut told);
    }
    let token = told.iter().find(|(name, _)| name == "authorizationToken");
    token.map(|(_, token)| token.clone()).expect("a token is given out")
}

/// Sends a request to the repository's endpoint of a format; answers status and body.
pub(super) fn send(
    region: &Region,
    account: &str,
    token: &str,
    asked: (&str, &str),
    path: &[u8],
    body: &[u8],
) -> (Option<u16>, Vec<u8>) {
    send_as(region, account, token, asked, path, ("application/json", body))
}

/// The same with a body of another type.
pub(super) fn send_as(
    region: &Region,
    account: &str,
    token: &str,
    (format, method): (&str, &str),
    path: &[u8],
    (content_type, body): (&str, &[u8]),
) -> (Option<u16>, Vec<u8>) {
    // What cannot stand in a request line is the business of the raw bytes.
    let path = String::from_utf8_lossy(path).replace([' ', '\r', '\n'], "");
    let mut request = format!(
        "{method} /{format}/d/shop-{account}/app/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
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
