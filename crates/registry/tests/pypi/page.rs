//! Pages of the simple index on the wire.

use hyper::Method;
use registry::upstream::Policy;
use serde_json::json;
use testkit::pypi_index::{PypiIndex, wheel};

use super::support::{JSON, Shop, token};

#[tokio::test]
async fn scenario_17_each_accept_header_gets_its_form() {
    let shop = Shop::new();
    for (accept, media_type) in [
        (JSON, JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.v1+html"),
        ("application/vnd.pypi.simple.latest+html", "application/vnd.pypi.simple.v1+html"),
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ] {
        let request = shop.request("GET", "app", "simple/widget/").header("accept", accept);
        let answer = shop.send(request, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, media_type), "{accept}");
    }
    let request = shop.request("GET", "app", "simple/widget/").header("accept", "image/png");
    assert!(shop.send(request, "").await.refused(406).contains(JSON));
    let page = shop.page("app", "widget").await;
    assert_eq!(page.json()["meta"], json!({"api-version": "1.1"}));
    assert_eq!(page.json()["versions"], json!(["1.0", "1.1"]));
    let file = page.file("Widget-1.0-py3-none-any.whl");
    assert_eq!(file["upload-time"], "2024-01-02T03:04:05.678901Z");
    assert_eq!(file["url"], "1.0/Widget-1.0-py3-none-any.whl");
    let html = shop.get("app", "simple/widget/").await;
    for part in [
        "data-requires-python=\"&gt;=3.8\"",
        "data-core-metadata=\"sha256=",
        "data-upload-time=\"2024-01-02T03:04:05.678901Z\"",
        "content=\"1.1\"",
    ] {
        assert!(html.text().contains(part), "{part} {}", html.text());
    }
}

#[tokio::test]
async fn scenario_24_without_a_token_clients_are_asked_for_one() {
    let shop = Shop::new();
    for rest in ["simple/", "simple/widget/", "simple/widget/1.0/Widget-1.0-py3-none-any.whl", "", "anything"]
    {
        let mut request = shop.request("GET", "app", rest);
        request.headers_mut().unwrap().remove("authorization");
        let answer = shop.send(request, "").await;
        assert_eq!(answer.status, 401, "{rest}");
        let challenges = answer.headers.get_all("www-authenticate").iter();
        let challenge: String = challenges.map(|value| value.to_str().unwrap()).collect();
        assert!(challenge.contains("Bearer realm=") && challenge.contains("Basic realm="), "{challenge}");
    }
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again_and_large_ones_are_packed() {
    let shop = Shop::new();
    let first = shop.page("app", "widget").await;
    let again = shop.request("GET", "app", "simple/widget/").header("accept", JSON);
    let again = again.header("if-none-match", first.header("etag"));
    let answer = shop.send(again, "").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
    let file = "simple/widget/1.0/Widget-1.0-py3-none-any.whl";
    let arrived = shop.get("app", file).await.header("last-modified").to_owned();
    let modified = shop.page("app", "widget").await.header("last-modified").to_owned();
    for (path, modified) in [("simple/widget/", &modified), (file, &arrived)] {
        let since = |at: &str| {
            let request = shop.request("GET", "app", path).header("accept", JSON);
            shop.send(request.header("if-modified-since", at), "")
        };
        let same = since(modified).await;
        assert_eq!((same.status.as_u16(), same.header("last-modified")), (304, modified.as_str()), "{path}");
        assert_eq!(since("Sun, 06 Nov 1994 08:49:37 GMT").await.status, 200, "{path}");
    }
    for number in 0..20 {
        shop.public.put("widget", wheel("Widget", &format!("2.{number}"), "py3-none-any", b""));
    }
    let shop = Shop::of(shop.public, registry::upstream::Policy::default());
    let packed = shop.request("GET", "app", "simple/widget/").header("accept-encoding", "gzip");
    let packed = shop.send(packed, "").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < shop.get("app", "simple/widget/").await.body.len());
}

