//! Formulas of transforms and metrics: what CreateAssetModel and UpdateAssetModel refuse, and what fails a model.

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::{INVALID, LIMIT, each, model, short, text};

fn measurement(name: &str, data_type: &str) -> Value {
    json!({ "name": name, "dataType": data_type, "type": { "measurement": {} } })
}

fn variables(names: &[(&str, Value)]) -> Value {
    names.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn transform(name: &str, data_type: &str, (expression, variables): (&str, Value)) -> Value {
    let kind = json!({ "transform": { "expression": expression, "variables": variables } });
    json!({ "name": name, "dataType": data_type, "type": kind })
}

fn metric(name: &str, data_type: &str, (expression, variables): (&str, Value)) -> Value {
    let window = json!({ "tumbling": { "interval": "5m" } });
    let kind = json!({ "metric": { "expression": expression, "variables": variables, "window": window } });
    json!({ "name": name, "dataType": data_type, "type": kind })
}

/// Properties `n`, `flag` and `i` that are numbers, `s` that is a text, an attribute `rate`, and one more.
fn with(property: Value) -> Value {
    json!([
        measurement("n", "DOUBLE"),
        measurement("i", "INTEGER"),
        measurement("flag", "BOOLEAN"),
        measurement("s", "STRING"),
        json!({ "name": "rate", "dataType": "DOUBLE", "type": { "attribute": { "defaultValue": "1" } } }),
        property,
    ])
}

/// Variables that are named as what they read.
fn reading(names: &[&str]) -> Value {
    let pairs: Vec<(&str, Value)> = names.iter().map(|name| (*name, json!({ "propertyId": name }))).collect();
    variables(&pairs)
}

fn status(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))["assetModelStatus"].clone()
}

#[test]
fn formulas_of_all_kinds_come_into_force() {
    each(|world| {
        let caller = world.caller();
        for (i, property) in [
            transform("p", "DOUBLE", ("9/5 * n + 32", reading(&["n"]))),
            transform("p", "DOUBLE", ("if(flag, i, none)", reading(&["flag", "i"]))),
            transform("p", "STRING", ("if(eq(s, \"BLT123\"), 'Caution', 'Normal')", reading(&["s"]))),
            transform("p", "DOUBLE", ("n + pretrigger(n) * rate", reading(&["n", "rate"]))),
            transform("p", "DOUBLE", ("n", reading(&["n", "s"]))),
            metric("p", "DOUBLE", ("sum(n) / count(i) * rate", reading(&["n", "i", "rate"]))),
            metric("p", "STRING", ("latest(s)", reading(&["s"]))),
            metric("p", "DOUBLE", ("TimeWeightedAvg(n, 'linear')", reading(&["n"]))),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("m{i}");
            let id =
                model(&caller, json!({ "assetModelName": name, "assetModelProperties": with(property) }));
            assert_eq!(status(&caller, &id), json!({ "state": "ACTIVE" }), "{name}");
        }
    });
}

