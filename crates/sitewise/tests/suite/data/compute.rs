//! Transforms and metrics as their users see them, and scenarios of the acceptance list by number.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sitewise::compute;
use sitewise::data::Data;
use testkit::{Caller, World};

use super::{T0, double, each, put, stored};
use crate::plant::{asset, model, text};

/// A model with one asset, its properties by name.
pub struct Machine<'a> {
    pub world: &'a World,
    pub data: &'a Arc<Data>,
    pub caller: Caller<'a>,
    pub asset: String,
}

pub fn measurement(name: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "type": { "measurement": {} } })
}

pub fn attribute(name: &str, value: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "type": { "attribute": { "defaultValue": value } } })
}

fn variables(names: &[&str]) -> Value {
    let variable = |name: &&str| json!({ "name": name.to_lowercase(), "value": { "propertyId": name } });
    names.iter().map(variable).collect()
}

pub fn transform(name: &str, expression: &str, inputs: &[&str]) -> Value {
    let kind = json!({ "transform": { "expression": expression, "variables": variables(inputs) } });
    json!({ "name": name, "dataType": "DOUBLE", "type": kind })
}

pub fn metric(name: &str, expression: &str, inputs: &[&str], interval: &str) -> Value {
    let window = json!({ "tumbling": { "interval": interval } });
    let kind =
        json!({ "metric": { "expression": expression, "variables": variables(inputs), "window": window } });
    json!({ "name": name, "dataType": "DOUBLE", "type": kind })
}

impl<'a> Machine<'a> {
    pub fn new(world: &'a World, data: &'a Arc<Data>, properties: Value) -> Self {
        let caller = world.caller();
        let model =
            model(&caller, json!({ "assetModelName": "machine", "assetModelProperties": properties }));
        let asset = asset(&caller, &model, "m1");
        Self { world, data, caller, asset }
    }

    fn property(&self, asset: &str, name: &str) -> Value {
        let described = self.caller.ok("DescribeAsset", json!({ "assetId": asset }));
        let properties = described["assetProperties"].as_array().unwrap();
        let found = properties.iter().find(|property| property["name"] == name);
        json!({ "assetId": asset, "propertyId": found.unwrap()["id"] })
    }

    /// Writes values of another asset's property and computes.
    pub fn put_to(&self, asset: &str, name: &str, values: &[(i64, f64)]) {
        for chunk in values.chunks(10) {
            let mut entry = self.property(asset, name);
            entry["entryId"] = json!("1");
            entry["propertyValues"] = chunk.iter().map(|(at, value)| double(*at, 0, *value)).collect();
            assert_eq!(put(&self.caller, json!([entry])), json!([]));
        }
    }

    /// Writes values and computes what they trigger.
    pub fn put(&self, name: &str, values: &[(i64, f64)]) {
        self.put_to(&self.asset, name, values);
        self.step();
    }

    pub fn step(&self) {
        compute::step(self.data, self.data.now()).unwrap();
    }

    /// Moves the clock and computes.
    pub fn pass(&self, seconds: u64) {
        self.world.pass(Duration::from_secs(seconds));
        self.step();
    }

    /// Values of another asset's property: seconds and numbers.
    pub fn values_of(&self, asset: &str, name: &str) -> Vec<(i64, f64)> {
        let points = stored(self.world, self.data, &self.property(asset, name));
        let number = |(at, quality, value): (i64, series::Quality, series::Value)| {
            assert_eq!((at % 1_000_000_000, quality), (0, series::Quality::Good));
            let series::Value::Double(number) = value else { panic!("{value:?} is no number") };
            (at / 1_000_000_000, number)
        };
        points.into_iter().map(number).collect()
    }

    pub fn values(&self, name: &str) -> Vec<(i64, f64)> {
        self.values_of(&self.asset, name)
    }
}

#[test]
fn a_transform_follows_its_measurement() {
    each(|world, data| {
        let properties =
            json!([measurement("celsius"), transform("fahrenheit", "9/5 * celsius + 32", &["celsius"])]);
        let machine = Machine::new(world, data, properties);
        machine.put("celsius", &[(T0, 25.0), (T0 + 1, -40.0)]);
        assert_eq!(machine.values("fahrenheit"), [(T0, 77.0), (T0 + 1, -40.0)]);
        machine.put("celsius", &[(T0 - 60, 100.0), (T0, 0.0)]);
        assert_eq!(machine.values("fahrenheit"), [(T0 - 60, 212.0), (T0, 32.0), (T0 + 1, -40.0)]);
        let latest =
            machine.caller.ok("GetAssetPropertyValue", machine.property(&machine.asset, "fahrenheit"));
        assert_eq!(latest["propertyValue"]["value"]["doubleValue"], -40.0);
        assert_eq!(text(&latest["propertyValue"]["quality"]), "GOOD");
    });
}