#[tokio::test]
async fn slashes_may_be_doubled_or_left_out() {
    let shop = Shop::new();
    let doubled = shop.get("app", "simple//widget/").await;
    assert_eq!(doubled.body, shop.get("app", "simple/widget/").await.body);
    let bare = shop.get("app", "simple/widget").await;
    assert!(bare.text().contains("href=\"widget/1.0/Widget-1.0-py3-none-any.whl#sha256="), "{}", bare.text());
    let head = shop.send(shop.request("HEAD", "app", "simple/widget/"), "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), doubled.header("content-length"));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::new();
    shop.page("app", "gadget").await.refused(404);
    shop.get("app", "simple/widget/1.0/Widget-1.0-cp311-cp311-any.whl").await.refused(404);
    shop.get("app", "simple/widget/1.1/Widget-1.0-py3-none-any.whl").await.refused(404);
    shop.get("app", "simple/widget/1.0/other-1.0.tar.gz").await.refused(404);
    shop.get("app", "%2Bsimple/widget/").await.refused(404);
    shop.get("app", "simple/%ff/").await.refused(400);
    shop.get("gone", "simple/widget/").await.refused(404);
    for method in [Method::PUT, Method::DELETE, Method::POST] {
        let request = shop.request(method.as_str(), "app", "simple/widget/");
        assert_eq!(shop.send(request, "").await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn another_account_reads_and_publishes_nothing() {
    let shop = Shop::new();
    shop.world.caller().of_account("444455556666").ok("CreateDomain", json!({"domain": "shop"}));
    let foreign = token(&shop.world, "444455556666", "shop");
    let request = |method: &str, rest: &str| {
        let mut request = shop.request(method, "app", rest);
        let headers = request.headers_mut().unwrap();
        headers.insert("authorization", format!("Bearer {foreign}").parse().unwrap());
        request
    };
    for rest in ["simple/", "simple/widget/", "simple/widget/1.0/Widget-1.0-py3-none-any.whl"] {
        let status = shop.send(request("GET", rest), "").await.status;
        assert!(status == 401 || status == 403, "{rest}: {status}");
    }
    let form = super::support::form(&wheel("demo", "1.0", "py3-none-any", b""), &[]);
    let post = request("POST", "").header("content-type", "multipart/form-data; boundary=between");
    let status = shop.send(post, form).await.status;
    assert!(status == 401 || status == 403, "{status}");
    assert_eq!(shop.versions("app", "demo"), Vec::<String>::new());
    assert_eq!(shop.public.requests_in_all(), 0);
}

#[tokio::test]
async fn the_nearest_repository_that_holds_a_version_shows_it_in_any_spelling() {
    let shop = Shop::new();
    let (near, far) =
        (wheel("demo", "1.0.0", "py3-none-any", b"near"), wheel("demo", "1.0", "py3-none-any", b"far"));
    assert_eq!(shop.upload("mid", &far).await.status, 200);
    shop.upload("app", &near).await.refused(409);
    shop.block_upstream("app", "demo");
    assert_eq!(shop.upload("app", &near).await.status, 200);
    let open = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", super::support::of("app", "demo", open));
    assert_eq!(shop.page("app", "demo").await.files(), [near.name]);
    let input = super::support::of("app", "demo", json!({"versions": ["1.0.0"], "targetStatus": "Archived"}));
    shop.world.caller().ok("UpdatePackageVersionsStatus", input);
    shop.page("app", "demo").await.refused(404);
    let file = format!("simple/demo/1.0/{}", far.name);
    assert_eq!(shop.get("mid", &file).await.status, 200);
    shop.get("app", &file).await.refused(404);
    shop.get("app", &format!("{file}.metadata")).await.refused(404);
    shop.upload("app", &far).await.refused(409);
}

#[tokio::test]
async fn a_version_of_the_index_is_hidden_by_another_spelling_of_it() {
    let (short, long) =
        (wheel("demo", "1.0", "py3-none-any", b"short"), wheel("demo", "1.0.0", "py3-none-any", b"long"));
    let index = PypiIndex::start([("demo", vec![short.clone(), long.clone()])]);
    let shop = Shop::of(index, Policy::default());
    assert_eq!(shop.get("store", &format!("simple/demo/1.0/{}", short.name)).await.status, 200);
    let input = super::support::of("store", "demo", json!({"versions": ["1.0"], "targetStatus": "Archived"}));
    shop.world.caller().ok("UpdatePackageVersionsStatus", input);
    shop.page("app", "demo").await.refused(404);
    for rest in
        [format!("simple/demo/1.0.0/{}", long.name), format!("simple/demo/1.0.0/{}.metadata", long.name)]
    {
        for method in ["HEAD", "GET"] {
            let status = shop.send(shop.request(method, "app", &rest), "").await.status;
            assert_eq!(status, 404, "{method} {rest}");
        }
    }
    assert_eq!(shop.public.requests(&format!("/files/{}", long.name)), 0);
}

#[tokio::test]
async fn projects_are_those_of_the_repositories_on_the_way_that_have_something_to_show() {
    let shop = Shop::new();
    for (repository, project) in [("mid", "far"), ("app", "near"), ("app", "hidden")] {
        assert_eq!(shop.upload(repository, &wheel(project, "1.0", "py3-none-any", b"")).await.status, 200);
    }
    let input = super::support::of("app", "hidden", json!({"versions": ["1.0"], "targetStatus": "Unlisted"}));
    shop.world.caller().ok("UpdatePackageVersionsStatus", input);
    let asked = shop.public.requests_in_all();
    let request = shop.request("GET", "app", "simple/").header("accept", JSON);
    let names = shop.send(request, "").await.json();
    assert_eq!(names["projects"], json!([{"name": "far"}, {"name": "near"}]));
    assert!(shop.get("app", "simple").await.text().contains("href=\"simple/near/\""));
    assert_eq!(shop.public.requests_in_all(), asked);
}
