//! Random writes of models, composite models and component models against a naive twin, which works out from scratch
//! what every model looks like.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{Caller, World};

use crate::composite::{measurement, path, transform};
use crate::plant::{EXISTS, INVALID, LIMIT, each, model, text};
use crate::twin::Dice;

const COMPONENTS: usize = 4;
const MODELS: usize = 2;
const STEPS: usize = 70;
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
/// More would meet the quotas on dependents, which are tested elsewhere.
const TRANSFORMS_MAX: usize = 5;

#[derive(Clone)]
struct Prop {
    id: String,
    name: String,
    reads: Option<String>,
}

#[derive(Clone)]
struct Part {
    id: String,
    name: String,
    parent: Option<String>,
    /// The component model that gives the contents; without one they are `own`.
    of: Option<String>,
    own: Vec<Prop>,
}

#[derive(Clone, Default)]
struct Plan {
    component: bool,
    properties: Vec<Prop>,
    parts: Vec<Part>,
}

/// All models by id.
type Twin = BTreeMap<String, Plan>;

/// One composite model written out: the names to it, its id, its properties (name, id, whether it is a measurement).
type Out = (Vec<String>, String, Vec<(String, String, bool)>);

fn derived(composite: &str, element: &str) -> String {
    let digest = Sha256::digest(format!("{composite}/{element}"));
    let nibbles = digest[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut hex: Vec<char> = nibbles.map(|nibble| char::from_digit(nibble.into(), 16).unwrap()).collect();
    hex[12] = '8';
    let variant = hex[16].to_digit(16).unwrap() & 3 | 8;
    hex[16] = char::from_digit(variant, 16).unwrap();
    let part = |range: std::ops::Range<usize>| hex[range].iter().collect::<String>();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

fn shown(properties: &[Prop]) -> Vec<(String, String, bool)> {
    properties.iter().map(|one| (one.name.clone(), one.id.clone(), one.reads.is_none())).collect()
}

impl Plan {
    fn names_to(&self, part: &Part) -> Vec<String> {
        let above = part.parent.as_ref().map(|id| self.parts.iter().find(|one| one.id == *id).unwrap());
        let mut names = above.map(|above| self.names_to(above)).unwrap_or_default();
        names.push(part.name.clone());
        names
    }

    fn readers(&self) -> Vec<&Prop> {
        let own = self.properties.iter().chain(self.parts.iter().flat_map(|part| &part.own));
        own.filter(|one| one.reads.is_some()).collect()
    }
}

fn written_out(twin: &Twin, id: &str) -> Vec<Out> {
    let plan = &twin[id];
    let mut all = Vec::new();
    for part in &plan.parts {
        let names = plan.names_to(part);
        let Some(component) = &part.of else {
            all.push((names, part.id.clone(), shown(&part.own)));
            continue;
        };
        let under = |list: Vec<(String, String, bool)>| {
            list.into_iter().map(|(name, id, raw)| (name, derived(&part.id, &id), raw)).collect()
        };
        all.push((names.clone(), part.id.clone(), under(shown(&twin[component].properties))));
        for (below, id, properties) in written_out(twin, component) {
            let names = names.iter().chain(&below).cloned().collect();
            all.push((names, derived(&part.id, &id), under(properties)));
        }
    }
    all
}

/// All properties with their names from the root.
fn properties(twin: &Twin, id: &str) -> Vec<(String, String, bool)> {
    let mut all = shown(&twin[id].properties);
    for (names, _, own) in written_out(twin, id) {
        all.extend(own.into_iter().map(|(name, id, raw)| (format!("{}/{name}", names.join("/")), id, raw)));
    }
    all
}

/// Says what refuses the twin as it would be: composite models too many or too deep, a formula that reads nothing.
fn refusal(next: &Twin) -> Option<&'static str> {
    for id in next.keys() {
        let deep = written_out(next, id).iter().any(|(names, _, _)| names.len() > 10);
        if deep || next[id].parts.len() > 30 {
            return Some(LIMIT);
        }
    }
    for (id, plan) in next {
        let there: BTreeSet<String> = properties(next, id).into_iter().map(|(_, id, _)| id).collect();
        if plan.readers().iter().any(|reader| !there.contains(reader.reads.as_ref().unwrap())) {
            return Some(INVALID);
        }
    }
    None
}

fn finish(next: Twin) -> Result<Twin, &'static str> {
    refusal(&next).map_or(Ok(next), Err)
}

