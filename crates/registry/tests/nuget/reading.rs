//! Registrations, search, completion and the feeds of version 2: what clients see of what is there.

use serde_json::{Value, json};
use testkit::nuget_registry::nupkg;

use crate::support::Shop;

#[tokio::test]
async fn own_and_foreign_versions_are_listed_together() {
    let shop = Shop::new();
    shop.pushed("mid", "Widget", "1.0.5", "ours").await;
    shop.restrict("mid", "widget", "ALLOW", "ALLOW");
    let all = ["0.9.0", "1.0.0", "1.0.5", "1.1.0", "2.0.0-beta.1"];
    assert_eq!(shop.listed("app", "widget").await, all);
    assert_eq!(shop.listed("app", "WIDGET").await, all);
    let plain = shop.registered("app", "registration-gz", "widget").await;
    assert_eq!(plain.keys().collect::<Vec<_>>(), ["0.9.0", "1.0.0", "1.0.5", "1.1.0"]);
    let semver2 = shop.registered("app", "registration-semver2", "widget").await;
    assert!(semver2.contains_key("2.0.0-Beta.1+meta"));
    assert_eq!(
        (&semver2["0.9.0"]["listed"], &semver2["1.0.5"]["authors"]),
        (&json!(false), &json!("Acme, Friends"))
    );
    assert_eq!(semver2["1.1.0"]["published"], "2021-01-01T00:00:00Z");
    let content = semver2["1.1.0"]["packageContent"].as_str().unwrap();
    assert!(content.ends_with("/app/v3/flatcontainer/widget/1.1.0/widget.1.1.0.nupkg"), "{content}");
    let leaf = shop.get("app", "v3/registration-semver2/widget/2.0-beta.1.json").await.ok();
    assert_eq!(leaf["catalogEntry"]["version"], "2.0.0-Beta.1+meta");
    shop.get("app", "v3/registration/widget/2.0-beta.1.json").await.refused(404);
    shop.get("app", "v3/registration/none/index.json").await.refused(404);
}

#[tokio::test]
async fn documents_have_tags_and_come_packed_to_who_unpacks() {
    let shop = Shop::new();
    for path in ["v3/index.json", "v3/flatcontainer/widget/index.json", "v3/registration/widget/index.json"] {
        let answer = shop.get("app", path).await;
        let tag = answer.header("etag").to_owned();
        assert!(answer.status == 200 && tag.starts_with("W/"), "{path}");
        let same = shop.send(shop.request("GET", "app", path).header("if-none-match", &tag), "").await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0), "{path}");
        let head = shop.send(shop.request("HEAD", "app", path), "").await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), answer.body.len().to_string());
    }
    let packed =
        shop.request("GET", "app", "v3/registration/widget/index.json").header("accept-encoding", "gzip");
    let packed = shop.send(packed, "").await;
    assert_eq!((packed.header("content-encoding"), &packed.json()["count"]), ("gzip", &json!(1)));
}

#[tokio::test]
async fn search_finds_what_is_held_and_asks_nobody() {
    let shop = Shop::new();
    for (repository, id, version) in
        [("store", "Acme.Kit", "1.0.0"), ("mid", "acme.kit", "1.1.0-rc"), ("app", "Acme.Tool", "2.0.0-a.b")]
    {
        shop.pushed(repository, id, version, id).await;
        shop.restrict(repository, id, "ALLOW", "ALLOW");
    }
    let before = shop.public.requests_in_all();
    let found = |query: &'static str| {
        let shop = &shop;
        async move {
            let answer = shop.get("app", &format!("v3/query?{query}")).await.ok();
            let data = answer["data"].as_array().unwrap().clone();
            let one =
                |hit: &Value| format!("{} {}", hit["id"].as_str().unwrap(), hit["version"].as_str().unwrap());
            (answer["totalHits"].as_u64().unwrap(), data.iter().map(one).collect::<Vec<_>>())
        }
    };
    assert_eq!(found("q=acme").await, (1, vec!["Acme.Kit 1.0.0".to_owned()]));
    assert_eq!(found("q=acme&prerelease=true").await, (1, vec!["acme.kit 1.1.0-rc".to_owned()]));
    assert_eq!(
        found("q=ACME&prerelease=true&semVerLevel=2.0.0&take=1&skip=1").await.1,
        ["Acme.Tool 2.0.0-a.b"]
    );
    assert_eq!(found("q=tools&prerelease=true&semVerLevel=2.0.0").await.0, 2, "tags count");
    assert_eq!(found("q=packageid:Acme.Kit").await.0, 1);
    assert_eq!(found("q=packageid:Acme").await.0, 0);
    assert_eq!(found("q=acme&packageType=DotnetTool").await.0, 0);
    assert_eq!(found("q=nothing").await.0, 0);
    assert_eq!(found("").await.0, 1);
    let ids = shop.get("app", "v3/autocomplete?q=ac&prerelease=true&semVerLevel=2.0.0").await.ok();
    assert_eq!(ids["data"], json!(["acme.kit", "Acme.Tool"]));
    assert_eq!(shop.public.requests_in_all(), before);
    let versions = shop.get("app", "v3/autocomplete?id=widget").await.ok();
    assert_eq!(versions["data"], json!(["1.0.0", "1.1.0"]));
    assert_eq!(shop.get("app", "v3/autocomplete?id=none").await.ok()["data"], json!([]));
}