#[test]
fn an_expression_that_can_not_be_computed_is_refused_with_property_position_and_rule() {
    each(|world| {
        let caller = world.caller();
        let cases = [
            (
                transform("p", "DOUBLE", ("2 *", reading(&["n"]))),
                "expression of property 'p', character 4: found the end where a value is expected: a number, a text \
                 in quotes, a variable, a function or '('",
            ),
            (
                transform("p", "DOUBLE", ("sqroot(n)", reading(&["n"]))),
                "expression of property 'p', character 1: there is no function 'sqroot'; did you mean sqrt?",
            ),
            (
                transform("p", "DOUBLE", ("n + m", reading(&["n"]))),
                "expression of property 'p', character 5: 'm' is neither a declared variable nor a constant (pi, e, \
                 true, false, none); declared: n",
            ),
            (
                transform("p", "DOUBLE", ("avg(n)", reading(&["n"]))),
                "expression of property 'p', character 1: avg works on a window of time, which only a metric has",
            ),
            (
                metric("p", "DOUBLE", ("pretrigger(n)", reading(&["n"]))),
                "expression of property 'p', character 1: pretrigger is for transforms only: no single point \
                 triggers a metric",
            ),
            (
                transform("p", "DOUBLE", ("s", reading(&["s"]))),
                "expression of property 'p', character 1: the expression gives a text, but the data type of its \
                 property needs a number",
            ),
            (
                transform("p", "STRING", ("n", reading(&["n"]))),
                "expression of property 'p', character 1: the expression gives a number, but the data type of its \
                 property needs a text",
            ),
            (
                transform("p", "DOUBLE", ("n - s", reading(&["n", "s"]))),
                "expression of property 'p', character 5: '-' needs a number, not a text",
            ),
            (
                metric("p", "DOUBLE", ("min(n/i)", reading(&["n", "i"]))),
                "expression of property 'p', character 7: an argument of min has one variable, but this one reads 'n' \
                 and 'i'",
            ),
            (transform("p", "DOUBLE", ("", reading(&["n"]))), "expression is required for transform 'p'"),
            (metric("p", "DOUBLE", ("", reading(&["n"]))), "expression is required for metric 'p'"),
        ];
        for (property, message) in cases {
            let input = json!({ "assetModelName": "m", "assetModelProperties": with(property) });
            let refusal = caller.refused("CreateAssetModel", input);
            assert_eq!(short(&refusal), (INVALID, message));
        }
        let many = ["abs(n)"; 11].join("+");
        let property = transform("p", "DOUBLE", (&many, reading(&["n"])));
        let input = json!({ "assetModelName": "m", "assetModelProperties": with(property) });
        let refusal = caller.refused("CreateAssetModel", input);
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        assert_eq!(
            refusal.message(),
            "expression of property 'p', character 71: the expression calls more than 10 functions"
        );
        assert_eq!(caller.ok("ListAssetModels", json!({})), json!({ "assetModelSummaries": [] }));
    });
}

#[test]
fn of_several_faults_the_variable_comes_before_the_expression_and_that_before_the_circle() {
    each(|world| {
        let caller = world.caller();
        let attempt = |properties: Value| {
            let input = json!({ "assetModelName": "m", "assetModelProperties": properties });
            caller.refused("CreateAssetModel", input).message().to_owned()
        };
        let broken = transform("p", "DOUBLE", ("2 *", reading(&["n", "nothing"])));
        assert!(attempt(with(broken)).contains("propertyId 'nothing'"));
        let circle = transform("p", "DOUBLE", ("2 * (", reading(&["p"])));
        assert!(attempt(with(circle)).contains("character 6"));
    });
}

#[test]
fn an_update_with_a_wrong_formula_leaves_the_model_alone() {
    each(|world| {
        let caller = world.caller();
        let good = with(transform("p", "DOUBLE", ("n", reading(&["n"]))));
        let id = model(&caller, json!({ "assetModelName": "m", "assetModelProperties": good }));
        let before = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        let mut properties = before["assetModelProperties"].clone();
        properties[5]["type"]["transform"]["expression"] = "sqrt(n".into();
        let update = json!({ "assetModelId": id, "assetModelName": "m", "assetModelProperties": properties });
        let refusal = caller.refused("UpdateAssetModel", update.clone());
        assert_eq!(
            short(&refusal),
            (
                INVALID,
                "expression of property 'p', character 7: found the end where ',' or ')' is expected among the \
                 arguments of 'sqrt'"
            )
        );
        assert_eq!(caller.ok("DescribeAssetModel", json!({ "assetModelId": id })), before);
        let mut update = update;
        update["assetModelProperties"][5]["type"]["transform"]["expression"] = "sqrt(n)".into();
        caller.ok("UpdateAssetModel", update);
        assert_eq!(status(&caller, &id), json!({ "state": "ACTIVE" }));
    });
}

/// A parent whose one metric reads a property of its children, of a data type.
fn parent(world: &World, data_type: &str, expression: &str) -> (Value, Option<String>) {
    let caller = world.caller();
    let name = format!("{data_type} {expression}");
    let property =
        json!({ "name": "power", "externalId": "p-1", "dataType": data_type, "type": { "measurement": {} } });
    let child = model(
        &caller,
        json!({ "assetModelName": format!("child {name}"), "assetModelProperties": [property] }),
    );
    let read = variables(&[("x", json!({ "propertyId": "externalId:p-1", "hierarchyId": "h" }))]);
    let answer = caller.send(
        "CreateAssetModel",
        json!({
            "assetModelName": format!("parent {name}"),
            "assetModelHierarchies": [{ "name": "h", "childAssetModelId": child }],
            "assetModelProperties": [metric("total", "DOUBLE", (expression, read))],
        }),
    );
    match answer {
        Ok(created) => (status(&caller, &text(&created["assetModelId"])), None),
        Err(refusal) => (Value::Null, Some(refusal.message().to_owned())),
    }
}

