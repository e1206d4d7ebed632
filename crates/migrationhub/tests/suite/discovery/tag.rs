//! Tags of servers and applications.

use serde_json::{Value, json};

use super::{application, assert_declined, server};
use crate::hub::each_hub;

fn shown(caller: &testkit::Caller<'_>, input: &Value) -> Vec<(String, String)> {
    let pages = caller.pages("DescribeTags", input, "nextToken");
    let tags = pages.iter().flat_map(|page| page["tags"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    tags.map(|tag| (text(&tag["key"]), text(&tag["value"]))).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn tags_are_set_replaced_filtered_and_removed() {
    each_hub(|world| {
        let caller = world.caller();
        let web = server(world, &caller, &[("FQDN", "web")]);
        let shop = application(&caller, "shop");
        let tag = |ids: &[&str], key: &str, value: &str| {
            let input = json!({"configurationIds": ids, "tags": [{"key": key, "value": value}]});
            assert_eq!(caller.ok("CreateTags", input), json!({}));
        };
        tag(&[&web, &shop], "env", "test");
        tag(&[&web], "env", "prod");
        tag(&[&web], "team", "");
        let answer = caller.ok("DescribeTags", json!({"maxResults": 1}));
        assert_eq!(
            answer["tags"],
            json!([{
                "configurationType": "APPLICATION", "configurationId": shop, "key": "env", "value": "test",
                "timeOfCreation": 1_700_000_000,
            }])
        );
        let all = [pair("env", "test"), pair("env", "prod"), pair("team", "")];
        assert_eq!(shown(&caller, &json!({"maxResults": 1})), all);
        let filter = |name: &str, values: &[&str]| json!({"name": name, "values": values});
        let by = |filters: &[Value]| shown(&caller, &json!({"filters": filters, "maxResults": 1}));
        assert_eq!(by(&[filter("tagKey", &["env"]), filter("tagValue", &["prod", "x"])]), all[1..2]);
        assert_eq!(by(&[filter("configurationId", &[&web, "d-server-x"])]), all[1..]);
        let summary = caller.ok("GetDiscoverySummary", json!({}));
        assert_eq!(summary["serversMappedtoTags"], 1);
        let wrong = json!({"configurationIds": [web], "tags": [{"key": "env", "value": "test"}]});
        caller.ok("DeleteTags", wrong);
        assert_eq!(shown(&caller, &json!({})).len(), 3, "another value is another tag");
        let right = json!({"configurationIds": [web], "tags": [{"key": "env", "value": "prod"}]});
        caller.ok("DeleteTags", right);
        assert_eq!(shown(&caller, &json!({})), [pair("env", "test"), pair("team", "")]);
        caller.ok("DeleteTags", json!({"configurationIds": [web, shop]}));
        assert_eq!(shown(&caller, &json!({})), []);
    });
}

#[test]
fn tags_have_bounds_and_need_something_to_hang_on() {
    each_hub(|world| {
        let caller = world.caller();
        let web = server(world, &caller, &[("FQDN", "web")]);
        let tags = |count: usize| -> Vec<Value> {
            (0..count).map(|number| json!({"key": format!("k{number}"), "value": "v"})).collect()
        };
        let refused = |id: &str, tags: Vec<Value>| {
            caller.refused("CreateTags", json!({"configurationIds": [web, id], "tags": tags}))
        };
        assert_declined(&refused("d-server-x", tags(1)), "ResourceNotFoundException", "d-server-x");
        assert_declined(&refused(&web, tags(31)), "InvalidParameterValueException", "30");
        let long = vec![json!({"key": "k".repeat(129), "value": "v"})];
        assert_declined(&refused(&web, long), "InvalidParameterValueException", "128");
        let long = vec![json!({"key": "k", "value": "v".repeat(257)})];
        assert_declined(&refused(&web, long), "InvalidParameterValueException", "256");
        assert_eq!(shown(&caller, &json!({})), [], "nothing of a refused call is done");
        caller.ok("CreateTags", json!({"configurationIds": [web], "tags": tags(30)}));
        let refusal = caller.refused("DeleteTags", json!({"configurationIds": ["d-server-x"]}));
        assert_declined(&refusal, "ResourceNotFoundException", "d-server-x");
        let filters = json!([{"name": "colour", "values": ["red"]}]);
        let refusal = caller.refused("DescribeTags", json!({"filters": filters}));
        assert_declined(&refusal, "InvalidParameterValueException", "colour");
        let refusal = caller.refused("DescribeTags", json!({"nextToken": "AAAA"}));
        assert_declined(&refusal, "InvalidParameterValueException", "nextToken");
    });
}
