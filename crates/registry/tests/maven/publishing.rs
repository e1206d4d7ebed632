//! Publishing, as far as the clock or a registry has a say in it.

use std::time::Duration;

use crate::support::Shop;

const LISTED: &str = "<metadata><groupId>org.public</groupId><artifactId>widget</artifactId><versioning><versions>\
                      <version>1.0</version></versions></versioning></metadata>";

#[tokio::test]
async fn a_version_that_a_registry_has_is_not_published() {
    let shop = Shop::new().await;
    shop.public.release("widget", "1.0", None);
    let sentence = shop.put("app", "org/public/widget/1.0/widget-1.0.jar", "ours").await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    // A POM that no metadata list takes its version as well.
    shop.public.put("org/public/hidden/1.0/hidden-1.0.pom", "<project/>", None);
    shop.put("app", "org/public/hidden/1.0/hidden-1.0.jar", "ours").await.refused(409);
    shop.put("app", "org/public/widget/2.0/widget-2.0.jar", "ours").await.ok();
    // A registry that does not answer takes nothing.
    shop.public.fail(true);
    shop.put("app", "org/public/silent/1.0/silent-1.0.jar", "ours").await.ok();
    assert_eq!(shop.versions("app", "org.public", "silent")["1.0"], "Unfinished");
}

#[tokio::test]
async fn an_own_package_is_not_looked_for_outside() {
    let shop = Shop::new().await;
    shop.put("app", "com/acme/kit/1.0/kit-1.0.jar", "ours").await.ok();
    shop.public.put("com/acme/kit/maven-metadata.xml", LISTED, None);
    let before = shop.public.asked("com/acme/kit/maven-metadata.xml");
    shop.get("app", "com/acme/kit/maven-metadata.xml").await.refused(404);
    shop.get("app", "com/acme/kit/2.0/kit-2.0.jar").await.refused(404);
    shop.put("app", "com/acme/kit/2.0/kit-2.0.jar", "ours").await.ok();
    assert_eq!(shop.public.asked("com/acme/kit/maven-metadata.xml"), before);
    assert_eq!(shop.public.asked("com/acme/kit/2.0/kit-2.0.jar"), 0);
}

#[tokio::test]
async fn nothing_in_the_folder_of_an_own_package_is_looked_for_outside() {
    let shop = Shop::new().await;
    shop.put("app", "com/acme/kit/1.0/kit-1.0.jar", "ours").await.ok();
    for path in [
        "com/acme/kit/1.0/maven-metadata.xml",
        "com/acme/kit/archetype-catalog.xml",
        "com/acme/kit/1.0",
        "com/acme/kit/1/parts/a/b.jar",
    ] {
        for method in ["HEAD", "GET"] {
            assert_eq!(shop.send(method, "app", path, "").await.status, 404, "{method} {path}");
        }
        shop.get("app", &format!("{path}.sha1")).await.refused(404);
        assert_eq!(shop.public.asked(path), 0, "{path}");
    }
    shop.public.put("com/acme/kits/1.0/notes.txt", "theirs", None);
    assert_eq!(shop.get("app", "com/acme/kits/1.0/notes.txt").await.ok(), "theirs");
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_of_a_deploy_leaves_the_version_unfinished() {
    let shop = Shop::new().await;
    shop.put("app", "org/public/widget/1.0/widget-1.0.jar", "ours").await.ok();
    shop.world.pass(Duration::from_secs(12 * 3600 + 1));
    let sentence = shop.put("app", "org/public/widget/maven-metadata.xml", LISTED).await.refused(401);
    assert!(sentence.contains("the token has expired"), "{sentence}");
    assert_eq!(shop.versions("app", "org.public", "widget")["1.0"], "Unfinished");
}

#[tokio::test]
async fn documents_and_checksums_that_are_too_large_are_refused() {
    let shop = Shop::new().await;
    let large = vec![b' '; (8 << 20) + 1];
    shop.put("app", "org/public/widget/maven-metadata.xml", large).await.refused(413);
    shop.put("app", "org/public/widget/1.0/widget-1.0.jar", "ours").await.ok();
    shop.put("app", "org/public/widget/1.0/widget-1.0.jar.md5", vec![b'0'; 1025]).await.refused(413);
    let deep = format!("<metadata>{}", "<versioning>".repeat(1000));
    let sentence = shop.put("app", "org/public/widget/maven-metadata.xml", deep).await.refused(400);
    assert!(sentence.contains("nests deeper"), "{sentence}");
    // A POM that cannot be read keeps no version out.
    shop.put("app", "org/public/widget/1.0/widget-1.0.pom", "<project>&").await.ok();
}
