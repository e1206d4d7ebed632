//! Imports of servers, applications and tags from CSV files.

use std::collections::BTreeMap;

use migrationhub::discovery::import_task::{ImportSource, work};
use serde_json::{Value, json};
use testkit::{Caller, World};

use super::{assert_declined, listed, server};
use crate::hub::{each_hub, reconcile};

const URL: &str = "s3://bucket/servers.csv";

/// Files by URL, in place of a network, and by the names of blobs.
struct Files(BTreeMap<String, Vec<u8>>);

impl ImportSource for Files {
    fn read(&self, import_url: &str, _bytes_max: usize) -> Result<Vec<u8>, String> {
        self.0.get(import_url).cloned().ok_or_else(|| format!("{import_url} is not there"))
    }

    fn read_blob(&self, sha256: &str) -> Result<Vec<u8>, String> {
        self.0.get(sha256).cloned().ok_or_else(|| format!("the blob {sha256} is not there"))
    }
}

fn start(caller: &Caller<'_>, name: &str) -> String {
    let task = caller.ok("StartImportTask", json!({"name": name, "importUrl": URL}));
    assert_eq!(task["task"]["status"], "IMPORT_IN_PROGRESS");
    task["task"]["importTaskId"].as_str().unwrap().to_owned()
}

fn carry_out(world: &World, file: impl Into<Vec<u8>>) {
    let files = Files([(URL.to_owned(), file.into())].into());
    assert!(work(world.store(), &files).unwrap());
    assert!(!work(world.store(), &files).unwrap());
}

fn described(caller: &Caller<'_>, id: &str) -> Value {
    let filters = json!([{"name": "IMPORT_TASK_ID", "values": [id]}]);
    caller.ok("DescribeImportTasks", json!({"filters": filters}))["tasks"][0].clone()
}

fn hosts(caller: &Caller<'_>) -> Vec<String> {
    let order = json!([{"fieldName": "server.hostName"}]);
    listed(caller, &json!({"configurationType": "SERVER", "orderBy": order}), "server.hostName")
}

