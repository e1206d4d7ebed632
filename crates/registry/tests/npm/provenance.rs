//! Provenance and signatures: kept for what is published here, passed on for what comes from a registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::npm_registry::{Catalog, Package, tarball};

use crate::support::{OWNER, Shop, publication_of};

fn base() -> String {
    format!("http://registry.test:4566/npm/d/shop-{OWNER}/app/")
}

/// A version with a bundle that speaks of bytes with this digest, as npm sends it.
fn attested(name: &str, digest: &str) -> (Value, Value) {
    let packed =
        tarball(&[("package.json", json!({"name": name, "version": "1.0.0"}).to_string().as_bytes())]);
    let bytes = STANDARD.decode(packed.integrity.trim_start_matches("sha512-")).unwrap();
    let own = bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    let digest = if digest.is_empty() { own } else { digest.to_owned() };
    let statement = json!({
        "predicateType": "https://slsa.dev/provenance/v1",
        "subject": [{"name": format!("pkg:npm/{name}@1.0.0"), "digest": {"sha512": digest}}],
    });
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "dsseEnvelope": {"payload": STANDARD.encode(statement.to_string()), "signatures": [{"sig": "x"}]},
    });
    let text = bundle.to_string();
    let mut body = publication_of(name, "1.0.0", &packed);
    body["_attachments"][format!("{name}-1.0.0.sigstore")] =
        json!({"content_type": bundle["mediaType"], "data": text, "length": text.len()});
    (body, bundle)
}

#[tokio::test]
async fn provenance_is_kept_with_its_version_and_retained_with_it() {
    let shop = Shop::new();
    let (body, bundle) = attested("@acme/kit", "");
    shop.put("store", "@acme%2fkit", &body).await.ok();
    let listing = shop.get("app", "@acme%2fkit").await.ok();
    let mention = &listing["versions"]["1.0.0"]["dist"]["attestations"];
    let url = format!("{}-/npm/v1/attestations/@acme%2fkit@1.0.0", base());
    assert_eq!(
        *mention,
        json!({"url": url, "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}})
    );
    assert_eq!(shop.get("app", "@acme%2fkit/1.0.0").await.ok()["dist"]["attestations"], *mention);
    let expected =
        json!({"attestations": [{"predicateType": "https://slsa.dev/provenance/v1", "bundle": bundle}]});
    for rest in ["-/npm/v1/attestations/@acme%2fkit@1.0.0", "-/npm/v1/attestations/@acme/kit@1.0.0"] {
        assert_eq!(shop.get("app", rest).await.ok(), expected);
    }
    assert_eq!(shop.get("app", "@acme/kit/-/kit-1.0.0.tgz").await.status, 200);
    let gone = crate::support::of("store", "@acme/kit", json!({"versions": ["1.0.0"]}));
    shop.world.caller().ok("DeletePackageVersions", gone);
    assert_eq!(shop.get("app", "-/npm/v1/attestations/@acme/kit@1.0.0").await.ok(), expected);
    let assets = crate::support::of("app", "@acme/kit", json!({"packageVersion": "1.0.0"}));
    assert_eq!(
        shop.world.caller().ok("ListPackageVersionAssets", assets)["assets"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn provenance_of_other_bytes_is_refused() {
    let shop = Shop::new();
    let (body, _) = attested("kit", &"00".repeat(64));
    let sentence = shop.put("store", "kit", &body).await.refused(400);
    assert_eq!(sentence, "the provenance speaks of other bytes than those of the tarball");
    let (mut body, _) = attested("kit", "");
    body["_attachments"]["kit-1.0.0.sigstore"] = json!({"data": "{}", "length": 2});
    shop.put("store", "kit", &body).await.refused(400);
    assert!(shop.versions("store", "kit").is_empty());
}

#[tokio::test]
async fn what_a_registry_signed_and_attested_is_passed_on() {
    let signed = Package::new("@acme/gadget").release("2.0.0", &[], json!({})).signed("MEUCIQ");
    let plain = Package::new("widget").release("1.0.0", &[], json!({}));
    let shop = Shop::with(Catalog::of([signed, plain]));
    let listing = shop.get("app", "@acme%2fgadget").await.ok();
    let dist = &listing["versions"]["2.0.0"]["dist"];
    assert_eq!(dist["signatures"], json!([{"keyid": "SHA256:fixture", "sig": "MEUCIQ"}]));
    assert_eq!(dist["attestations"]["url"], format!("{}-/npm/v1/attestations/@acme%2fgadget@2.0.0", base()));
    let answer = shop.get("app", "-/npm/v1/attestations/@acme%2fgadget@2.0.0").await.ok();
    assert_eq!(answer["attestations"][0]["bundle"]["of"], "@acme/gadget@2.0.0");
    assert_eq!(shop.get("app", "-/npm/v1/keys").await.ok()["keys"][0]["keyid"], "SHA256:fixture");
    // Kept, it is the same.
    assert_eq!(shop.get("app", "@acme/gadget/-/gadget-2.0.0.tgz").await.status, 200);
    let kept = shop.get("app", "@acme%2fgadget").await.ok();
    assert_eq!(kept["versions"]["2.0.0"]["dist"], *dist);
    let before = shop.public.requests_in_all();
    for rest in ["widget@1.0.0", "widget@9.9.9"] {
        shop.get("app", &format!("-/npm/v1/attestations/{rest}")).await.refused(404);
    }
    assert_eq!(shop.public.requests("/-/npm/v1/attestations/widget@1.0.0"), 0, "it says that it has none");
    assert!(shop.public.requests_in_all() <= before + 1, "but for the listing");
    shop.disconnect();
    shop.get("app", "-/npm/v1/keys").await.refused(404);
    shop.get("app", "-/npm/v1/attestations/@acme%2fgadget@2.0.0").await.refused(404);
}

#[tokio::test]
async fn small_documents_have_entity_tags_too() {
    let shop = Shop::new();
    for rest in ["-/whoami", "-/package/widget/dist-tags", "widget/1.0.0", "widget"] {
        let first = shop.get("app", rest).await;
        assert_eq!(first.status, 200, "{rest}");
        let again = shop.request("GET", "app", rest).header("if-none-match", first.header("etag"));
        let again = shop.send(again, "").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{rest}");
        assert_eq!(again.header("etag"), first.header("etag"));
        let head = shop.send(shop.request("HEAD", "app", rest), "").await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{rest}");
        assert_eq!(head.header("content-length"), first.body.len().to_string(), "{rest}");
    }
}
