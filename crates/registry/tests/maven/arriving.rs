//! Versions that come in through a connection: asked for once, remembered for their time, kept for good.

use std::time::Duration;

use crate::support::Shop;

const JAR: &str = "org/public/widget/1.0/widget-1.0.jar";
const METADATA: &str = "org/public/widget/maven-metadata.xml";

#[tokio::test]
async fn a_herd_causes_one_request() {
    let shop = Shop::new().await;
    let published = "Sun, 13 Sep 2020 12:26:40 GMT";
    shop.public.release("widget", "1.0", Some(published));
    let all = futures_util::future::join_all((0..100).map(|_| shop.get("app", JAR))).await;
    assert!(all.iter().all(|answer| answer.ok() == "widget 1.0"));
    assert!(all.iter().all(|answer| answer.headers["last-modified"] == published));
    let since = async |at: &str| shop.send_with("GET", "app", JAR, &[("if-modified-since", at)]).await;
    assert_eq!(since(published).await.status, 304);
    assert_eq!(since("Sun, 13 Sep 2020 12:26:39 GMT").await.status, 200);
    assert_eq!(shop.public.asked(&format!("{JAR}.sha1")), 1);
    // Without checksums beside it, the file is asked for by HEAD once before it is fetched.
    assert!(shop.public.asked(JAR) <= 2, "{}", shop.public.asked(JAR));
    for repository in ["app", "store"] {
        assert_eq!(shop.versions(repository, "org.public", "widget")["1.0"], "Published");
    }
    assert!(shop.versions("mid", "org.public", "widget").is_empty());
}

#[tokio::test]
async fn metadata_are_asked_for_again_in_their_time_and_served_while_the_registry_fails() {
    let shop = Shop::new().await;
    shop.public.release("widget", "1.0", None);
    for _ in 0..3 {
        assert!(shop.get("app", METADATA).await.ok().contains("<version>1.0</version>"));
    }
    assert_eq!(shop.public.asked(METADATA), 1);
    shop.public.release("widget", "1.1", None);
    assert!(!shop.get("app", METADATA).await.ok().contains("1.1"));
    shop.world.pass(Duration::from_secs(301));
    assert!(shop.get("app", METADATA).await.ok().contains("<version>1.1</version>"));
    shop.public.fail(true);
    shop.world.pass(Duration::from_secs(301));
    assert!(shop.get("app", METADATA).await.ok().contains("<version>1.1</version>"), "the old ones");
    assert!(!shop.get("app", "org/public/other/maven-metadata.xml").await.refused(502).is_empty());
}

#[tokio::test]
async fn what_is_missing_is_asked_for_again_soon() {
    let shop = Shop::new().await;
    for _ in 0..3 {
        shop.get("app", JAR).await.refused(404);
    }
    let asked = shop.public.asked(JAR);
    assert_eq!(asked, 1);
    shop.public.release("widget", "1.0", None);
    shop.get("app", JAR).await.refused(404);
    shop.world.pass(Duration::from_secs(11));
    assert_eq!(shop.get("app", JAR).await.ok(), "widget 1.0");
}

#[tokio::test]
async fn a_file_that_differs_from_its_checksum_leaves_nothing() {
    let shop = Shop::new().await;
    shop.public.release("widget", "1.0", None);
    for (name, text) in [
        ("sha1", "0".repeat(40)),
        ("sha256", "0".repeat(64)),
        ("sha1", "no digest".to_owned()),
        ("sha1", " ".repeat(5000)),
    ] {
        shop.public.put(&format!("{JAR}.{name}"), text, None);
        let sentence = shop.get("app", JAR).await.refused(502);
        assert!(sentence.contains("widget-1.0.jar") || sentence.contains("sent too much"), "{sentence}");
        assert!(shop.versions("store", "org.public", "widget").is_empty());
    }
    let sum = "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33  widget-1.0.jar\n";
    shop.public.put(JAR, "foo", None);
    shop.public.put(&format!("{JAR}.sha1"), sum, None);
    assert_eq!(shop.get("app", JAR).await.ok(), "foo");
}

#[tokio::test]
async fn metadata_that_are_none_are_not_taken_for_an_empty_list() {
    let shop = Shop::new().await;
    shop.public.put(METADATA, "<html>Sorry</html>", None);
    assert!(shop.get("app", METADATA).await.refused(502).contains("org.public:widget"));
    shop.public.put(METADATA, "<metadata><versioning><versions/></versioning></metadata>", None);
    shop.get("app", METADATA).await.refused(404);
}

#[tokio::test]
async fn a_connection_of_the_operators_own_brings_releases_and_no_snapshots() {
    let shop = Shop::new().await;
    shop.disconnect();
    shop.connect("store", "custom:private");
    let path = "com/acme/inner/1.0/inner-1.0.jar";
    shop.public.put(&format!("private/{path}"), "inner", None);
    assert_eq!(shop.get("app", path).await.ok(), "inner");
    assert_eq!(shop.versions("store", "com.acme", "inner")["1.0"], "Published");
    let snapshot = "com/acme/inner/2.0-SNAPSHOT/inner-2.0-20261120.173701-1.jar";
    shop.public.put(&format!("private/{snapshot}"), "inner", None);
    shop.get("app", snapshot).await.refused(404);
    assert_eq!(shop.public.asked(&format!("private/{snapshot}")), 0);
}