#[test]
fn rows_become_servers_with_applications_and_tags() {
    each_hub(|world| {
        let caller = world.caller();
        let id = start(&caller, "first");
        assert!(id.len() == 44 && id.starts_with("import-task-"), "{id}");
        world.pass(std::time::Duration::from_secs(2));
        carry_out(
            world,
            "ExternalId,HostName,IPAddress,OS.Name,Applications,Tags\r\n\
             e1,web,10.0.0.1,Linux,\"shop,blog\",\"env:prod,team:a\"\r\n\
             e2,db,10.0.0.2,Linux,shop,\r\n",
        );
        let task = described(&caller, &id);
        assert_eq!(task["status"], "IMPORT_COMPLETE");
        assert_eq!(task["importCompletionTime"], 1_700_000_002);
        assert_eq!(task["fileClassification"], "IMPORT_TEMPLATE");
        assert_eq!([&task["serverImportSuccess"], &task["serverImportFailure"]], [2, 0]);
        assert_eq!([&task["applicationImportSuccess"], &task["applicationImportFailure"]], [2, 0]);
        assert_eq!(task.get("errorsAndFailedEntriesZip"), None);
        assert_eq!(hosts(&caller), ["db", "web"]);
        let applications =
            json!({"configurationType": "APPLICATION", "orderBy": [{"fieldName": "application.name"}]});
        assert_eq!(listed(&caller, &applications, "application.name"), ["blog", "shop"]);
        assert_eq!(listed(&caller, &applications, "application.serverCount"), ["1", "2"]);
        assert_eq!(caller.ok("DescribeTags", json!({}))["tags"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_known_server_is_described_anew_and_keeps_its_id() {
    each_hub(|world| {
        let caller = world.caller();
        let known = server(world, &caller, &[("FQDN", "Web.example.com"), ("IPV4_ADDRESS", "10.0.0.1")]);
        start(&caller, "again");
        carry_out(world, "HostName,OS.Name,IPAddress\nweb.EXAMPLE.com,Linux,10.0.0.9\n");
        let shown = caller.ok("DescribeConfigurations", json!({"configurationIds": [known]}));
        let shown = &shown["configurations"][0];
        assert_eq!(shown["server.osName"], "Linux");
        assert_eq!(
            shown["server.networkInterfaceInfo"],
            r#"[{"ipAddress":"10.0.0.1"},{"ipAddress":"10.0.0.9"}]"#
        );
        assert_eq!(hosts(&caller).len(), 1);
    });
}

#[test]
fn rows_that_cannot_be_taken_are_counted_and_told() {
    each_hub(|world| {
        let caller = world.caller();
        let id = start(&caller, "mixed");
        carry_out(world, "HostName,IPAddress\nweb,10.0.0.1\n,\nbad,10.0.0.300\n");
        let task = described(&caller, &id);
        assert_eq!(task["status"], "IMPORT_COMPLETE_WITH_ERRORS");
        assert_eq!([&task["serverImportSuccess"], &task["serverImportFailure"]], [1, 1]);
        let url = task["errorsAndFailedEntriesZip"].as_str().unwrap();
        assert!(url.ends_with(&format!("/{id}.zip")), "{url}");
        let path = url.strip_prefix("http://127.0.0.1:4566").unwrap().to_owned();
        let read: Result<_, store::Error> =
            world.store().read_blocking(move |tx| migrationhub::discovery::download::read(tx, &path));
        assert!(read.unwrap().unwrap().starts_with(b"PK"));
        for (file, status) in [
            ("HostName,IPAddress\nbad,x\n".as_bytes().to_vec(), "IMPORT_FAILED"),
            (b"Color\nred\n".to_vec(), "IMPORT_FAILED_UNSUPPORTED_FILE_TYPE"),
            (vec![0xff, 0xfe, 0x00], "IMPORT_FAILED_UNSUPPORTED_FILE_TYPE"),
            (Vec::new(), "IMPORT_FAILED_UNSUPPORTED_FILE_TYPE"),
            (vec![b'x'; 10 * 1024 * 1024 + 1], "IMPORT_FAILED_RECORD_LIMIT_EXCEEDED"),
            (
                format!("HostName\n{}", "h\n".repeat(25_001)).into_bytes(),
                "IMPORT_FAILED_RECORD_LIMIT_EXCEEDED",
            ),
        ] {
            let id = start(&caller, status);
            carry_out(world, file);
            assert_eq!(described(&caller, &id)["status"], status);
        }
        let id = start(&caller, "nowhere");
        assert!(work(world.store(), &Files(BTreeMap::new())).unwrap());
        assert_eq!(described(&caller, &id)["status"], "IMPORT_FAILED");
        assert_eq!(hosts(&caller), ["web"]);
    });
}

#[test]
fn an_import_is_taken_back_with_what_it_brought() {
    each_hub(|world| {
        let caller = world.caller();
        server(world, &caller, &[("FQDN", "known")]);
        let ids: Vec<String> = ["kept", "forgotten"]
            .into_iter()
            .map(|name| {
                let id = start(&caller, name);
                carry_out(world, format!("HostName\nknown\n{name}-1\n{name}-2\n"));
                id
            })
            .collect();
        assert_eq!(hosts(&caller).len(), 5);
        let unknown = format!("import-task-{}", "0".repeat(32));
        let answer = caller.ok("BatchDeleteImportData", json!({"importTaskIds": [ids[0], unknown]}));
        assert_eq!(answer["errors"][0]["importTaskId"], unknown);
        assert_eq!(answer["errors"][0]["errorCode"], "NOT_FOUND");
        assert_eq!(described(&caller, &ids[0])["status"], "DELETE_IN_PROGRESS");
        world.pass(std::time::Duration::from_secs(3));
        reconcile(world);
        let task = described(&caller, &ids[0]);
        assert_eq!(
            (&task["status"], &task["importDeletedTime"]),
            (&json!("DELETE_COMPLETE"), &json!(1_700_000_003))
        );
        assert_eq!(hosts(&caller), ["forgotten-1", "forgotten-2", "known"]);
        let input = json!({"importTaskIds": [ids[1]], "deleteHistory": true});
        assert_eq!(caller.ok("BatchDeleteImportData", input), json!({"errors": []}));
        reconcile(world);
        assert_eq!(described(&caller, &ids[1]), Value::Null);
        assert_eq!(hosts(&caller), ["known"]);
    });
}

#[test]
fn an_import_that_is_taken_back_before_it_began_does_nothing() {
    each_hub(|world| {
        let caller = world.caller();
        let id = start(&caller, "regretted");
        caller.ok("BatchDeleteImportData", json!({"importTaskIds": [id]}));
        reconcile(world);
        assert!(!work(world.store(), &Files(BTreeMap::new())).unwrap());
        assert_eq!(described(&caller, &id)["status"], "DELETE_COMPLETE");
    });
}

#[test]
fn the_same_token_is_the_same_import() {
    each_hub(|world| {
        let caller = world.caller();
        let input = |name: &str| json!({"name": name, "importUrl": URL, "clientRequestToken": "t-1"});
        let first = caller.ok("StartImportTask", input("one"));
        assert_eq!(caller.ok("StartImportTask", input("one")), first);
        let refusal = caller.refused("StartImportTask", input("two"));
        assert_declined(&refusal, "ResourceInUseException", "clientRequestToken");
        world.pass(std::time::Duration::from_secs(3 * 24 * 3600));
        let refusal = caller.refused("StartImportTask", input("two"));
        assert_declined(&refusal, "ResourceInUseException", "'one'");
        let again = caller.ok("StartImportTask", input("one"));
        assert_eq!(again, first, "the task outlives the window in which answers are replayed");
        assert_eq!(caller.ok("DescribeImportTasks", json!({}))["tasks"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn imports_are_listed_newest_first_and_filtered() {
    each_hub(|world| {
        let caller = world.caller();
        for name in ["a", "b", "c"] {
            world.pass(std::time::Duration::from_secs(1));
            start(&caller, name);
        }
        let names = |input: Value| -> Vec<String> {
            let pages = caller.pages("DescribeImportTasks", &input, "nextToken");
            let tasks = pages.iter().flat_map(|page| page["tasks"].as_array().unwrap().clone());
            tasks.map(|task| task["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(json!({"maxResults": 1})), ["c", "b", "a"]);
        let two = json!([
            {"name": "NAME", "values": ["a", "b"]},
            {"name": "STATUS", "values": ["IMPORT_IN_PROGRESS"]},
            {"name": "FILE_CLASSIFICATION", "values": ["IMPORT_TEMPLATE"]},
        ]);
        assert_eq!(names(json!({"filters": two, "maxResults": 1})), ["b", "a"]);
        for url in ["file://host/etc/passwd", "ftp://host/x"] {
            let refusal = caller.refused("StartImportTask", json!({"name": "x", "importUrl": url}));
            assert_declined(&refusal, "InvalidParameterValueException", "importUrl");
        }
        let refusal = caller.refused("DescribeImportTasks", json!({"maxResults": 101}));
        assert_declined(&refusal, "InvalidParameterException", "maxResults");
        let refusal = caller.refused("DescribeImportTasks", json!({"nextToken": "AAAA"}));
        assert_declined(&refusal, "InvalidParameterValueException", "nextToken");
    });
}
