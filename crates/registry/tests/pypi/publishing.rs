//! Uploads: what is taken, what is refused, and what the API then says.

use serde_json::json;
use testkit::pypi_index::{sdist, wheel};

use super::support::{Shop, of};

#[tokio::test]
async fn scenario_15_a_version_grows_file_by_file() {
    let shop = Shop::new();
    let (built, source) = (wheel("Acme_Demo.Pkg", "1.0", "py3-none-any", b""), sdist("Acme_Demo.Pkg", "1.0"));
    assert_eq!(shop.upload("app", &built).await.status, 200);
    let first = shop.describe("app", "acme-demo-pkg", "1.0");
    assert_eq!(first["status"], "Published");
    assert_eq!(shop.upload("app", &source).await.status, 200);
    let second = shop.describe("app", "acme-demo-pkg", "1.0");
    assert_ne!(first["revision"], second["revision"]);
    // The same bytes again change nothing, other bytes are refused.
    assert_eq!(shop.upload("app", &built).await.status, 200);
    assert_eq!(shop.describe("app", "acme-demo-pkg", "1.0")["revision"], second["revision"]);
    let changed = wheel("Acme_Demo.Pkg", "1.0", "py3-none-any", b"changed = True\n");
    let sentence = shop.upload("app", &changed).await.refused(409).to_owned();
    assert!(
        sentence.contains("acme_demo_pkg-1.0-py3-none-any.whl") || sentence.contains("Acme_Demo_Pkg"),
        "{sentence}"
    );
    let other = wheel("Acme_Demo.Pkg", "1.0", "cp311-cp311-linux_x86_64", b"");
    assert_eq!(shop.upload("app", &other).await.status, 200);
    assert_eq!(shop.assets("app", "acme-demo-pkg", "1.0").len(), 3);
    let page = shop.page("app", "acme-demo-pkg").await;
    assert_eq!(page.files().len(), 3);
    let file = page.file(&built.name);
    assert_eq!(file["requires-python"], ">=3.8");
    assert_eq!(file["size"], built.bytes.len());
    assert_eq!(file["hashes"], json!({"sha256": built.sha256()}));
}

#[tokio::test]
async fn scenario_16_every_spelling_finds_the_project_and_the_api_shows_the_publisher_s() {
    let shop = Shop::new();
    let file = wheel("Acme_Demo.Pkg", "1.0", "py3-none-any", b"");
    assert_eq!(shop.upload_with("app", &file, &[("name", "Acme_Demo.Pkg")]).await.status, 200);
    for spelling in ["acme-demo-pkg", "Acme.Demo_Pkg", "ACME__DEMO--PKG"] {
        assert_eq!(shop.page("app", spelling).await.files(), std::slice::from_ref(&file.name), "{spelling}");
    }
    let shown = shop.describe("app", "acme-demo-pkg", "1.0");
    assert_eq!(shown["displayName"], "Acme_Demo.Pkg");
    assert_eq!(shown["summary"], "A made-up Acme_Demo.Pkg");
    assert_eq!(shown["licenses"], json!([{"name": "MIT"}]));
    assert_eq!(shown["sourceCodeRepository"], "https://git.example/Acme_Demo.Pkg");
    let input = of("app", "acme-demo-pkg", json!({"packageVersion": "1.0"}));
    let dependencies = shop.world.caller().ok("ListPackageVersionDependencies", input.clone());
    assert_eq!(
        dependencies["dependencies"],
        json!([{"package": "left-pad", "dependencyType": "Requires-Dist", "versionRequirement": ">=1 ; extra == \"x\""}])
    );
    assert_eq!(shop.world.caller().ok("GetPackageVersionReadme", input)["readme"], "# Acme_Demo.Pkg\n");
    let names = shop.get("app", "simple/").await;
    assert!(names.text().contains("<a href=\"acme-demo-pkg/\">"), "{names:?}");
}

