//! A small wind park to test on: farms with turbines with generators, each from its own model.

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World};

use crate::round_trip;

/// Tables of the service and of the table of operations.
pub static ROOMS: &[&store::Room] = &[&service::ROOM, &sitewise::ROOM];

/// An id that names nothing.
pub const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";

/// Runs a test on every database; the models that it leaves behind must survive being sent back as described.
pub fn each(test: impl Fn(&World)) {
    testkit::each_world(ROOMS, sitewise::register, |world| {
        test(world);
        round_trip::all(world);
    });
}

/// Two models, the parent with two hierarchies of the same child model.
pub struct Plant<'a> {
    pub caller: Caller<'a>,
    pub farm_model: String,
    pub turbine_model: String,
    /// Hierarchy `turbines` of the farm model, with external id `h-1`.
    pub turbines: String,
    /// Hierarchy `spares` of the farm model.
    pub spares: String,
}

impl<'a> Plant<'a> {
    pub fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let turbine_model = model(&caller, json!({ "assetModelName": "turbine" }));
        let farm_model = model(
            &caller,
            json!({
                "assetModelName": "farm",
                "assetModelHierarchies": [
                    { "name": "turbines", "externalId": "h-1", "childAssetModelId": turbine_model },
                    { "name": "spares", "childAssetModelId": turbine_model },
                ],
            }),
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": farm_model }));
        let hierarchy = |i: usize| text(&described["assetModelHierarchies"][i]["id"]);
        Self { turbines: hierarchy(0), spares: hierarchy(1), caller, farm_model, turbine_model }
    }

    pub fn farm(&self, name: &str) -> String {
        asset(&self.caller, &self.farm_model, name)
    }

    pub fn turbine(&self, name: &str) -> String {
        asset(&self.caller, &self.turbine_model, name)
    }

    pub fn associate(&self, parent: &str, hierarchy: &str, child: &str) -> Result<Value, Refusal> {
        self.caller.send("AssociateAssets", triple(parent, hierarchy, child))
    }

    pub fn disassociate(&self, parent: &str, hierarchy: &str, child: &str) -> Result<Value, Refusal> {
        self.caller.send("DisassociateAssets", triple(parent, hierarchy, child))
    }

    /// Names of the assets that ListAssociatedAssets answers.
    pub fn children(&self, parent: &str) -> Vec<String> {
        names(&self.caller.ok("ListAssociatedAssets", json!({ "assetId": parent })))
    }

    /// Names of the assets without parent.
    pub fn top_level(&self) -> Vec<String> {
        names(&self.caller.ok("ListAssets", json!({ "filter": "TOP_LEVEL" })))
    }
}

pub fn triple(parent: &str, hierarchy: &str, child: &str) -> Value {
    json!({ "assetId": parent, "hierarchyId": hierarchy, "childAssetId": child })
}

/// Creates a model and answers its id.
#[track_caller]
pub fn model(caller: &Caller<'_>, input: Value) -> String {
    text(&caller.ok("CreateAssetModel", input)["assetModelId"])
}

/// Creates an asset and answers its id.
#[track_caller]
pub fn asset(caller: &Caller<'_>, model: &str, name: &str) -> String {
    text(&caller.ok("CreateAsset", json!({ "assetName": name, "assetModelId": model }))["assetId"])
}

/// Creates a chain of models, each with one hierarchy of the next, and answers (model, hierarchy) from the top.
pub fn chain(caller: &Caller<'_>, length: usize) -> Vec<(String, String)> {
    let mut below: Option<String> = None;
    let mut chain = Vec::new();
    for level in (0..length).rev() {
        let hierarchies = below.iter().map(|child| json!({ "name": "below", "childAssetModelId": child }));
        let hierarchies: Vec<Value> = hierarchies.collect();
        let id = model(
            caller,
            json!({ "assetModelName": format!("level-{level}"), "assetModelHierarchies": hierarchies }),
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        let hierarchy = described["assetModelHierarchies"][0]["id"].as_str().unwrap_or_default().to_owned();
        chain.insert(0, (id.clone(), hierarchy));
        below = Some(id);
    }
    chain
}

/// Names in a list of assets, sorted, since assets made in one instant have no order that a test could know.
pub fn names(list: &Value) -> Vec<String> {
    let mut names: Vec<String> =
        list["assetSummaries"].as_array().unwrap().iter().map(|asset| text(&asset["name"])).collect();
    names.sort();
    names
}

#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text")).to_owned()
}

/// A refusal in short: exception name and message.
pub fn short(refusal: &Refusal) -> (&str, &str) {
    (refusal.name.as_str(), refusal.message())
}

pub const INVALID: &str = "InvalidRequestException";
pub const NOT_FOUND: &str = "ResourceNotFoundException";
pub const EXISTS: &str = "ResourceAlreadyExistsException";
pub const CONFLICT: &str = "ConflictingOperationException";
pub const LIMIT: &str = "LimitExceededException";
pub const PRECONDITION: &str = "PreconditionFailedException";