/// Answers the values of another quality or time that a test expects.
fn at(offset: i64, value: f64) -> (i64, f64) {
    (T0 + offset, value)
}

#[test]
fn data_scenario_15_late_points_compute_windows_again() {
    each(|world, data| {
        let properties = json!([
            measurement("x"),
            metric("sum", "sum(x)", &["x"], "1m"),
            transform("minutes", "sum", &["sum"]),
            metric("hourly", "sum(x)", &["x"], "1h"),
        ]);
        // Metrics that read each other have the same windows; a transform stands between.
        let farm = Farm::new(world, data, properties, &metric_of_children("sums", "sum(x)", "minutes", "1h"));
        let machine = &farm.machine;
        let turbine = farm.turbine("t1");
        farm.machine.pass(121);
        let values =
            [(10, 2.0), (20, 4.0), (40, 4.0), (50, 4.0), (60, 5.0), (61, 5.0), (90, 7.0), (120, 9.0)];
        machine.put_to(&turbine, "x", &values.map(|(offset, value)| at(offset, value)));
        machine.step();
        machine.pass(1);
        assert_eq!(machine.values_of(&turbine, "sum"), [at(60, 19.0), at(120, 21.0)]);
        machine.pass(3600);
        assert_eq!(machine.values("sums"), [at(3600, 40.0)]);
        assert_eq!(machine.values_of(&turbine, "hourly"), [at(3600, 40.0)]);
        machine.pass(2 * 24 * 3600);
        let before = written(data);
        machine.put_to(&turbine, "x", &[at(45, 10.0)]);
        machine.step();
        assert_eq!(
            machine.values_of(&turbine, "sum"),
            [at(60, 19.0), at(120, 21.0)],
            "late points settle first"
        );
        machine.pass(1);
        assert_eq!(machine.values_of(&turbine, "sum"), [at(60, 29.0), at(120, 21.0)]);
        assert_eq!(machine.values_of(&turbine, "hourly"), [at(3600, 50.0)]);
        assert_eq!(machine.values("sums"), [at(3600, 50.0)]);
        // The late point itself is one, and each computed value that changed is written once more.
        assert_eq!(written(data) - before - 1, 2);
    });
}

/// Writes nothing, and answers where that stands in the log.
fn written(data: &Arc<Data>) -> u64 {
    data.engine().write(series::log::Batch::default()).unwrap()
}

/// A farm with turbines below it.
pub struct Farm<'a> {
    /// The farm itself.
    pub machine: Machine<'a>,
    turbine_model: String,
    hierarchy: String,
}

/// A metric over a property of the turbines, of which `{property}` and `{hierarchy}` are still to be filled in.
fn metric_of_children(name: &str, expression: &str, property: &str, interval: &str) -> Value {
    let variable = json!({ "name": "x", "value": { "propertyId": property, "hierarchyId": "turbines" } });
    let kind = json!({ "metric": {
        "expression": expression, "variables": [variable], "window": { "tumbling": { "interval": interval } } } });
    json!({ "name": name, "dataType": "DOUBLE", "type": kind })
}