#[tokio::test]
async fn what_a_form_promises_has_to_be_what_it_brings() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0", "py3-none-any", b"");
    let zeros = "0".repeat(64);
    for (change, status, says) in [
        (&[("sha256_digest", zeros.as_str())][..], 400, "SHA-256"),
        (&[("blake2_256_digest", zeros.as_str())], 400, "BLAKE2b"),
        (&[("md5_digest", &zeros[..32])], 400, "MD5"),
        (&[("version", "2.0")], 400, "another version"),
        (&[("name", "other")], 400, "file name"),
        (&[("name", "..")], 400, "field name"),
        (&[("filename", "../demo-1.0-py3-none-any.whl")], 400, "file name"),
        (&[("filetype", "sdist")], 400, "filetype"),
        (&[(":action", "doc_upload")], 400, ":action"),
        (&[("version", "-")], 400, "field version is missing"),
    ] {
        let sentence = shop.upload_with("app", &file, change).await.refused(status).to_owned();
        assert!(sentence.contains(says), "{sentence}");
    }
    assert_eq!(shop.versions("app", "demo"), Vec::<String>::new());
    let request = || shop.request("POST", "app", "");
    assert!(shop.send(request(), "x").await.refused(400).contains("multipart/form-data"));
    let torn = request().header("content-type", "multipart/form-data; boundary=between");
    let form = super::support::form(&file, &[]);
    let answer = shop.send(torn, form[..form.len() - 20].to_vec()).await;
    assert!(answer.refused(400).contains("ends before"), "{answer:?}");
    assert_eq!(shop.versions("app", "demo"), Vec::<String>::new());
}

#[tokio::test]
async fn signatures_and_attestations_are_read_and_not_kept() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0", "py3-none-any", b"");
    let signature = "--between\r\nContent-Disposition: form-data; name=\"gpg_signature\"; filename=\"x.asc\"\r\n\r\nsigned\r\n";
    let mut form = signature.as_bytes().to_vec();
    form.extend(super::support::form(&file, &[("attestations", "[{\"version\": 1}]")]));
    let request =
        shop.request("POST", "app", "").header("content-type", "multipart/form-data; boundary=between");
    assert_eq!(shop.send(request, form).await.status, 200);
    assert_eq!(shop.assets("app", "demo", "1.0"), [file.name]);
}

#[tokio::test]
async fn a_form_whose_file_comes_first_does_as_well() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0", "py3-none-any", b"");
    let form = super::support::form(&file, &[]);
    let parts = String::from_utf8_lossy(&form).into_owned();
    let place = parts.find("--between\r\nContent-Disposition: form-data; name=\"content\"").unwrap();
    let (fields, content) = (&form[..place], &form[place..form.len() - "--between--\r\n".len()]);
    let turned = [content, fields, b"--between--\r\n"].concat();
    let request =
        || shop.request("POST", "app", "").header("content-type", "multipart/form-data; boundary=between");
    assert_eq!(shop.send(request(), turned).await.status, 200);
    assert_eq!(shop.get("app", &format!("simple/demo/1.0/{}", file.name)).await.body, file.bytes);
    let twice = [content, fields, content, b"--between--\r\n"].concat();
    assert!(shop.send(request(), twice).await.refused(400).contains("more than one field content"));
}

#[tokio::test]
async fn versions_are_kept_in_one_spelling() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0b1", "py3-none-any", b"");
    assert_eq!(shop.upload_with("app", &file, &[("version", "1.0-beta1")]).await.status, 200);
    assert_eq!(shop.versions("app", "demo"), ["1.0b1"]);
    let page = shop.page("app", "demo").await;
    let url = page.file(&file.name)["url"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("1.0b1/{}", file.name));
    assert_eq!(shop.get("app", &format!("simple/demo/{url}")).await.body, file.bytes);
}

