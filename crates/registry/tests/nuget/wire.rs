//! What NuGet 5.4 sends, request by request, as it was recorded: each resource without credentials first, then with them.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::json;
use testkit::nuget_registry::{form, nupkg};

use crate::support::{Answer, OWNER, Shop, send, token};

const BOUNDARY: &str = "multipart/form-data; boundary=\"9937e5c0-d34d-4439-a940-b3806217f530\"";

/// A request as the client writes it; `authorization` is the header and its value.
async fn ask(
    shop: &Shop,
    method: &str,
    path: &str,
    authorization: Option<(&str, &str)>,
    body: &[u8],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/nuget/d/shop-{OWNER}/store{path}"))
        .header("host", "registry.test:4566")
        .header("user-agent", "NuGet xplat/5.4.0 (Linux 6.18.44 #1 SMP PREEMPT_DYNAMIC @0)")
        .header("x-nuget-client-version", "5.4.0")
        .header("x-nuget-session-id", "3a4dcd5b-0a2c-4d7e-8d4a-4b8d0d5d8f5a")
        .header("accept-encoding", "gzip, deflate");
    if let Some((name, value)) = authorization {
        request = request.header(name, value);
    }
    if method == "PUT" {
        request = request.header("content-type", BOUNDARY).header("transfer-encoding", "chunked");
    }
    send(&shop.endpoint, request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()).await
}

/// Asks without credentials, gets the challenge, and asks with them.
async fn challenged(shop: &Shop, method: &str, path: &str, body: &[u8]) -> Answer {
    let refused = ask(shop, method, path, None, body).await;
    assert_eq!(refused.status, 401, "{path}");
    let challenges: Vec<_> = refused.headers.get_all("www-authenticate").iter().collect();
    assert!(challenges.iter().any(|one| one.to_str().unwrap().starts_with("Basic realm=")), "{challenges:?}");
    let token = token(&shop.world, OWNER, "shop");
    let basic = {
        use base64::Engine as _;
        let pair = format!("aws:{token}");
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    };
    ask(shop, method, path, Some(("authorization", &basic)), body).await
}

#[tokio::test]
async fn push_restore_and_delete_of_nuget_5_4() {
    let shop = Shop::new();
    let package = nupkg("Acme.Demo", "1.0.59078", "one");
    let (_, body) = form(&package.bytes);

    // dotnet nuget push --source hr
    let index = challenged(&shop, "GET", "/v3/index.json", b"").await.ok();
    let resource = |kind: &str| {
        let resources = index["resources"].as_array().unwrap();
        let found = resources.iter().find(|resource| resource["@type"] == kind).unwrap();
        found["@id"].as_str().unwrap().to_owned()
    };
    let base = format!("http://registry.test:4566/nuget/d/shop-{OWNER}/store/");
    assert_eq!(resource("PackagePublish/2.0.0"), format!("{base}v3/package"));
    assert_eq!(challenged(&shop, "PUT", "/v3/package/", &body).await.status, 201);

    // push --api-key: one request, without Authorization; the same bytes again are a success
    let token = token(&shop.world, OWNER, "shop");
    let key = Some(("x-nuget-apikey", token.as_str()));
    assert_eq!(ask(&shop, "PUT", "/v3/package/", key, &body).await.status, 201);
    let (_, other) = form(&nupkg("Acme.Demo", "1.0.59078", "two").bytes);
    assert_eq!(ask(&shop, "PUT", "/v3/package/", key, &other).await.status, 409);
    let wrong =
        ask(&shop, "PUT", "/v3/package/", Some(("x-nuget-apikey", "a-key-of-another-server")), &body).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.headers.contains_key("www-authenticate"));

    // push --skip-duplicate takes 409 as success
    assert_eq!(challenged(&shop, "PUT", "/v3/package/", &other).await.status, 409);

    // add package, restore
    let versions = challenged(&shop, "GET", "/v3/flatcontainer/acme.demo/index.json", b"").await.ok();
    assert_eq!(versions, json!({"versions": ["1.0.59078"]}));
    let path = "/v3/flatcontainer/acme.demo/1.0.59078/acme.demo.1.0.59078.nupkg";
    let download = challenged(&shop, "GET", path, b"").await;
    assert_eq!((download.status.as_u16(), &download.body[..]), (200, &package.bytes[..]));
    assert_eq!(download.header("content-type"), "application/octet-stream");

    // list package --outdated
    let hive = resource("RegistrationsBaseUrl/Versioned");
    let hive = hive.strip_prefix(base.trim_end_matches('/')).unwrap();
    let path = format!("{hive}acme.demo/index.json");
    let answer = challenged(&shop, "GET", &path, b"").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, "gzip"));

    // nuget delete
    let path = "/v3/package/Acme.Demo/1.0.59078";
    assert_eq!(challenged(&shop, "DELETE", path, b"").await.status, 204);
    assert_eq!(shop.versions("store", "acme.demo")["1.0.59078"], "Unlisted");
    let download = shop.get("store", "v3/flatcontainer/acme.demo/1.0.59078/acme.demo.1.0.59078.nupkg").await;
    assert_eq!(download.status, 200, "who names it gets it");
}

#[tokio::test]
async fn a_challenge_comes_for_everything_and_never_says_what_is_there() {
    let shop = Shop::new();
    for (method, path) in [
        ("GET", "/v3/index.json"),
        ("GET", "/v3/flatcontainer/none/index.json"),
        ("GET", "/v3/registration-semver2/none/index.json"),
        ("GET", "/v3/query?q=none"),
        ("GET", "/v2/FindPackagesById()?id=%27none%27"),
        ("PUT", "/v2/package/"),
        ("DELETE", "/v3/package/none/1.0.0"),
        ("POST", "/v3/package/none/1.0.0"),
    ] {
        let refused = ask(&shop, method, path, None, b"some body").await;
        assert_eq!(refused.status, 401, "{method} {path}");
    }
}