fn uses(twin: &Twin, component: &str, id: &str) -> bool {
    component == id
        || twin[component].parts.iter().filter_map(|part| part.of.as_ref()).any(|of| uses(twin, of, id))
}

/// One story: the twin, the server, and what chance says.
struct Story<'a> {
    caller: Caller<'a>,
    twin: Twin,
    dice: Dice,
    count: usize,
}

/// What a step should lead to, and what it led to.
type Outcome = (Result<Twin, &'static str>, Result<Value, testkit::Refusal>);

impl Story<'_> {
    fn some<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.dice.below(all.len())].clone()) }
    }

    fn fresh(&mut self) -> String {
        self.count += 1;
        format!("p{}", self.count)
    }

    /// A new property: mostly a measurement, at times a formula over something that the model has.
    fn property(&mut self, id: &str) -> (Value, Prop) {
        let name = self.fresh();
        let raw: Vec<String> =
            properties(&self.twin, id).into_iter().filter(|(_, _, raw)| *raw).map(|(_, id, _)| id).collect();
        let few = self.twin[id].readers().len() < TRANSFORMS_MAX;
        let reads = if few && self.dice.below(2) == 0 { self.some(&raw) } else { None };
        let sent = match &reads {
            Some(read) => transform(&name, json!({ "propertyId": read })),
            None => measurement(&name),
        };
        (sent, Prop { id: String::new(), name, reads })
    }

    /// Adds or removes one of the model's own properties.
    fn change_model(&mut self, id: &str) -> Outcome {
        let described = self.caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        let mut list = described["assetModelProperties"].as_array().unwrap().clone();
        let mut next = self.twin.clone();
        if list.is_empty() || self.dice.below(3) > 0 {
            let (sent, property) = self.property(id);
            list.push(sent);
            next.get_mut(id).unwrap().properties.push(property);
        } else {
            let at = self.dice.below(list.len());
            list.remove(at);
            next.get_mut(id).unwrap().properties.remove(at);
        }
        let input = json!({
            "assetModelId": id,
            "assetModelName": described["assetModelName"],
            "assetModelProperties": list,
        });
        (finish(next), self.caller.send("UpdateAssetModel", input))
    }

    fn create(&mut self, id: &str) -> Outcome {
        let plan = self.twin[id].clone();
        let open: Vec<String> =
            plan.parts.iter().filter(|part| part.of.is_none()).map(|part| part.id.clone()).collect();
        // Mostly below the last one, so that it gets deep.
        let parent = match self.dice.below(4) {
            0 => None,
            1 => self.some(&open),
            _ => open.last().cloned(),
        };
        let name = NAMES[self.dice.below(NAMES.len())].to_owned();
        let components: Vec<String> =
            self.twin.iter().filter(|(_, plan)| plan.component).map(|(id, _)| id.clone()).collect();
        let of = if self.dice.below(2) == 0 { self.some(&components) } else { None };
        let mut input = json!({
            "assetModelId": id,
            "assetModelCompositeModelName": name,
            "assetModelCompositeModelType": "CUSTOM",
        });
        let mut own = Vec::new();
        if let Some(of) = &of {
            input["composedAssetModelId"] = json!(of);
        } else {
            let (sent, property) = self.property(id);
            input["assetModelCompositeModelProperties"] = json!([sent]);
            own.push(property);
        }
        if let Some(parent) = &parent {
            input["parentAssetModelCompositeModelId"] = json!(parent);
        }
        let expected = if plan.parts.iter().any(|part| part.parent == parent && part.name == name) {
            Err(EXISTS)
        } else if of.as_ref().is_some_and(|of| uses(&self.twin, of, id)) {
            Err(INVALID)
        } else {
            let mut next = self.twin.clone();
            let part = Part { id: String::new(), name, parent, of, own };
            next.get_mut(id).unwrap().parts.push(part);
            finish(next)
        };
        (expected, self.caller.send("CreateAssetModelCompositeModel", input))
    }

    fn delete(&mut self, id: &str) -> Option<Outcome> {
        let part = self.some(&self.twin[id].parts.clone())?;
        let mut next = self.twin.clone();
        let mut gone = BTreeSet::from([part.id.clone()]);
        let parts = &mut next.get_mut(id).unwrap().parts;
        for one in parts.iter() {
            if one.parent.as_ref().is_some_and(|parent| gone.contains(parent)) {
                gone.insert(one.id.clone());
            }
        }
        parts.retain(|one| !gone.contains(&one.id));
        let input = json!({ "assetModelId": id, "assetModelCompositeModelId": part.id });
        Some((finish(next), self.caller.send("DeleteAssetModelCompositeModel", input)))
    }

    /// Renames a composite model, and adds and removes properties where they are its own.
    fn update(&mut self, id: &str) -> Option<Outcome> {
        let part = self.some(&self.twin[id].parts.clone())?;
        let name = NAMES[self.dice.below(NAMES.len())].to_owned();
        let mut input = json!({ "assetModelId": id, "assetModelCompositeModelId": part.id });
        let described = self.caller.ok("DescribeAssetModelCompositeModel", input.clone());
        let mut list = described["assetModelCompositeModelProperties"].as_array().unwrap().clone();
        let mut own = part.own.clone();
        if part.of.is_none() {
            if !list.is_empty() && self.dice.below(2) == 0 {
                let at = self.dice.below(list.len());
                list.remove(at);
                own.remove(at);
            }
            let (sent, property) = self.property(id);
            list.push(sent);
            own.push(property);
        }
        input["assetModelCompositeModelName"] = json!(name);
        input["assetModelCompositeModelProperties"] = json!(list);
        let mut beside =
            self.twin[id].parts.iter().filter(|one| one.id != part.id && one.parent == part.parent);
        let expected = if beside.any(|one| one.name == name) {
            Err(EXISTS)
        } else {
            let mut next = self.twin.clone();
            let parts = &mut next.get_mut(id).unwrap().parts;
            let at = parts.iter().position(|one| one.id == part.id).unwrap();
            parts[at] = Part { name, own, ..part };
            finish(next)
        };
        Some((expected, self.caller.send("UpdateAssetModelCompositeModel", input)))
    }

    /// Takes the ids that the server gave over into the twin.
    fn learn(&mut self, id: &str, answer: &Value) {
        let plan = self.twin.get_mut(id).unwrap();
        for part in &mut plan.parts {
            if part.id.is_empty() {
                part.id = text(&answer["assetModelCompositeModelId"]);
            }
            if part.own.iter().any(|one| one.id.is_empty()) {
                let input = json!({ "assetModelId": id, "assetModelCompositeModelId": part.id });
                let described = self.caller.ok("DescribeAssetModelCompositeModel", input);
                take_ids(&mut part.own, &described["assetModelCompositeModelProperties"]);
            }
        }
        let described = self.caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        take_ids(&mut plan.properties, &described["assetModelProperties"]);
    }

    /// Compares every model with what the twin works out.
    fn compare(&self, when: &str) {
        for id in self.twin.keys() {
            let described = self.caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
            assert_eq!(described["assetModelStatus"]["state"], "ACTIVE", "{when}");
            let rows = |operation: &str, member: &str| -> Vec<(String, String)> {
                let input = json!({ "assetModelId": id, "filter": "ALL", "maxResults": 250 });
                let pages = self.caller.pages(operation, &input, "nextToken");
                let rows = pages.iter().flat_map(|page| page[member].as_array().unwrap().clone());
                rows.map(|row| (path(&row["path"]).split_once('/').unwrap().1.to_owned(), text(&row["id"])))
                    .collect()
            };
            let expected: Vec<_> =
                properties(&self.twin, id).into_iter().map(|(names, id, _)| (names, id)).collect();
            assert_eq!(rows("ListAssetModelProperties", "assetModelPropertySummaries"), expected, "{when}");
            let expected: Vec<_> =
                written_out(&self.twin, id).into_iter().map(|(names, id, _)| (names.join("/"), id)).collect();
            let found = rows("ListAssetModelCompositeModels", "assetModelCompositeModelSummaries");
            assert_eq!(found, expected, "{when}");
        }
    }
}