#[tokio::test]
async fn a_version_that_the_index_has_is_not_published() {
    let shop = Shop::new();
    let file = wheel("widget", "1.0", "py3-none-any", b"ours");
    let sentence = shop.upload("app", &file).await.refused(409).to_owned();
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    shop.upload("app", &wheel("widget", "1.0.0", "py3-none-any", b"ours")).await.refused(409);
    // Another version of the same name is ours, and from then on the index is not asked.
    let file = wheel("widget", "7.0", "py3-none-any", b"ours");
    assert_eq!(shop.upload("app", &file).await.status, 200);
    let before = shop.public.requests_in_all();
    assert_eq!(shop.page("app", "widget").await.files(), [file.name]);
    shop.get("app", "simple/widget/1.1/widget-1.1-py3-none-any.whl").await.refused(404);
    shop.get("app", "simple/widget/1.1/widget-1.1-py3-none-any.whl.metadata").await.refused(404);
    assert_eq!(shop.public.requests_in_all(), before);
}

#[tokio::test]
async fn a_package_that_came_from_upstream_is_closed_to_publishing() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", "simple/widget/1.0/Widget-1.0-py3-none-any.whl").await.status, 200);
    let sentence =
        shop.upload("app", &wheel("widget", "8.0", "py3-none-any", b"")).await.refused(409).to_owned();
    assert!(sentence.contains("publish=BLOCK") || sentence.contains("blocked"), "{sentence}");
}

#[tokio::test]
async fn archived_versions_take_no_files_and_are_not_shown() {
    let shop = Shop::new();
    let (built, source) = (wheel("demo", "1.0", "py3-none-any", b""), sdist("demo", "1.0"));
    assert_eq!(shop.upload("app", &built).await.status, 200);
    let path = format!("simple/demo/1.0/{}", built.name);
    let set = |status: &str| {
        let input = of("app", "demo", json!({"versions": ["1.0"], "targetStatus": status}));
        shop.world.caller().ok("UpdatePackageVersionsStatus", input);
    };
    set("Unlisted");
    shop.page("app", "demo").await.refused(404);
    assert_eq!(shop.get("app", &path).await.status, 200);
    set("Archived");
    shop.get("app", &path).await.refused(404);
    shop.get("app", &format!("{path}.metadata")).await.refused(404);
    assert!(shop.upload("app", &source).await.refused(409).contains("Archived"));
}

#[tokio::test]
async fn a_version_of_ours_can_be_yanked_and_taken_back() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0", "py3-none-any", b"");
    assert_eq!(shop.upload("app", &file).await.status, 200);
    let before = shop.describe("app", "demo", "1.0")["revision"].clone();
    let path = "simple/demo/1.0/yanked";
    assert_eq!(shop.send(shop.request("PUT", "app", path), " it is \"broken\"\n").await.status, 200);
    assert_eq!(shop.page("app", "demo").await.file(&file.name)["yanked"], "it is \"broken\"");
    assert_eq!(shop.get("app", &format!("simple/demo/1.0/{}", file.name)).await.status, 200);
    assert_eq!(shop.describe("app", "demo", "1.0")["revision"], before);
    assert_eq!(shop.send(shop.request("DELETE", "app", path), "").await.status, 200);
    assert_eq!(shop.page("app", "demo").await.file(&file.name)["yanked"], false);
    shop.send(shop.request("PUT", "app", "simple/demo/2.0/yanked"), "").await.refused(404);
    shop.send(shop.request("PUT", "app", path), "x".repeat(5000)).await.refused(413);
    shop.send(shop.request("PUT", "app", path), vec![0xff]).await.refused(400);
    shop.get("app", path).await.refused(405);
    assert_eq!(shop.get("app", "simple/widget/1.0/Widget-1.0-py3-none-any.whl").await.status, 200);
    let foreign = shop.send(shop.request("PUT", "app", "simple/widget/1.0/yanked"), "").await;
    assert_eq!(foreign.status, 409, "{foreign:?}");
}

