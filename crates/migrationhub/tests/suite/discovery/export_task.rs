//! Exports of everything that discovery knows.

use std::io::Read as _;

use serde_json::{Value, json};
use testkit::World;

use super::{application, assert_declined, server};
use crate::hub::{each_hub, reconcile};

fn download(world: &World, url: &str) -> Option<Vec<u8>> {
    let path = url.strip_prefix("http://127.0.0.1:4566").unwrap().to_owned();
    let read: Result<_, store::Error> =
        world.store().read_blocking(move |tx| migrationhub::discovery::download::read(tx, &path));
    read.unwrap()
}

/// Unpacks one file of an archive, found by its local header.
fn unpacked(archive: &[u8], name: &str) -> String {
    let name_at = archive.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&archive[name_at + name.len()..]).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn an_export_ends_in_an_archive() {
    each_hub(|world| {
        let caller = world.caller();
        let web = server(world, &caller, &[("FQDN", "web")]);
        let shop = application(&caller, "shop");
        let input = json!({"applicationConfigurationId": shop, "configurationIds": [web]});
        caller.ok("AssociateConfigurationItemsToApplication", input);
        let tags = json!({"configurationIds": [web], "tags": [{"key": "env", "value": "prod"}]});
        caller.ok("CreateTags", tags);
        let id = caller.ok("StartExportTask", json!({"exportDataFormat": ["CSV"]}))["exportId"].clone();
        let described =
            || caller.ok("DescribeExportTasks", json!({"exportIds": [id]}))["exportsInfo"][0].clone();
        assert_eq!(described()["exportStatus"], "IN_PROGRESS");
        assert_eq!(described().get("configurationsDownloadUrl"), None);
        reconcile(world);
        let done = described();
        assert_eq!(done["exportStatus"], "SUCCEEDED");
        assert_eq!(done["exportRequestTime"], 1_700_000_000);
        let url = done["configurationsDownloadUrl"].as_str().unwrap();
        let archive = download(world, url).unwrap();
        let servers = unpacked(&archive, "servers.csv");
        let (header, row) = servers.trim_end().split_once("\r\n").unwrap();
        assert!(header.split(',').any(|name| name == "server.hostName"), "{header}");
        assert!(row.contains(",web,") && row.contains(&web), "{row}");
        assert!(row.contains(&format!(r#"[{{""configurationId"":""{shop}"",""name"":""shop""}}]"#)), "{row}");
        assert!(row.contains(r#"[{""key"":""env"",""value"":""prod""}]"#), "{row}");
        let members = "application.configurationId,server.configurationId\r\n";
        assert_eq!(unpacked(&archive, "application_servers.csv"), format!("{members}{shop},{web}\r\n"));
        assert!(unpacked(&archive, "applications.csv").contains("shop"));
        assert!(unpacked(&archive, "tags.csv").ends_with(&format!("SERVER,{web},env,prod\r\n")));
        assert_eq!(download(world, &url.replace("111122223333", "999988887777")), None);
        assert_eq!(download(world, &format!("{url}x")), None);
    });
}

#[test]
fn exports_are_listed_newest_first() {
    each_hub(|world| {
        let caller = world.caller();
        let ids: Vec<Value> = (0..3)
            .map(|_| {
                world.pass(std::time::Duration::from_secs(1));
                caller.ok("StartExportTask", json!({}))["exportId"].clone()
            })
            .collect();
        let shown = |input: Value| -> Vec<Value> {
            let pages = caller.pages("DescribeExportTasks", &input, "nextToken");
            let exports = pages.iter().flat_map(|page| page["exportsInfo"].as_array().unwrap().clone());
            exports.map(|export| export["exportId"].clone()).collect()
        };
        let newest = [ids[2].clone(), ids[1].clone(), ids[0].clone()];
        assert_eq!(shown(json!({"maxResults": 1})), newest);
        let some = json!({"exportIds": [ids[0], "export-x", ids[2], ids[0]], "maxResults": 1});
        assert_eq!(shown(some), [ids[2].clone(), ids[0].clone()]);
    });
}

#[test]
fn what_needs_agents_or_aws_prices_is_refused() {
    each_hub(|world| {
        let caller = world.caller();
        let filters = json!([{"name": "agentIds", "values": ["o-0123456789"], "condition": "EQUALS"}]);
        for operation in ["StartExportTask", "DescribeExportTasks"] {
            let refusal = caller.refused(operation, json!({"filters": filters}));
            assert_declined(&refusal, "InvalidParameterValueException", "agents");
        }
        let preferences = json!({"ec2RecommendationsPreferences": {"enabled": true}});
        let refusal = caller.refused("StartExportTask", json!({"preferences": preferences}));
        assert_declined(&refusal, "OperationNotPermittedException", "EC2");
        let refusal = caller.refused("DescribeExportTasks", json!({"maxResults": 0}));
        assert_declined(&refusal, "InvalidParameterValueException", "maxResults");
    });
}