#[test]
fn properties_of_children_are_named_by_path_and_not_by_bare_name() {
    each(|world| {
        let caller = world.caller();
        let power = json!({ "name": "power", "dataType": "DOUBLE", "type": { "measurement": {} } });
        let child = model(&caller, json!({ "assetModelName": "child", "assetModelProperties": [power] }));
        let parent = |reads: Value| {
            let input = json!({
                "assetModelName": "parent",
                "assetModelHierarchies": [{ "name": "h", "childAssetModelId": child }],
                "assetModelProperties": [metric("total", "DOUBLE", ("sum(x)", variables(&[("x", reads)])))],
            });
            caller.send("CreateAssetModel", input)
        };
        let refusal = parent(json!({ "propertyId": "power", "hierarchyId": "h" })).unwrap_err();
        let message = refusal.message();
        assert!(
            message.contains("'power' of variable 'x' of property 'total' names no property"),
            "{message}"
        );
        assert!(message.ends_with("or by a propertyPath with its name"), "{message}");
        let created = parent(json!({ "propertyPath": [{ "name": "power" }], "hierarchyId": "h" })).unwrap();
        assert_eq!(status(&caller, &text(&created["assetModelId"])), json!({ "state": "ACTIVE" }));
    });
}

#[test]
fn a_type_that_only_the_child_model_tells_fails_the_model() {
    each(|world| {
        assert_eq!(parent(world, "DOUBLE", "sum(x)"), (json!({ "state": "ACTIVE" }), None));
        assert_eq!(parent(world, "STRING", "count(x)"), (json!({ "state": "ACTIVE" }), None));
        let error = json!({ "code": "VALIDATION_ERROR",
            "message": "expression of property 'total', character 5: sum needs a number, not a text" });
        assert_eq!(parent(world, "STRING", "sum(x)"), (json!({ "state": "FAILED", "error": error }), None));
        let (_, refusal) = parent(world, "DOUBLE", "x + 1");
        assert!(refusal.unwrap().contains("character 1: 'x' belongs to child assets"));
        let (_, refusal) = parent(world, "DOUBLE", "latest(x)");
        assert!(refusal.unwrap().contains("latest reads properties of the asset itself only"));
    });
}

fn placed(mut property: Value, kind: &str, config: Value) -> Value {
    property["type"][kind]["processingConfig"] = config;
    property
}

#[test]
fn what_is_computed_at_the_edge_reads_what_is_there() {
    each(|world| {
        let caller = world.caller();
        let forwarding = |state: &str| json!({ "forwardingConfig": { "state": state } });
        let at = |place: &str| json!({ "computeLocation": place });
        let raw = placed(measurement("raw", "DOUBLE"), "measurement", forwarding("DISABLED"));
        let central =
            transform("central", "DOUBLE", ("x", variables(&[("x", json!({ "propertyId": "raw" }))])));
        let edge = |reads: &str| {
            let edge =
                transform("edge", "DOUBLE", ("x", variables(&[("x", json!({ "propertyId": reads }))])));
            placed(edge, "transform", at("EDGE"))
        };
        let create = |name: &str, properties: Value| {
            let id = model(&caller, json!({ "assetModelName": name, "assetModelProperties": properties }));
            status(&caller, &id)
        };
        assert_eq!(create("fits", json!([raw, edge("raw")])), json!({ "state": "ACTIVE" }));
        let not_forwarded = "Property 'central' is computed at CLOUD, but forwarding of property 'raw' that it reads is DISABLED";
        let not_there =
            "Property 'edge' is computed at EDGE, but property 'central' that it reads is computed at CLOUD";
        let details = json!([
            { "code": "INCOMPATIBLE_FORWARDING_CONFIGURATION", "message": not_forwarded },
            { "code": "INCOMPATIBLE_COMPUTE_LOCATION", "message": not_there },
        ]);
        let error = json!({ "code": "VALIDATION_ERROR", "message": not_forwarded, "details": details });
        assert_eq!(
            create("torn", json!([raw, central, edge("central")])),
            json!({ "state": "FAILED", "error": error })
        );
        let metric = placed(metric("total", "DOUBLE", ("sum(n)", reading(&["n"]))), "metric", at("EDGE"));
        assert_eq!(create("metric", with(metric)), json!({ "state": "ACTIVE" }));
    });
}

