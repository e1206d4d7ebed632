//! Minimum release age where a repository says when versions were published, and where it does not.

use std::time::Duration;

use model::Timestamp;
use serde_json::json;

use crate::support::Shop;

const METADATA: &str = "org/public/widget/maven-metadata.xml";

fn jar(version: &str) -> String {
    format!("org/public/widget/{version}/widget-{version}.jar")
}

async fn shop() -> Shop {
    let shop = Shop::new().await;
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": "8h"}]);
    let input = json!({"domain": "shop", "packageGroup": "/maven/org.public/*", "tags": tags});
    shop.world.caller().ok("CreatePackageGroup", input);
    shop
}

/// A moment before now, as HTTP spells it.
fn ago(shop: &Shop, hours: i64) -> String {
    let now = shop.world.store().clock().now().millis();
    Timestamp::from_millis(now - hours * 3_600_000).to_rfc1123()
}

#[tokio::test]
async fn a_version_matures_by_the_time_of_its_pom() {
    let shop = shop().await;
    shop.public.release("widget", "1.0", Some(&ago(&shop, 100)));
    shop.public.release("widget", "2.0", Some(&ago(&shop, 5)));
    let listed = shop.get("app", METADATA).await.ok();
    assert!(listed.contains("<version>1.0</version>") && !listed.contains("2.0"), "{listed}");
    assert_eq!(shop.get("app", &jar("1.0")).await.ok(), "widget 1.0");
    let sentence = shop.get("app", &jar("2.0")).await.refused(403);
    assert!(sentence.contains("minimum release age"), "{sentence}");
    assert_eq!(shop.send("HEAD", "app", &jar("2.0"), "").await.status, 403);
    assert!(!shop.versions("store", "org.public", "widget").contains_key("2.0"));
    shop.world.pass(Duration::from_secs(4 * 3600));
    assert!(shop.get("app", METADATA).await.ok().contains("<version>2.0</version>"));
    assert_eq!(shop.get("app", &jar("2.0")).await.ok(), "widget 2.0");
}

#[tokio::test]
async fn a_file_that_was_added_to_an_old_version_matures_by_its_own_time() {
    let shop = shop().await;
    shop.public.release("widget", "1.0", Some(&ago(&shop, 100)));
    assert_eq!(shop.get("app", &jar("1.0")).await.ok(), "widget 1.0");
    let late = "org/public/widget/1.0/widget-1.0-all.jar";
    shop.public.put(late, "added", Some(&ago(&shop, 5)));
    assert_eq!(shop.send("HEAD", "app", late, "").await.status, 403);
    assert!(shop.get("app", late).await.refused(403).contains("minimum release age"));
    shop.get("app", &format!("{late}.sha1")).await.refused(403);
    shop.world.pass(Duration::from_secs(4 * 3600));
    assert_eq!(shop.get("app", late).await.ok(), "added");
}

#[tokio::test]
async fn a_version_without_a_time_matures_since_it_was_first_seen() {
    let shop = shop().await;
    shop.public.release("widget", "1.0", None);
    shop.get("app", METADATA).await.refused(404);
    shop.get("app", &jar("1.0")).await.refused(403);
    shop.world.pass(Duration::from_secs(9 * 3600));
    assert!(shop.get("app", METADATA).await.ok().contains("<version>1.0</version>"));
    assert_eq!(shop.get("app", &jar("1.0")).await.ok(), "widget 1.0");
}

#[tokio::test]
async fn what_is_published_inside_has_no_age() {
    let shop = shop().await;
    let path = "org/public/ours/1.0/ours-1.0.jar";
    shop.put("app", path, "ours").await.ok();
    let listed = "<metadata><versioning><versions><version>1.0</version></versions></versioning></metadata>";
    shop.put("app", "org/public/ours/maven-metadata.xml", listed).await.ok();
    assert_eq!(shop.get("app", path).await.ok(), "ours");
}
