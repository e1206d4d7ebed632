//! Metadata: put together once, until something changes; and what they decide about files of snapshots.

use std::time::Duration;

use serde_json::json;

use crate::support::Shop;

const METADATA: &str = "com/acme/kit/maven-metadata.xml";

fn listing(versions: &[&str]) -> String {
    let versions: Vec<String> =
        versions.iter().map(|version| format!("<version>{version}</version>")).collect();
    let versions = versions.concat();
    format!(
        "<metadata><groupId>com.acme</groupId><artifactId>kit</artifactId><versioning><versions>{versions}\
         </versions></versioning></metadata>"
    )
}

async fn publish(shop: &Shop, version: &str) {
    shop.put("app", &format!("com/acme/kit/{version}/kit-{version}.jar"), version.to_owned()).await.ok();
    shop.put("app", METADATA, listing(&[version])).await.ok();
}

/// Deploys a build as Maven does.
async fn deploy(shop: &Shop, time: &str, number: u32) {
    let folder = "com/acme/kit/1.0-SNAPSHOT";
    let build = format!("1.0-{time}-{number}");
    for (kind, extension) in [("", "jar"), ("", "pom"), ("-sources", "jar")] {
        let file = format!("{folder}/kit-{build}{kind}.{extension}");
        shop.put("app", &file, format!("{kind}{extension} of {number}")).await.ok();
    }
    let files: Vec<String> = [("", "jar"), ("", "pom"), ("sources", "jar")]
        .iter()
        .map(|(classifier, extension)| {
            format!(
                "<snapshotVersion><classifier>{classifier}</classifier><extension>{extension}</extension>\
                 <value>{build}</value></snapshotVersion>"
            )
        })
        .collect();
    let files = files.concat();
    let document = format!(
        "<metadata modelVersion=\"1.1.0\"><groupId>com.acme</groupId><artifactId>kit</artifactId>\
         <version>1.0-SNAPSHOT</version><versioning><snapshot><timestamp>{time}</timestamp>\
         <buildNumber>{number}</buildNumber></snapshot><snapshotVersions>{files}</snapshotVersions></versioning>\
         </metadata>"
    );
    shop.put("app", &format!("{folder}/maven-metadata.xml"), document).await.ok();
}

#[tokio::test]
async fn metadata_are_put_together_again_only_when_something_changed() {
    let shop = Shop::new().await;
    publish(&shop, "1.0").await;
    let first = shop.get("app", METADATA).await;
    let modified = first.headers["last-modified"].to_str().unwrap().to_owned();
    shop.world.pass(Duration::from_secs(60));
    let again = shop.get("app", METADATA).await;
    assert_eq!(again.headers["last-modified"], modified.as_str(), "it was not put together again");
    assert_eq!(again.headers["etag"], first.headers["etag"]);
    for path in [METADATA.to_owned(), format!("{METADATA}.sha1")] {
        let same = shop.send_with("GET", "app", &path, &[("if-modified-since", &modified)]).await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0), "{path}");
    }
    let sha1 = shop.get("app", &format!("{METADATA}.sha1")).await.ok();
    publish(&shop, "1.1").await;
    let changed = shop.send_with("GET", "app", METADATA, &[("if-modified-since", &modified)]).await.ok();
    assert!(changed.contains("<version>1.1</version>"), "{changed}");
    assert_ne!(shop.get("app", &format!("{METADATA}.sha1")).await.ok(), sha1);
    let unlisted = json!({"domain": "shop", "repository": "app", "format": "maven", "namespace": "com.acme",
        "package": "kit", "versions": ["1.0"], "targetStatus": "Unlisted"});
    shop.world.caller().ok("UpdatePackageVersionsStatus", unlisted);
    assert!(!shop.get("app", METADATA).await.ok().contains("<version>1.0</version>"));
}

#[tokio::test]
async fn a_file_of_a_snapshot_without_its_build_is_that_of_the_newest() {
    let shop = Shop::new().await;
    let file = |rest: &str| format!("com/acme/kit/1.0-SNAPSHOT/kit-1.0-SNAPSHOT{rest}");
    shop.get("app", &file(".jar")).await.refused(404);
    deploy(&shop, "20260101.000000", 1).await;
    let first = shop.get("app", &file(".jar")).await;
    assert_eq!(first.headers["cache-control"], "private, max-age=0, must-revalidate");
    assert_eq!(first.ok(), "jar of 1");
    shop.world.pass(Duration::from_secs(60));
    deploy(&shop, "20260102.000000", 2).await;
    assert_eq!(shop.get("app", &file(".jar")).await.ok(), "jar of 2");
    assert_eq!(shop.get("app", &file("-sources.jar")).await.ok(), "-sourcesjar of 2");
    let exact = "com/acme/kit/1.0-SNAPSHOT/kit-1.0-20260102.000000-2.jar";
    for algorithm in ["md5", "sha1", "sha256", "sha512"] {
        let wanted = shop.get("app", &format!("{exact}.{algorithm}")).await.ok();
        assert_eq!(shop.get("app", &file(&format!(".jar.{algorithm}"))).await.ok(), wanted);
    }
    let head = shop.send("HEAD", "app", &file(".jar"), "").await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.headers["content-length"], "8");
    let known = first.headers["last-modified"].to_str().unwrap();
    let newer = shop.send_with("GET", "app", &file(".jar"), &[("if-modified-since", known)]).await;
    assert_eq!(newer.ok(), "jar of 2");
    shop.get("app", &file("-javadoc.jar")).await.refused(404);
    // The build before is still there by its name.
    let before = "com/acme/kit/1.0-SNAPSHOT/kit-1.0-20260101.000000-1.jar";
    assert_eq!(shop.get("app", before).await.ok(), "jar of 1");
}