/// A body that never ends behind these bytes, and counts what was asked of it.
struct Endless {
    head: Option<hyper::body::Bytes>,
    asked: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl hyper::body::Body for Endless {
    type Data = hyper::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        let before = self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        assert!(before < 64, "it is read and read");
        let bytes = self.head.take().unwrap_or_else(|| vec![0; 1 << 20].into());
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes))))
    }
}

#[tokio::test]
async fn a_file_that_is_not_welcome_is_refused_before_its_bytes_are_read() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", "simple/widget/1.0/Widget-1.0-py3-none-any.whl").await.status, 200);
    let file = wheel("widget", "9.0", "py3-none-any", b"");
    for (change, status) in [(&[][..], 409), (&[("name", "other")], 400), (&[("filetype", "sdist")], 400)] {
        let mut form = super::support::form(&file, change);
        form.truncate(form.len() - "\r\n--between--\r\n".len());
        let asked = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
        let body = Endless { head: Some(form.into()), asked: asked.clone() };
        let request = shop
            .request("POST", "app", "")
            .header("content-type", "multipart/form-data; boundary=between")
            .header("expect", "100-continue");
        let answer = super::support::send(&shop.endpoint, request.body(body).unwrap()).await;
        answer.refused(status);
        // A client that waits to be told is not drained.
        assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1, "{change:?}");
    }
}

/// A body whose client says how long it is, which nobody is to read.
struct Announced(u64);

impl hyper::body::Body for Announced {
    type Data = hyper::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        panic!("it is read")
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.0)
    }
}

/// Sends a body of that length whose client waits to be told that it may.
async fn announce(shop: &Shop, repository: &str, length: u64) -> super::support::Answer {
    let request = shop
        .request("POST", repository, "")
        .header("content-type", "multipart/form-data; boundary=between")
        .header("expect", "100-continue");
    super::support::send(&shop.endpoint, request.body(Announced(length)).unwrap()).await
}

#[tokio::test]
async fn what_is_announced_to_exceed_the_quota_of_an_asset_is_not_read() {
    let shop = Shop::new().with_quota("asset_bytes", 1 << 20);
    // The file, and as many fields as there may be around it.
    announce(&shop, "app", (9 << 20) + 1).await.refused(413);
    let content: Vec<u8> =
        (0..1_500_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let large = wheel("kit", "1.0", "py3-none-any", &content);
    assert!(large.bytes.len() > 1 << 20);
    assert!(shop.upload("app", &large).await.refused(413).contains("1048576"));
    assert!(shop.versions("app", "kit").is_empty());
    assert_eq!(shop.upload("app", &wheel("kit", "1.0", "py3-none-any", b"")).await.status, 200);
}

#[tokio::test]
async fn who_may_publish_nothing_is_not_told_to_send() {
    let shop = Shop::new();
    announce(&shop, "nowhere", 1000).await.refused(404);
    let deny = |resource: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
            "Action": "codeartifact:PublishPackageVersion", "Resource": resource}]});
        let input = json!({"domain": "shop", "repository": "app", "policyDocument": policy.to_string()});
        shop.world.caller().ok("PutRepositoryPermissionsPolicy", input);
    };
    deny("*");
    announce(&shop, "app", 1000).await.refused(403);
    // Where the policy tells packages apart, the form decides.
    deny("arn:aws:codeartifact:us-east-1:111122223333:package/shop/app/pypi//kit");
    let waiting = async |project: &str| {
        let file = wheel(project, "1.0", "py3-none-any", b"");
        let request = shop
            .request("POST", "app", "")
            .header("content-type", "multipart/form-data; boundary=between")
            .header("expect", "100-continue");
        shop.send(request, super::support::form(&file, &[])).await
    };
    waiting("kit").await.refused(403);
    assert_eq!(waiting("other").await.status, 200);
}
