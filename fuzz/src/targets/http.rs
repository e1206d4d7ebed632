//! Requests of every kind against a whole region.

use std::fmt::Write as _;

use model::{Members, Protocol, Spec};
use serde_json::{Value, json};

use crate::choices::Choices;
use crate::region::{Region, assert_well, with_account};
use crate::request::{Author, Told, collect, signed};

pub(super) const WORDS: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "GET ",
    "POST ",
    "HEAD ",
    "HTTP/1.1",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "0\r\n\r\n",
    "Expect: 100-continue\r\n",
    "Upgrade: h2c\r\n",
    "Host: ",
    "shop-111122223333.d.localhost",
    "Authorization: AWS4-HMAC-SHA256 ",
    "X-Amz-Target: AWSMigrationHub.",
    "/_homeregion/health",
    "/npm/d/shop-111122223333/app/",
    "Action=GetCallerIdentity",
    "\u{0}",
    "%2f",
];

pub(super) const PATH_WORDS: &[&str] = &[
    "/", "//", "?", "&", "=", "%2f", "%2F", "%00", "%c0%af", "%", "..", "+", "assets", "v1", "domain", "tags",
];

/// Raw bytes.
pub(super) fn bytes(data: &[u8]) {
    with_account(|region, _| crate::note(assert_well(&region.send(data))));
}

/// A signed request with any method, path and query.
pub(super) fn path(data: &[u8]) {
    let mut choices = Choices::new(data);
    let method = *choices.of(&["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]).unwrap_or(&"GET");
    let service = *choices.of(&["codeartifact", "iotsitewise", "mgh", "sts"]).unwrap_or(&"mgh");
    // What cannot stand in a request line at all is the business of the raw bytes.
    let path: String = String::from_utf8_lossy(choices.rest()).replace([' ', '\r', '\n'], "");
    with_account(|region, account| {
        let request = format!(
            "{method} /{path} HTTP/1.1\r\nHost: a\r\n{}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}",
            authorization(account, service)
        );
        crate::note((method, assert_well(&region.send(request.as_bytes()))));
    });
}

/// A signed request of any operation with any body.
pub(super) fn body(data: &[u8]) {
    let mut choices = Choices::new(data);
    let specs = specs();
    let spec = specs[choices.below(specs.len())];
    let body = choices.rest();
    let mut head = String::new();
    if spec.service.protocol == Protocol::AwsJson1_1 {
        let prefix = spec.service.target_prefix.unwrap_or_default();
        write!(head, "X-Amz-Target: {prefix}.{}\r\n", spec.name).expect("a String takes every write");
    }
    // Labels keep their braces, which no id has.
    let path = spec.uri.replace('{', "%7B").replace('}', "%7D");
    with_account(|region, account| {
        let mut request = format!(
            "{} {path} HTTP/1.1\r\nHost: a\r\n{}{head}Content-Length: {}\r\nConnection: close\r\n\r\n",
            spec.method,
            authorization(account, spec.service.signing_name),
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        crate::note((spec.name, assert_well(&region.send(&request))));
    });
}

/// A series of requests made of the API's own tables, each knowing what the ones before were told.
pub(super) fn operations(data: &[u8]) {
    let mut choices = Choices::new(data);
    with_account(|region, account| {
        let mut told = Told::new();
        if choices.once_in(2) {
            furnish(region, account, &mut told);
        }
        while choices.remain() {
            one_operation(region, account, &mut choices, &mut told);
        }
    });
}

/// What most operations need to be there: a home region, a stream, a domain with repositories, models, an asset.
fn furnish(region: &Region, account: &str, told: &mut Told) {
    let property = json!({"name": "heat", "dataType": "DOUBLE", "type": {"measurement": {}}});
    let steps = [
        ("CreateHomeRegionControl", json!({"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT"}})),
        ("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": "s"})),
        ("ImportMigrationTask", json!({"ProgressUpdateStream": "s", "MigrationTaskName": "t"})),
        ("CreateDomain", json!({"domain": "shop"})),
        ("CreateRepository", json!({"domain": "shop", "repository": "store"})),
        ("CreateRepository", json!({"domain": "shop", "repository": "app"})),
        ("CreateAssetModel", json!({"assetModelName": "pump", "assetModelProperties": [property]})),
    ];
    for (name, members) in steps {
        request(region, account, spec(name), members.as_object().expect("it is one"), told);
    }
    let model = told.iter().find(|(name, _)| name == "assetModelId").map_or("", |(_, id)| id).to_owned();
    let hierarchy = json!([{"name": "parts", "childAssetModelId": model}]);
    let members = json!({"assetModelName": "plant", "assetModelHierarchies": hierarchy});
    request(region, account, spec("CreateAssetModel"), members.as_object().expect("it is one"), told);
    for _ in 0..2 {
        let model = told.iter().find(|(name, _)| name == "assetModelId").map_or("", |(_, id)| id);
        let members = json!({"assetModelId": model, "assetName": "a"});
        request(region, account, spec("CreateAsset"), members.as_object().expect("it is one"), told);
    }
}

pub(super) fn spec(name: &str) -> &'static Spec {
    specs().iter().find(|spec| spec.name == name).expect("the operation is known")
}

fn one_operation(region: &Region, account: &str, choices: &mut Choices<'_>, told: &mut Told) {
    let specs = if choices.once_in(8) { specs() } else { implemented() };
    let spec = specs[choices.below(specs.len())];
    let members = Author::new(choices, account, told).members(spec.input, 0);
    request(region, account, spec, &members, told);
}

pub(super) fn request(
    region: &Region,
    account: &str,
    spec: &'static Spec,
    members: &Members,
    told: &mut Told,
) {
    let answer = region.send(&signed(spec, members, account));
    let statuses = assert_well(&answer);
    let body =
        answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(&[][..], |at| &answer[at + 4..]);
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let error = body.as_ref().and_then(|body| body.get("__type")).and_then(Value::as_str);
    crate::note((spec.service.id, spec.name, &statuses, error));
    if let Some(body) = body.as_ref().filter(|_| statuses.first().is_some_and(|status| *status < 300)) {
        for (name, value) in members {
            collect(name, value, told);
        }
        collect("", body, told);
        told.truncate(200);
    }
}

fn authorization(account: &str, service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={account}/20231114/us-west-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n"
    )
}

fn specs() -> &'static [&'static Spec] {
    static SPECS: std::sync::OnceLock<Vec<&'static Spec>> = std::sync::OnceLock::new();
    SPECS.get_or_init(|| homeregion::services::table_in_memory().specs().to_vec())
}

fn implemented() -> &'static [&'static Spec] {
    static SPECS: std::sync::OnceLock<Vec<&'static Spec>> = std::sync::OnceLock::new();
    SPECS.get_or_init(|| {
        let table = homeregion::services::table_in_memory();
        specs().iter().copied().filter(|spec| table.implements(spec)).collect()
    })
}