impl<'a> Farm<'a> {
    pub fn new(world: &'a World, data: &'a Arc<Data>, turbine: Value, metrics: &Value) -> Self {
        let caller = world.caller();
        let turbine_model =
            model(&caller, json!({ "assetModelName": "turbine", "assetModelProperties": turbine }));
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": turbine_model }));
        let mut metrics: Vec<Value> = metrics.as_array().cloned().unwrap_or_else(|| vec![metrics.clone()]);
        for metric in &mut metrics {
            let property = &mut metric["type"]["metric"]["variables"][0]["value"]["propertyId"];
            let properties = described["assetModelProperties"].as_array().unwrap();
            let found = properties.iter().find(|known| known["name"] == *property).unwrap();
            *property = found["id"].clone();
        }
        let hierarchy =
            json!([{ "name": "turbines", "externalId": "h-1", "childAssetModelId": turbine_model }]);
        let farm_model = model(
            &caller,
            json!({ "assetModelName": "farm", "assetModelHierarchies": hierarchy, "assetModelProperties": metrics }),
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": farm_model }));
        let hierarchy = text(&described["assetModelHierarchies"][0]["id"]);
        let asset = asset(&caller, &farm_model, "farm");
        let machine = Machine { world, data, caller, asset };
        machine.step();
        Self { machine, turbine_model, hierarchy }
    }

    pub fn turbine(&self, name: &str) -> String {
        let turbine = asset(&self.machine.caller, &self.turbine_model, name);
        let triple =
            json!({ "assetId": self.machine.asset, "hierarchyId": self.hierarchy, "childAssetId": turbine });
        self.machine.caller.ok("AssociateAssets", triple);
        turbine
    }
}

#[test]
fn data_scenario_16_effectiveness_of_equipment_in_one_tick() {
    each(|world, data| {
        let end = 1_772_439_300;
        let mut properties = vec![measurement("state"), measurement("good"), measurement("bad")];
        properties.push(attribute("ideal", "1"));
        for (name, code) in [("idle", 1024), ("fault", 1020), ("stop", 1000), ("running", 1111)] {
            properties.push(transform(name, &format!("eq(state, {code})"), &["state"]));
            properties.push(metric(&format!("{name}_time"), &format!("statetime({name})"), &[name], "15m"));
        }
        properties.extend([
            metric("successes", "sum(good)", &["good"], "15m"),
            metric("failures", "sum(bad)", &["bad"], "15m"),
            metric(
                "down",
                "idle_time + fault_time + stop_time",
                &["idle_time", "fault_time", "stop_time"],
                "15m",
            ),
            metric("availability", "running_time / (running_time + down)", &["running_time", "down"], "15m"),
            metric("quality", "successes / (successes + failures)", &["successes", "failures"], "15m"),
            metric(
                "performance",
                "((successes + failures) / running_time) / ideal",
                &["successes", "failures", "running_time", "ideal"],
                "15m",
            ),
            metric(
                "oee",
                "availability * quality * performance",
                &["availability", "quality", "performance"],
                "15m",
            ),
        ]);
        // Most dependent first: the order of properties does not matter.
        properties.reverse();
        let machine = Machine::new(world, data, Value::Array(properties));
        let start = end - 900;
        let states = [(0, 1111), (300, 1024), (420, 1111), (600, 1020), (690, 1111)];
        machine.put("state", &states.map(|(offset, code)| (start + offset, f64::from(code))));
        machine.put("good", &[(start + 100, 600.0), (end, 40.0)]);
        machine.put("bad", &[(start + 1, 10.0)]);
        let before = written(data);
        machine.pass(1);
        assert_eq!(written(data) - before - 1, 1, "all of a tick is one batch");
        for (name, value) in [
            ("running_time", 690.0),
            ("idle_time", 120.0),
            ("fault_time", 90.0),
            ("stop_time", 0.0),
            ("down", 210.0),
            ("availability", 0.766_666_666_666_666_7),
            ("quality", 0.984_615_384_615_384_7),
            ("performance", 0.942_028_985_507_246_3),
        ] {
            assert_eq!(machine.values(name), [(end, value)], "{name}");
        }
        let oee = machine.values("oee");
        assert!(oee.len() == 1 && oee[0].0 == end && (oee[0].1 - 0.711_111_111_111_111_1).abs() < 1e-15);
    });
}

fn three(world: &World, data: &Arc<Data>, test: impl Fn(&Machine<'_>)) {
    let z = transform("z", "x + y + pretrigger(y)", &["x", "y"]);
    test(&Machine::new(world, data, json!([measurement("x"), measurement("y"), z])));
}

#[test]
fn data_scenario_17_each_point_fires_with_what_the_others_hold() {
    for computes_late in [false, true] {
        each(|world, data| {
            three(world, data, |machine| {
                let put = |name: &str, minute: i64, value: f64| {
                    let asset = machine.asset.clone();
                    machine.put_to(&asset, name, &[(T0 - 3600 + minute * 60, value)]);
                    if !computes_late {
                        machine.step();
                    }
                };
                put("x", 0, 10.0);
                put("y", 0, 1.0);
                put("x", 5, 20.0);
                if !computes_late {
                    assert_eq!(machine.values("z"), [(T0 - 3300, 22.0)]);
                }
                put("y", 5, 2.0);
                put("y", 10, 3.0);
                put("x", 15, 30.0);
                machine.step();
                let expected = [(5, 23.0), (10, 25.0), (15, 36.0)];
                assert_eq!(machine.values("z"), expected.map(|(minute, z)| (T0 - 3600 + minute * 60, z)));
            });
        });
    }
}

#[test]
fn data_scenario_18_points_out_of_order_leave_nothing() {
    for computes_late in [false, true] {
        each(|world, data| {
            three(world, data, |machine| {
                for (name, minute, value) in [("x", 5, 20.0), ("y", 5, 2.0), ("x", 0, 10.0), ("y", 0, 1.0)] {
                    let asset = machine.asset.clone();
                    machine.put_to(&asset, name, &[(T0 - 3600 + minute * 60, value)]);
                    if !computes_late {
                        machine.step();
                    }
                }
                machine.step();
                machine.pass(3600);
                assert_eq!(machine.values("z"), []);
            });
        });
    }
}

#[test]
fn data_scenario_19_seconds_in_a_state() {
    each(|world, data| {
        let properties = json!([measurement("idle"), metric("time", "statetime(idle)", &["idle"], "1m")]);
        let machine = Machine::new(world, data, properties);
        machine.step();
        for (offset, value) in [(0, 0.0), (30, 1.0), (75, 1.0), (165, 0.0), (240, 0.0)] {
            machine.pass((T0 + offset - data.now().millis() / 1000).unsigned_abs());
            machine.put("idle", &[at(offset, value)]);
        }
        machine.pass(1);
        assert_eq!(machine.values("time"), [at(60, 30.0), at(120, 60.0), at(180, 45.0), at(240, 0.0)]);
    });
}

#[test]
fn data_scenario_21_empty_windows_are_counted_and_not_averaged() {
    each(|world, data| {
        let metrics = json!([
            measurement("x"),
            metric("count", "count(x)", &["x"], "1m"),
            metric("avg", "avg(x)", &["x"], "1m")
        ]);
        let machine = Machine::new(world, data, metrics);
        machine.pass(301);
        assert_eq!(machine.values("count"), [60, 120, 180, 240, 300].map(|offset| at(offset, 0.0)));
        assert_eq!(machine.values("avg"), []);
    });
}

#[test]
fn data_scenario_22_what_stands_above_follows_in_the_same_tick() {
    each(|world, data| {
        let turbine = json!([measurement("x"), metric("avg", "avg(x)", &["x"], "5m")]);
        let metrics = json!([
            metric_of_children("mean", "avg(x)", "avg", "5m"),
            metric_of_children("total", "sum(x)", "avg", "5m"),
            metric_of_children("number", "count(x)", "avg", "5m"),
        ]);
        let farm = Farm::new(world, data, turbine, &metrics);
        let turbines = ["t1", "t2", "t3"].map(|name| farm.turbine(name));
        for (turbine, value) in turbines.iter().zip([10.0, 20.0, 60.0]) {
            farm.machine.put_to(turbine, "x", &[at(300 - 250, value)]);
        }
        farm.machine.pass(301);
        assert_eq!(farm.machine.values("mean"), [at(300, 30.0)]);
        assert_eq!(farm.machine.values("total"), [at(300, 90.0)]);
        assert_eq!(farm.machine.values("number"), [at(300, 3.0)]);
        // The mean of the third turbine becomes 40.
        farm.machine.put_to(&turbines[1], "x", &[at(300, 80.0)]);
        farm.machine.step();
        farm.machine.pass(1);
        assert_eq!(farm.machine.values_of(&turbines[1], "avg"), [at(300, 50.0)]);
        assert_eq!(farm.machine.values("mean"), [at(300, 40.0)]);
        farm.machine.pass(600);
        assert_eq!(farm.machine.values("mean"), [at(300, 40.0)]);
        assert_eq!(farm.machine.values("number"), [at(300, 3.0), at(600, 0.0), at(900, 0.0)]);
    });
}

#[test]
fn data_scenario_23_windows_end_where_interval_and_offset_say() {
    each(|world, data| {
        let mut halves = metric("halves", "count(x)", &["x"], "12h");
        halves["type"]["metric"]["window"]["tumbling"]["offset"] = json!("2021-02-20T18:30:30-08");
        let mut fives = metric("fives", "count(x)", &["x"], "5m");
        fives["type"]["metric"]["window"]["tumbling"]["offset"] = json!("00:03:00");
        let weeks = metric("weeks", "count(x)", &["x"], "1w");
        let machine = Machine::new(world, data, json!([measurement("x"), halves, fives, weeks]));
        machine.pass(8 * 60 + 1);
        assert_eq!(machine.values("fives"), [at(180, 0.0), at(480, 0.0)]);
        machine.pass(7 * 24 * 3600);
        assert_eq!(machine.values("weeks"), [(1_773_014_400, 0.0)]);
        // 14:30:30 is the first end behind 10:00, then every twelve hours.
        let halves: Vec<i64> = machine.values("halves").iter().map(|(end, _)| *end).collect();
        assert_eq!(halves[..2], [T0 + 4 * 3600 + 1830, T0 + 16 * 3600 + 1830]);
        assert_eq!((halves[0] - 1_625_193_030).rem_euclid(12 * 3600), 0, "as at 2021-07-02T02:30:30Z");
    });
}

#[test]
fn data_scenario_26_weighing_by_time() {
    each(|world, data| {
        let weighed = [
            ("steps", "TimeWeightedAvg(x)", 22.5),
            ("lines", "TimeWeightedAvg(x, 'linear')", 29.25),
            ("f", "TimeWeightedStDev(x, 'f')", 10.989_208_882_554_138),
            ("p", "TimeWeightedStDev(x, 'p')", 10.897_247_358_851_684),
        ];
        let metrics = weighed.map(|(name, expression, _)| metric(name, expression, &["x"], "1m"));
        let machine = Machine::new(world, data, json!([[measurement("x")].as_slice(), &metrics].concat()));
        machine.put("x", &[at(-10, 10.0)]);
        machine.pass(50);
        machine.put("x", &[at(15, 20.0), at(45, 40.0)]);
        machine.pass(11);
        for (name, _, value) in weighed {
            let found = machine.values(name);
            assert!(
                found.last().is_some_and(|(end, known)| *end == T0 + 60 && (known - value).abs() < 1e-12),
                "{name}: {found:?}"
            );
        }
    });
}

#[test]
fn history_is_computed_anew_when_asked_for() {
    each(|world, data| {
        let properties = json!([
            measurement("x"),
            transform("twice", "x * 2", &["x"]),
            metric("sum", "sum(twice)", &["twice"], "1m"),
        ]);
        let machine = Machine::new(world, data, properties);
        machine.put("x", &[at(10, 1.0), at(70, 2.0)]);
        machine.pass(121);
        assert_eq!(machine.values("sum"), [at(60, 2.0), at(120, 4.0)]);
        // A formula that changes computes what comes then; what there is stays, unless it is asked for.
        let described = machine.caller.ok("DescribeAsset", json!({ "assetId": machine.asset }));
        let model = described["assetModelId"].clone();
        let known = machine.caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        let mut properties = known["assetModelProperties"].clone();
        properties[1]["type"]["transform"]["expression"] = json!("x * 3");
        machine.caller.ok(
            "UpdateAssetModel",
            json!({ "assetModelId": model, "assetModelName": known["assetModelName"],
                    "assetModelProperties": properties }),
        );
        machine.put("x", &[at(121, 3.0)]);
        assert_eq!(machine.values("twice"), [at(10, 2.0), at(70, 4.0), at(121, 9.0)]);
        machine.pass(60);
        let span =
            |after: i64, until: i64| compute::Span { after_s: T0 + after, until_s: T0 + until, asset: None };
        assert_eq!(compute::recompute(data, &span(60, 180)).unwrap(), 2);
        assert_eq!(machine.values("twice"), [at(10, 2.0), at(70, 6.0), at(121, 9.0)]);
        assert_eq!(machine.values("sum"), [at(60, 2.0), at(120, 6.0), at(180, 9.0)]);
        assert_eq!(compute::recompute(data, &span(-3600, 3600)).unwrap(), 2);
        assert_eq!(compute::recompute(data, &span(-3600, 3600)).unwrap(), 0);
        assert_eq!(machine.values("sum"), [at(60, 3.0), at(120, 6.0), at(180, 9.0)]);
    });
}
