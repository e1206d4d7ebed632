//! `npm audit`: forwarded with what may be told, and never answered with a false all-clear.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use testkit::npm_registry::{Catalog, Failure, Package};

use crate::support::{Answer, Shop, of, publication};

const BULK: &str = "-/npm/v1/security/advisories/bulk";
const QUICK: &str = "-/npm/v1/security/audits/quick";

fn shop() -> Shop {
    let widget = Package::new("widget").release("1.0.0", &[], json!({})).advisory(7, "<2.0.0", "high");
    let kit = Package::new("@acme/kit").release("9.9.9", &[], json!({})).advisory(8, "*", "critical");
    Shop::with(Catalog::of([widget, kit]))
}

async fn audit(shop: &Shop, path: &str, body: &Value) -> Answer {
    shop.send(shop.request("POST", "app", path), body.to_string()).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn advisories_of_the_registry_behind_the_connection_are_answered() {
    let shop = shop();
    let body = json!({"widget": ["1.0.0"], "unheard-of": ["2.0.0"]});
    for body in [body.to_string().into_bytes(), gzip(body.to_string().as_bytes())] {
        let packed = body.first() == Some(&0x1f);
        let mut request = shop.request("POST", "app", BULK);
        if packed {
            request = request.header("content-encoding", "gzip");
        }
        let answer = shop.send(request, body).await.ok();
        assert_eq!(answer["widget"][0]["id"], 7);
        assert_eq!(answer.as_object().unwrap().len(), 1);
    }
    assert_eq!(shop.public.told(), [body.clone(), body]);
}

#[tokio::test]
async fn names_of_our_own_are_never_told() {
    let shop = shop();
    shop.put("store", "@acme%2fkit", &publication("@acme/kit", "1.0.0", "ours")).await.ok();
    let blocked = json!({"restrictions": {"publish": "BLOCK", "upstream": "BLOCK"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", of("app", "planned", blocked));
    let before = shop.public.requests_in_all();
    let ours = json!({"@acme/kit": ["1.0.0", "9.9.9"], "planned": ["0.1.0"], "a folder": ["1.0.0"]});
    assert_eq!(audit(&shop, BULK, &ours).await.ok(), json!({}));
    assert_eq!(shop.public.requests_in_all(), before, "nobody was asked");
    let mixed = json!({"@acme/kit": ["1.0.0"], "planned": ["0.1.0"], "widget": ["1.0.0"]});
    assert_eq!(audit(&shop, BULK, &mixed).await.ok()["widget"][0]["id"], 7);
    assert_eq!(shop.public.told(), [json!({"widget": ["1.0.0"]})]);
    let tree = json!({
        "name": "our-shop", "version": "1.0.0", "requires": {"@acme/kit": "1", "widget": "1"},
        "dependencies": {"@acme/kit": {"version": "1.0.0"}, "widget": {"version": "1.0.0"}},
    });
    let report = audit(&shop, QUICK, &tree).await.ok();
    assert_eq!(report["advisories"].as_object().unwrap().len(), 1);
    assert_eq!(report["metadata"]["vulnerabilities"]["high"], 1);
    let told = shop.public.told().pop().unwrap().to_string();
    assert!(!told.contains("acme") && !told.contains("our-shop"), "{told}");
}

#[tokio::test]
async fn a_name_that_may_come_from_outside_is_told_with_its_outer_versions() {
    let shop = shop();
    shop.put("store", "@acme%2fkit", &publication("@acme/kit", "1.0.0", "ours")).await.ok();
    let open = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", of("store", "@acme/kit", open));
    let answer = audit(&shop, BULK, &json!({"@acme/kit": ["1.0.0", "9.9.9"]})).await.ok();
    assert_eq!(answer["@acme/kit"][0]["id"], 8);
    assert_eq!(shop.public.told(), [json!({"@acme/kit": ["9.9.9"]})]);
}

#[tokio::test]
async fn where_nobody_answers_there_is_no_all_clear() {
    let shop = shop();
    let body = json!({"widget": ["1.0.0"]});
    for (failure, status) in [
        (Failure::Status(404), 404),
        (Failure::Status(405), 404),
        (Failure::Status(500), 502),
        (Failure::OtherBytes, 502),
        (Failure::Reset, 502),
    ] {
        for path in [BULK, QUICK] {
            let body = if path == BULK {
                body.clone()
            } else {
                json!({"dependencies": {"widget": {"version": "1.0.0"}}})
            };
            shop.public.fail(&format!("/{path}"), failure);
            audit(&shop, path, &body).await.refused(status);
        }
    }
    shop.public.repair();
    assert_eq!(audit(&shop, BULK, &body).await.status, 200);
    shop.disconnect();
    for path in [BULK, QUICK] {
        audit(&shop, path, &body).await.refused(404);
        audit(&shop, path, &json!({})).await.refused(404);
    }
}

#[tokio::test]
async fn bodies_that_ask_for_nothing_are_refused() {
    let shop = shop();
    for body in ["", "[]", "{\"widget\":1}", "{\"widget\":[1]}"] {
        shop.send(shop.request("POST", "app", BULK), body).await.refused(400);
    }
    let gzipped =
        |body: Vec<u8>| shop.send(shop.request("POST", "app", BULK).header("content-encoding", "gzip"), body);
    gzipped(b"no gzip".to_vec()).await.refused(400);
    gzipped(gzip(&vec![b' '; 64 << 20])).await.refused(413);
    shop.send(shop.request("POST", "app", BULK).header("content-encoding", "br"), "{}").await.refused(415);
    shop.get("app", BULK).await.refused(405);
    assert!(shop.public.told().is_empty());
}