#[tokio::test]
async fn packages_are_found_by_their_kind() {
    let shop = Shop::new();
    let kind = "<packageTypes><packageType name=\"DotnetTool\"/></packageTypes>";
    assert_eq!(shop.push_saying("app", "Acme.Cli", "1.0.0", kind).await.status, 201);
    shop.pushed("app", "Acme.Kit", "1.0.0", "x").await;
    for (kind, expected) in [("DotnetTool", "Acme.Cli"), ("dependency", "Acme.Kit")] {
        let found = shop.get("app", &format!("v3/query?q=acme&packageType={kind}")).await.ok();
        assert_eq!((&found["totalHits"], &found["data"][0]["id"]), (&json!(1), &json!(expected)));
    }
}

#[tokio::test]
async fn clients_of_version_2_are_served() {
    let shop = Shop::new();
    shop.pushed("store", "Acme.Kit", "1.0.0", "1").await;
    shop.pushed("store", "Acme.Kit", "1.1.0-b", "2").await;
    let get = |path: &'static str| shop.get("app", path);
    let feed = get("v2/FindPackagesById()?id='Acme.Kit'").await;
    assert!(feed.header("content-type").starts_with("application/atom+xml"));
    let text = feed.text();
    assert_eq!(text.matches("<entry>").count(), 2);
    assert!(text.contains("/app/v2/package/Acme.Kit/1.0.0\""), "{text}");
    assert_eq!(get("v2/FindPackagesById()?id=%27none%27").await.text().matches("<entry>").count(), 0);
    assert_eq!(get("v2/FindPackagesById()?id='Widget'&$top=2").await.text().matches("<entry>").count(), 2);
    let one = get("v2/Packages(Id='acme.kit',Version='1.0')").await.text();
    assert!(one.contains("<d:NormalizedVersion>1.0.0</d:NormalizedVersion>"), "{one}");
    get("v2/Packages(Id='acme.kit',Version='7.0')").await.refused(404);
    let latest =
        get("v2/Packages()?$filter=(tolower(Id)%20eq%20'acme.kit')%20and%20IsLatestVersion").await.text();
    assert_eq!(latest.matches("<entry>").count(), 1);
    assert_eq!(get("v2/Search()/$count?searchTerm='kit'&includePrerelease=true").await.text(), "2");
    assert_eq!(get("v2/Search()?searchTerm='kit'").await.text().matches("<entry>").count(), 1);
    assert!(get("v2/$metadata").await.text().contains("V2FeedPackage"));
    assert!(get("v2/").await.text().contains("<collection"));
    let download = get("v2/package/Acme.Kit/1.0.0").await;
    assert_eq!(&download.body[..], &nupkg("Acme.Kit", "1.0.0", "1").bytes[..]);
    get("v2/FindPackagesById()?id='a%20b'").await.refused(400);
}

#[tokio::test]
async fn long_feeds_say_where_they_go_on() {
    let shop = Shop::new();
    for minor in 0..105 {
        shop.public.publish(&nupkg("Many", &format!("1.{minor}.0"), ""), json!({}));
    }
    let text = shop.get("app", "v2/FindPackagesById()?id='Many'").await.text();
    assert_eq!(text.matches("<entry>").count(), 100);
    assert!(
        text.contains("/app/v2/FindPackagesById()?id='Many'&amp;$skip=100\""),
        "{}",
        &text[text.len() - 300..]
    );
    let rest = shop.get("app", "v2/FindPackagesById()?id='Many'&$skip=100").await.text();
    assert_eq!((rest.matches("<entry>").count(), rest.contains("rel=\"next\"")), (5, false));
}