fn take_ids(own: &mut [Prop], described: &Value) {
    for (property, shown) in own.iter_mut().zip(described.as_array().unwrap()) {
        assert_eq!(shown["name"], json!(property.name));
        property.id = text(&shown["id"]);
    }
}

#[test]
fn random_writes_give_what_a_twin_works_out_from_scratch() {
    each(|world| {
        let met: BTreeSet<String> = (1..=3).flat_map(|seed| story(world, seed)).collect();
        // A story that never meets a rule does not test it.
        assert_eq!(met, BTreeSet::from([EXISTS, INVALID, LIMIT].map(ToOwned::to_owned)));
    });
}

/// Plays one story; answers the names of all refusals that came up.
fn story(world: &World, seed: u64) -> BTreeSet<String> {
    let caller = world.caller().of_account(&format!("00000000000{seed}"));
    let mut twin = Twin::new();
    for i in 0..COMPONENTS + MODELS {
        let component = i < COMPONENTS;
        let kind = if component { "COMPONENT_MODEL" } else { "ASSET_MODEL" };
        let id = model(&caller, json!({ "assetModelName": format!("m{i}"), "assetModelType": kind }));
        twin.insert(id, Plan { component, ..Plan::default() });
    }
    let mut story = Story { caller, twin, dice: Dice::new(seed), count: 0 };
    let ids: Vec<String> = story.twin.keys().cloned().collect();
    let mut met = BTreeSet::new();
    // So that some way down soon gets too long.
    for level in 0..8 {
        let plan = &story.twin[&ids[0]];
        let parent = plan.parts.last().map(|part| part.id.clone());
        let mut input = json!({
            "assetModelId": ids[0],
            "assetModelCompositeModelName": NAMES[level % 6],
            "assetModelCompositeModelType": "CUSTOM",
        });
        if let Some(parent) = &parent {
            input["parentAssetModelCompositeModelId"] = json!(parent);
        }
        let answer = story.caller.ok("CreateAssetModelCompositeModel", input);
        let name = NAMES[level % 6].to_owned();
        let part = Part { id: String::new(), name, parent, of: None, own: Vec::new() };
        story.twin.get_mut(&ids[0]).unwrap().parts.push(part);
        story.learn(&ids[0], &answer);
    }
    for step in 0..STEPS {
        let id = ids[story.dice.below(ids.len())].clone();
        let outcome = match story.dice.below(10) {
            0..=2 => Some(story.change_model(&id)),
            3..=6 => Some(story.create(&id)),
            7 => story.delete(&id),
            _ => story.update(&id),
        };
        let Some((expected, answer)) = outcome else { continue };
        let when = format!("seed {seed}, step {step}");
        match (expected, answer) {
            (Ok(next), Ok(answer)) => {
                story.twin = next;
                story.learn(&id, &answer);
            }
            (Err(expected), Err(refusal)) => {
                assert_eq!(refusal.name, expected, "{when}: {}", refusal.message());
                met.insert(refusal.name);
            }
            (expected, answer) => panic!("{when}: {:?} instead of {:?}", answer, expected.map(|_| "success")),
        }
        if step % 10 == 9 {
            story.compare(&when);
        }
    }
    let given: usize = ids.iter().map(|id| properties(&story.twin, id).len()).sum();
    assert!(given > 40, "seed {seed}: only {given} properties came about");
    met
}
