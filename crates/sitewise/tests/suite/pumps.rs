//! Pumps with properties that computation models may read and write, and such that they may not.

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::{asset, model, text};

/// A pump with everything that a computation model may read and write, and what it may not.
pub struct Pumps<'a> {
    pub caller: Caller<'a>,
    pub model: String,
    properties: Vec<(String, String)>,
}

impl<'a> Pumps<'a> {
    pub fn new(world: &'a World) -> Self {
        Self::named(world.caller(), "pump")
    }

    pub fn named(caller: Caller<'a>, name: &str) -> Self {
        let property = |name: &str, data_type: &str, kind: Value| json!({ "name": name, "dataType": data_type, "type": kind });
        let formula = |reads: &str| json!([{ "name": "x", "value": { "propertyId": reads } }]);
        let flow = own_id(&caller, 1);
        let mut flow_property = property("flow", "DOUBLE", json!({ "measurement": {} }));
        flow_property["id"] = json!(flow);
        let model = model(
            &caller,
            json!({
                "assetModelName": name,
                "assetModelProperties": [
                    flow_property,
                    property("turns", "INTEGER", json!({ "measurement": {} })),
                    property("double flow", "DOUBLE", json!({ "transform": {
                        "expression": "2 * x", "variables": formula(&flow) } })),
                    property("mean flow", "DOUBLE", json!({ "metric": {
                        "expression": "avg(x)", "variables": formula(&flow),
                        "window": { "tumbling": { "interval": "5m" } } } })),
                    property("height", "DOUBLE", json!({ "attribute": { "defaultValue": "1" } })),
                    property("anomaly", "STRING", json!({ "measurement": {} })),
                    property("label", "STRING", json!({ "attribute": { "defaultValue": "a" } })),
                    property("on", "BOOLEAN", json!({ "measurement": {} })),
                ],
            }),
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        let pair = |property: &Value| (text(&property["name"]), text(&property["id"]));
        let properties = described["assetModelProperties"].as_array().unwrap().iter().map(pair).collect();
        Self { caller, model, properties }
    }

    pub fn property(&self, name: &str) -> &str {
        &self.properties.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
    }

    pub fn pump(&self, name: &str) -> String {
        asset(&self.caller, &self.model, name)
    }

    pub fn on_model(&self, property: &str) -> Value {
        json!({ "assetModelProperty": { "assetModelId": self.model, "propertyId": self.property(property) } })
    }

    pub fn on_asset(&self, asset: &str, property: &str) -> Value {
        json!({ "assetProperty": { "assetId": asset, "propertyId": self.property(property) } })
    }

    /// A create request with these bindings.
    pub fn input(name: &str, inputs: &Value, result: &Value) -> Value {
        json!({
            "computationModelName": name,
            "computationModelConfiguration": {
                "anomalyDetection": { "inputProperties": "${inputs}", "resultProperty": "${result}" },
            },
            "computationModelDataBinding": { "inputs": inputs, "result": result },
        })
    }

    /// Creates a computation model of all pumps and answers its id.
    #[track_caller]
    pub fn of_all(&self, name: &str) -> String {
        let inputs = json!({ "list": [self.on_model("flow"), self.on_model("turns")] });
        self.create(Self::input(name, &inputs, &self.on_model("anomaly")))
    }

    /// Creates a computation model of one pump and answers its id.
    #[track_caller]
    pub fn of_one(&self, name: &str, pump: &str) -> String {
        self.create(Self::input(name, &self.on_asset(pump, "flow"), &self.on_asset(pump, "anomaly")))
    }

    #[track_caller]
    fn create(&self, input: Value) -> String {
        text(&self.caller.ok("CreateComputationModel", input)["computationModelId"])
    }

    pub fn describe(&self, id: &str) -> Value {
        self.caller.ok("DescribeComputationModel", json!({ "computationModelId": id }))
    }
}

/// A UUID of the user's own, another one for each account and number.
fn own_id(caller: &Caller<'_>, number: u8) -> String {
    let names = caller.ok("ListAssetModels", json!({}))["assetModelSummaries"].as_array().unwrap().len();
    format!("a1b2c3d4-5678-90ab-{names:04x}-11111aaaaa{number:02x}")
}
