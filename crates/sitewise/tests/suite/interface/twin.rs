//! Random writes of interfaces and of the models that implement them, against what must hold after each.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const STEPS: usize = 250;
const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Pseudo-random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn property(&mut self, name: &str) -> Value {
        let data_type = if self.below(8) == 0 { "INTEGER" } else { "DOUBLE" };
        json!({ "name": name, "dataType": data_type, "type": { "measurement": {} } })
    }

    fn properties(&mut self) -> Vec<Value> {
        let names: Vec<&str> = NAMES.into_iter().filter(|_| self.below(2) > 0).collect();
        names.into_iter().map(|name| self.property(name)).collect()
    }
}

/// Changes a model at random: takes a property away, renames one, or adds one.
fn change(dice: &mut Dice, update: &mut Value) {
    let properties = update["assetModelProperties"].as_array_mut().unwrap();
    let (name, at) = (*dice.pick(&NAMES), dice.below(properties.len().max(1)));
    match (dice.below(3), properties.len()) {
        (0, 1..) => _ = properties.remove(at),
        (1, 1..) => properties[at]["name"] = json!(name),
        _ => properties.push(dice.property(name)),
    }
}

fn shown(caller: &Caller<'_>, id: &str) -> BTreeMap<String, (String, String)> {
    let found = described(caller, id);
    assert_eq!(found["assetModelStatus"]["state"], "ACTIVE", "{found}");
    let properties = found["assetModelProperties"].as_array().unwrap();
    properties.iter().map(|p| (text(&p["id"]), (text(&p["name"]), text(&p["dataType"])))).collect()
}

/// Checks what must hold between all models and interfaces; answers the names of mapped properties.
fn check(caller: &Caller<'_>, models: &[String], interfaces: &[String]) -> BTreeMap<String, String> {
    let mut mapped_names = BTreeMap::new();
    let mut from_models = BTreeSet::new();
    for model in models {
        let own = shown(caller, model);
        for detail in described(caller, model)["interfaceDetails"].as_array().unwrap() {
            let interface = text(&detail["id"]);
            let theirs = shown(caller, &interface);
            let relation = caller.ok(DESCRIBE, pair(model, &interface));
            let pairs = relation["propertyMappings"].as_array().unwrap();
            let mut taken = BTreeSet::new();
            for pair in pairs {
                let id = text(&pair["assetModelPropertyId"]);
                let (name, data_type) = &own[&id];
                assert_eq!(*data_type, theirs[&text(&pair["interfaceAssetModelPropertyId"])].1);
                assert!(taken.insert(id.clone()), "two properties of one interface share one of the model");
                mapped_names.insert(id, name.clone());
            }
            assert_eq!(pairs.len(), theirs.len(), "every property of an interface is mapped");
            from_models.insert((model.clone(), interface));
        }
    }
    let mut from_interfaces = BTreeSet::new();
    for interface in interfaces {
        let list = caller.ok("ListInterfaceRelationships", json!({ "interfaceAssetModelId": interface }));
        for summary in list["interfaceRelationshipSummaries"].as_array().unwrap() {
            from_interfaces.insert((text(&summary["id"]), interface.clone()));
        }
    }
    assert_eq!(from_models, from_interfaces, "both sides see the same relations");
    mapped_names
}

/// Models and interfaces with random properties.
struct Herd {
    models: Vec<String>,
    interfaces: Vec<String>,
}

impl Herd {
    fn new(caller: &Caller<'_>, dice: &mut Dice) -> Self {
        let mut make = |n: usize, kind: &str| {
            let name = format!("{kind}-{n}");
            let properties = dice.properties();
            model(
                caller,
                json!({ "assetModelName": name, "assetModelType": kind, "assetModelProperties": properties }),
            )
        };
        let models = (0..4).map(|n| make(n, "ASSET_MODEL")).collect();
        let interfaces = (0..3).map(|n| make(n, "INTERFACE")).collect();
        Self { models, interfaces }
    }

    /// Writes something at random.
    fn write(&self, caller: &Caller<'_>, dice: &mut Dice) -> (&'static str, Result<Value, Refusal>) {
        let (model, interface) = (dice.pick(&self.models).clone(), dice.pick(&self.interfaces).clone());
        match dice.below(6) {
            0 | 1 => {
                let (by_name, create) = (dice.below(4) > 0, dice.below(3) > 0);
                let configuration =
                    json!({ "matchByPropertyName": by_name, "createMissingProperty": create });
                ("put", caller.send(PUT, put_of(&model, &interface, &configuration)))
            }
            2 => ("delete", caller.send(DELETE, pair(&model, &interface))),
            3 | 4 => ("model", edit(caller, &model, |update| change(dice, update))),
            _ => ("interface", edit(caller, &interface, |update| change(dice, update))),
        }
    }
}

#[test]
fn whatever_is_written_every_relation_is_whole() {
    each(|world| {
        let (caller, mut dice) = (world.caller(), Dice(3));
        let herd = Herd::new(&caller, &mut dice);
        let mut done: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for _ in 0..STEPS {
            let (what, result) = herd.write(&caller, &mut dice);
            if let Err(refusal) = &result {
                assert!([INVALID, NOT_FOUND].contains(&refusal.name.as_str()), "{what}: {refusal:?}");
            }
            done.entry(what).or_default()[usize::from(result.is_ok())] += 1;
            let before = std::mem::replace(&mut names, check(&caller, &herd.models, &herd.interfaces));
            let renamed = names.iter().find(|(id, name)| before.get(*id).is_some_and(|old| old != *name));
            assert!(renamed.is_none(), "{what} renamed a mapped property: {renamed:?}");
        }
        assert!(done.values().all(|counts| counts.iter().all(|count| *count > 3)), "{done:?} proves little");
    });
}

#[test]
fn writes_from_many_threads_leave_every_relation_whole() {
    each(|world| {
        let caller = world.caller();
        let herd = Herd::new(&caller, &mut Dice(5));
        let accepted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let herd = &herd;
                    scope.spawn(move || {
                        let (caller, mut dice) = (world.caller(), Dice(100 + n));
                        let mut accepted = 0;
                        for _ in 0..30 {
                            let (what, result) = herd.write(&caller, &mut dice);
                            match result {
                                Ok(_) => accepted += 1,
                                Err(refusal) => assert!(
                                    [INVALID, NOT_FOUND, CONFLICT].contains(&refusal.name.as_str()),
                                    "{what}: {refusal:?}"
                                ),
                            }
                        }
                        accepted
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        reconcile(world);
        check(&caller, &herd.models, &herd.interfaces);
        assert!(accepted > 40, "only {accepted} writes were accepted");
    });
}
