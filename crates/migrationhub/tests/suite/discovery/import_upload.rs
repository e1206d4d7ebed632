//! Files that are uploaded for imports: who reads them, under which URLs, and for how long.

use std::sync::Mutex;
use std::time::Duration;

use migrationhub::discovery::import_task::{self, ImportSource, UPLOAD_PATH, work};
use serde_json::{Value, json};
use service::Error;
use testkit::{Caller, World};

use super::assert_declined;
use crate::hub::{each_bare, each_hub};

/// A home of blobs that remembers what was asked of it; there is no network.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

impl ImportSource for Asked {
    fn read(&self, import_url: &str, _bytes_max: usize) -> Result<Vec<u8>, String> {
        self.0.lock().unwrap().push(import_url.to_owned());
        Err("no network here".to_owned())
    }

    fn read_blob(&self, sha256: &str) -> Result<Vec<u8>, String> {
        self.0.lock().unwrap().push(sha256.to_owned());
        Ok(format!("HostName\n{sha256}\n").into_bytes())
    }
}

fn try_upload(world: &World, caller: &Caller<'_>, name: &str, sha256: &str) -> Result<String, String> {
    let (call, name, sha256) = (caller.call(), name.to_owned(), sha256.to_owned());
    let outcome = world.store().write_blocking(move |tx| import_task::upload(tx, &call, &name, &sha256, 17));
    outcome.map_err(|error| match error {
        Error::Modelled(error) => model::ModelledError::name(&error).to_owned(),
        other => panic!("{other:?}"),
    })
}

fn upload(world: &World, caller: &Caller<'_>, name: &str, sha256: &str) -> String {
    try_upload(world, caller, name, sha256).unwrap()
}

fn start(caller: &Caller<'_>, url: &str) {
    caller.ok("StartImportTask", json!({"name": "servers", "importUrl": url}));
}

/// Carries out the import that waits; answers what was asked for, and the status of the newest task.
fn carried_out(world: &World, caller: &Caller<'_>) -> (Vec<String>, Value) {
    let asked = Asked::default();
    assert!(work(world.store(), &asked).unwrap());
    let task = caller.ok("DescribeImportTasks", json!({"maxResults": 1}))["tasks"][0].clone();
    (asked.0.into_inner().unwrap(), task["status"].clone())
}

#[test]
fn an_upload_is_imported_under_its_url_whatever_the_host() {
    each_hub(|world| {
        let caller = world.caller();
        let url = upload(world, &caller, "servers.csv", "aa");
        let begin = format!("http://127.0.0.1:4566{UPLOAD_PATH}111122223333/us-east-1/");
        assert!(url.starts_with(&begin) && url.ends_with("/servers.csv"), "{url}");
        let elsewhere = url.replace("http://127.0.0.1:4566", "https://hub.example.com");
        for url in [&url, &elsewhere, &format!("{url}?version=1")] {
            world.pass(Duration::from_secs(1));
            start(&caller, url);
            assert_eq!(carried_out(world, &caller), (vec!["aa".to_owned()], json!("IMPORT_COMPLETE")));
        }
    });
}

#[test]
fn the_short_form_is_the_newest_upload_of_a_name_when_the_import_began() {
    each_hub(|world| {
        let caller = world.caller();
        for (name, sha256) in [("servers.csv", "old"), ("servers.csv", "new"), ("others.csv", "other")] {
            upload(world, &caller, name, sha256);
            world.pass(Duration::from_secs(1));
        }
        start(&caller, "s3://homeregion/servers.csv");
        world.pass(Duration::from_secs(1));
        upload(world, &caller, "servers.csv", "later");
        assert_eq!(carried_out(world, &caller), (vec!["new".to_owned()], json!("IMPORT_COMPLETE")));
        let bucket = "s3://bucket/servers.csv";
        start(&caller, bucket);
        assert_eq!(carried_out(world, &caller), (vec![bucket.to_owned()], json!("IMPORT_FAILED")));
    });
}

#[test]
fn uploads_of_others_do_not_exist() {
    each_hub(|world| {
        let caller = world.caller();
        let url = upload(world, &caller, "servers.csv", "aa");
        let stranger = world.caller().of_account("444455556666");
        crate::hub::settle(&stranger);
        let refused = |caller: &Caller<'_>, url: &str| {
            let input = json!({"name": "servers", "importUrl": url});
            let refusal = caller.refused("StartImportTask", input);
            assert_declined(&refusal, "InvalidParameterValueException", "importUrl names no upload");
        };
        let own = url.replace("/111122223333/", "/444455556666/");
        for url in [url.as_str(), &own, "s3://homeregion/servers.csv"] {
            refused(&stranger, url);
        }
        let (folder, _) = url.rsplit_once('/').unwrap();
        let region = url.replace("/us-east-1/", "/eu-west-1/");
        for url in [&format!("{folder}/other.csv"), folder, &region, &format!("{url}/more")] {
            refused(&caller, url);
        }
    });
}

#[test]
fn uploads_are_kept_for_a_week_and_their_blobs_as_long() {
    each_hub(|world| {
        let caller = world.caller();
        let url = upload(world, &caller, "servers.csv", "aa");
        upload(world, &caller, "again.csv", "aa");
        world.pass(Duration::from_secs(7 * 24 * 3600));
        let forget = || -> u64 {
            let forgotten: Result<u64, store::Error> =
                world.store().write_blocking(|tx| import_task::forget_uploads(tx, 1));
            forgotten.unwrap()
        };
        assert_eq!(forget(), 0);
        start(&caller, &url);
        world.pass(Duration::from_secs(1));
        assert_eq!([forget(), referred(world)], [1, 1]);
        assert_eq!([forget(), referred(world)], [1, 0]);
        assert_eq!(forget(), 0);
        assert_eq!(carried_out(world, &caller), (vec![], json!("IMPORT_FAILED")));
        let refusal = caller.refused("StartImportTask", json!({"name": "servers", "importUrl": url}));
        assert_declined(&refusal, "InvalidParameterValueException", "importUrl names no upload");
    });
}

/// Asks as the sweep of blobs does whether a row refers to the blob `aa`.
fn referred(world: &World) -> u64 {
    let found: Result<_, store::Error> = world.store().read_blocking(|tx| {
        tx.query_one(migrationhub::ROOM.blob_references[0], &["aa".into()], |row| row.integer(0))
    });
    u64::from(found.unwrap().is_some())
}

#[test]
fn uploads_are_admitted_as_imports_are() {
    each_bare(|world| {
        let caller = world.caller();
        let put = |caller: &Caller<'_>, name| try_upload(world, caller, name, "aa").unwrap_err();
        assert_eq!(put(&caller, "servers.csv"), "HomeRegionNotSetException");
        crate::hub::settle(&caller);
        assert_eq!(
            put(&caller.clone().in_region("eu-west-1"), "servers.csv"),
            "InvalidParameterValueException"
        );
        assert_eq!(put(&caller, "../servers.csv"), "InvalidParameterValueException");
        let without = world.caller().installed(|installation| installation.discovery_off = true);
        assert_eq!(put(&without, "servers.csv"), "AuthorizationErrorException");
        try_upload(world, &caller, "servers.csv", "aa").unwrap();
    });
}
