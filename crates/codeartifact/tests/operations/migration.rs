//! A database that the first version made is opened, brought up to date, and keeps everything.

use codeartifact::ROOM;
use model::Timestamp;
use serde_json::{Value, json};
use store::{Clock, Database, Entropy, Options, Store};
use testkit::World;

use crate::support::{npm, of, policy};
use crate::table;

/// The tables as they were first published, for ever.
static FIRST: store::Room = store::Room {
    name: ROOM.name,
    migrations: ROOM.migrations.first_chunk::<1>().unwrap(),
    blob_references: ROOM.blob_references,
};

static THEN: &[&store::Room] = &[&FIRST];
static NOW: &[&store::Room] = &[&ROOM];

fn as_of_the_first_version(database: &Database) {
    let store = Store::open(Options {
        database: database.clone(),
        rooms: THEN,
        clock: Clock::manual(Timestamp::from_millis(1_700_000_000_000)),
        entropy: Entropy::seeded(9),
    });
    store.unwrap().write_blocking(table::fill).unwrap();
}

#[test]
fn what_the_first_version_wrote_is_kept() {
    testkit::each_database(|database| {
        as_of_the_first_version(database);
        let world = World::over(database, NOW, codeartifact::register);
        let caller = world.caller();
        let shop = caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"].clone();
        assert_eq!((&shop["repositoryCount"], &shop["assetSizeBytes"]), (&json!(2), &json!(1000)));
        assert_eq!(shop["encryptionKey"], "arn:aws:kms:us-east-1:111122223333:key/1");
        let web = caller.ok("DescribeRepository", of("web", json!({})))["repository"].clone();
        assert_eq!(
            (&web["description"], &web["administratorAccount"]),
            (&json!("ours"), &json!("444455556666"))
        );
        assert_eq!(web["upstreams"], json!([{"repositoryName": "store"}]));
        let store = caller.ok("DescribeRepository", of("store", json!({})))["repository"].clone();
        assert_eq!(store["externalConnections"][0]["externalConnectionName"], "public:npmjs");

        let kit = |more: Value| npm("web", "@acme/kit", more);
        let described = caller.ok("DescribePackage", kit(json!({})))["package"].clone();
        let restrictions = json!({"publish": "ALLOW", "upstream": "BLOCK"});
        assert_eq!(described["originConfiguration"]["restrictions"], restrictions);
        let versions = caller.ok("ListPackageVersions", kit(json!({})));
        assert_eq!(versions["defaultDisplayVersion"], "1.0.0");
        assert_eq!(
            (&versions["versions"][0]["revision"], &versions["versions"][0]["status"]),
            (&json!("R1"), &json!("Published"))
        );
        let version = caller.ok("DescribePackageVersion", kit(json!({"packageVersion": "1.0.0"})));
        assert_eq!(version["packageVersion"]["summary"], "a kit");
        let assets = caller.ok("ListPackageVersionAssets", kit(json!({"packageVersion": "1.0.0"})));
        assert_eq!(assets["assets"][0]["hashes"]["SHA-256"], "a");
        let arn = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web";
        let tags = caller.ok("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(tags["tags"], json!([{"key": "team", "value": "blue"}]));
    });
}

#[test]
fn what_the_first_version_wrote_takes_what_came_later() {
    testkit::each_database(|database| {
        as_of_the_first_version(database);
        let world = World::over(database, NOW, codeartifact::register);
        let caller = world.caller();
        let document = policy("Deny", "codeartifact:DescribeRepository", "*");
        caller.ok("PutRepositoryPermissionsPolicy", of("web", json!({"policyDocument": document})));
        let refusal = caller.refused("DescribeRepository", of("web", json!({})));
        assert_eq!(refusal.name, "AccessDeniedException");
        let groups = caller.ok("ListPackageGroups", json!({"domain": "shop"}));
        assert_eq!(groups["packageGroups"][0]["pattern"], "/*");
        caller.ok("DeletePackage", npm("web", "@acme/kit", json!({})));
        for repository in ["web", "store"] {
            caller.ok("DeleteRepository", of(repository, json!({})));
        }
        caller.ok("DeleteDomain", json!({"domain": "shop"}));
    });
}
