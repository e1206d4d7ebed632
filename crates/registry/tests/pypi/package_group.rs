//! Package groups: a project that is blocked is asked of nobody, in no spelling.

use registry::upstream::Policy;
use serde_json::json;
use testkit::pypi_index::{PypiIndex, wheel};

use super::support::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_blocked_is_asked_of_nobody() {
    let shop = Shop::of(PypiIndex::start([]), Policy::default());
    shop.public.put("acme-core", wheel("acme-core", "1.0", "py3-none-any", b""));
    let caller = shop.world.caller();
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": "/pypi//acme~"}));
    let restrict = |mode: &str| {
        caller.ok(
            "UpdatePackageGroupOriginConfiguration",
            json!({"domain": "shop", "packageGroup": "/pypi//acme~", "restrictions": {"EXTERNAL_UPSTREAM": mode}}),
        )
    };
    restrict("BLOCK");
    let file = "acme_core-1.0-py3-none-any.whl";
    for repository in ["app", "store"] {
        for project in ["acme-core", "Acme.Core", "acme_core", "acme", "acrne-core", "acme-none"] {
            let simple = format!("simple/{project}/");
            let wheel = format!("simple/{project}/1.0/{file}");
            for (method, path) in [
                ("GET", simple.as_str()),
                ("HEAD", simple.as_str()),
                ("GET", wheel.as_str()),
                ("HEAD", wheel.as_str()),
                ("GET", format!("{wheel}.metadata").as_str()),
                ("GET", "simple/"),
            ] {
                shop.send(shop.request(method, repository, path), "").await;
            }
        }
    }
    assert_eq!(shop.public.requests_in_all(), 0);
    restrict("ALLOW");
    assert_eq!(shop.page("app", "acme-core").await.files().len(), 1);
}