#[test]
fn the_windows_of_metrics_that_read_each_other_end_together() {
    each(|world| {
        let caller = world.caller();
        let window = |mut metric: Value, interval: &str, offset: Option<&str>| {
            let mut window = json!({ "interval": interval });
            if let Some(offset) = offset {
                window["offset"] = offset.into();
            }
            metric["type"]["metric"]["window"]["tumbling"] = window;
            metric
        };
        let attempt = |name: &str, interval: &str, offset: Option<&str>| {
            let properties = json!([
                measurement("n", "DOUBLE"),
                window(metric("a", "DOUBLE", ("sum(n)", reading(&["n"]))), "1h", Some("30m")),
                window(metric("b", "DOUBLE", ("a * 2", reading(&["a"]))), interval, offset),
            ]);
            let input = json!({ "assetModelName": name, "assetModelProperties": properties });
            caller.send("CreateAssetModel", input).map_err(|refusal| refusal.message().to_owned())
        };
        assert!(attempt("same", "1h", Some("30m")).is_ok());
        assert!(attempt("otherwise written", "PT60M", Some(" 00:30:00")).is_ok());
        assert_eq!(
            attempt("m", "1h", None).unwrap_err(),
            "Metric 'b' has interval '1h', but metric 'a' that it reads has interval '1h' with offset '30m'; both \
             must be equal"
        );
        assert!(
            attempt("m", "30m", Some("30m")).unwrap_err().contains("has interval '30m' with offset '30m'")
        );
        assert_eq!(
            attempt("m", "1h", Some("noon")).unwrap_err(),
            "window of metric 'b': offset 'noon' is neither a duration (18h, PT18H), nor a time of day (00:03:00), nor \
             a date and time with a time zone (2021-07-23T18:00-08)"
        );
        assert_eq!(
            attempt("m", "8d", None).unwrap_err(),
            "window of metric 'b': interval '8d' is not a time between 1 minute (1m) and 1 week (1w), such as 5m, 1h, \
             1d or PT15M"
        );
    });
}

#[test]
fn an_interface_may_leave_formulas_open() {
    each(|world| {
        let caller = world.caller();
        let open = json!({ "name": "total", "dataType": "DOUBLE",
            "type": { "metric": { "variables": [], "window": { "tumbling": { "interval": "5m" } } } } });
        let create = |kind: &str| {
            let input = json!({ "assetModelName": kind, "assetModelType": kind, "assetModelProperties": with(open.clone()) });
            caller.send("CreateAssetModel", input).map_err(|refusal| refusal.message().to_owned())
        };
        assert!(create("INTERFACE").is_ok());
        assert_eq!(create("ASSET_MODEL").unwrap_err(), "expression is required for metric 'total'");
    });
}

#[test]
fn formulas_of_composite_models_are_checked_alike() {
    each(|world| {
        let caller = world.caller();
        let id = model(
            &caller,
            json!({ "assetModelName": "m", "assetModelProperties": [measurement("s", "STRING")] }),
        );
        let create = |name: &str, expression: &str, reads: Value| {
            let properties = json!([
                measurement("n", "DOUBLE"),
                transform("p", "DOUBLE", (expression, variables(&[("x", reads)]))),
            ]);
            let input = json!({
                "assetModelId": id, "assetModelCompositeModelName": name, "assetModelCompositeModelType": "CUSTOM",
                "assetModelCompositeModelProperties": properties,
            });
            caller
                .send("CreateAssetModelCompositeModel", input)
                .map_err(|refusal| refusal.message().to_owned())
        };
        let path = |steps: &[&str]| {
            let steps: Vec<Value> = steps.iter().map(|step| json!({ "name": step })).collect();
            json!({ "propertyPath": steps })
        };
        assert_eq!(
            create("c", "x * 2", path(&["s"])).unwrap_err(),
            "expression of property 'p', character 1: '*' needs a number, not a text"
        );
        assert_eq!(
            create("c", "x * ", path(&["c", "n"])).unwrap_err(),
            "expression of property 'p', character 5: found the end where a value is expected: a number, a text in \
             quotes, a variable, a function or '('"
        );
        create("c", "x * 2", path(&["c", "n"])).unwrap();
        assert_eq!(status(&caller, &id), json!({ "state": "ACTIVE" }));
    });
}
