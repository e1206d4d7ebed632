//! The tree of a lockfile, answered by a report: npm 6, yarn 1, and npm 7 to 10 when the other shape fails.
//!
//! A package that may not be told keeps its place in the tree, since public ones may stand below it, under forty
//! hexadecimal digits: npm 6 hides the names of private packages so, so that registries know the like.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{AuditError, Audited, PackageName};

/// The parts of a report that count findings.
const SEVERITIES: [&str; 5] = ["info", "low", "moderate", "high", "critical"];
/// The members of a package in the tree that are handed on as they are, if they are true or false.
const FLAGS: [&str; 3] = ["dev", "optional", "bundled"];

pub(super) fn read(
    members: &Map<String, Value>,
    found: &mut impl FnMut(&str, &str) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    let Some(dependencies) = members.get("dependencies") else { return Ok(()) };
    let Value::Object(dependencies) = dependencies else {
        return Err(AuditError::Malformed("dependencies is no object".to_owned()));
    };
    for (name, package) in dependencies {
        let Value::Object(package) = package else {
            return Err(AuditError::Malformed(format!("dependency {name:?} is no object")));
        };
        if let Some(version) = package.get("version").and_then(Value::as_str) {
            found(name, version)?;
        }
        read(package, found)?;
    }
    Ok(())
}

pub(super) fn body(
    tree: &Map<String, Value>,
    told: &Audited,
    stand_ins: &mut BTreeMap<String, String>,
) -> Value {
    let mut body = below(tree, told, stand_ins);
    body.insert("name".to_owned(), "audited".into());
    body.insert("version".to_owned(), "0.0.0".into());
    body.into()
}

/// The `requires` and `dependencies` of a package, as far as they may be told.
fn below(
    package: &Map<String, Value>,
    told: &Audited,
    stand_ins: &mut BTreeMap<String, String>,
) -> Map<String, Value> {
    let is_told = |name: &str| {
        PackageName::parse(name).is_ok_and(|name| told.get(&name).is_some_and(|told| !told.is_empty()))
    };
    let mut kept = Map::new();
    match package.get("requires") {
        Some(Value::Object(requires)) => {
            // A range may be the path of a folder or the URL of a repository.
            let plain = |range: &Value| range.as_str().is_some_and(|range| !range.contains([':', '/']));
            let requires = requires.iter().filter(|(name, range)| is_told(name) && plain(range));
            let requires = requires.map(|(name, range)| (name.clone(), range.clone()));
            kept.insert("requires".to_owned(), requires.collect::<Map<_, _>>().into());
        }
        Some(Value::Bool(requires)) => drop(kept.insert("requires".to_owned(), (*requires).into())),
        _ => {}
    }
    let mut dependencies = Map::new();
    for (name, package) in package.get("dependencies").and_then(Value::as_object).into_iter().flatten() {
        let Value::Object(package) = package else { continue };
        let mut shown = below(package, told, stand_ins);
        for flag in FLAGS {
            if let Some(Value::Bool(set)) = package.get(flag) {
                shown.insert(flag.to_owned(), (*set).into());
            }
        }
        let version = package.get("version").and_then(Value::as_str).unwrap_or_default();
        let known = PackageName::parse(name)
            .is_ok_and(|name| told.get(&name).is_some_and(|versions| versions.contains(version)));
        let (name, version) =
            if known { (name.clone(), version) } else { (stand_in(name, stand_ins), "0.0.0") };
        shown.insert("version".to_owned(), version.into());
        dependencies.insert(name, shown.into());
    }
    if !dependencies.is_empty() {
        kept.insert("dependencies".to_owned(), dependencies.into());
    }
    kept
}

fn stand_in(name: &str, stand_ins: &mut BTreeMap<String, String>) -> String {
    if let Some(known) = stand_ins.get(name) {
        return known.clone();
    }
    let digits = format!("{:040x}", stand_ins.len() + 1);
    stand_ins.insert(name.to_owned(), digits.clone());
    digits
}

/// Writes the names back wherever a stand-in is a text, or a step of a path (`a>b>c`).
pub(super) fn reveal(answer: &mut Value, stand_ins: &BTreeMap<String, String>) {
    let names: BTreeMap<&str, &str> =
        stand_ins.iter().map(|(name, digits)| (digits.as_str(), name.as_str())).collect();
    reveal_by(answer, &names);
}

fn reveal_by(answer: &mut Value, names: &BTreeMap<&str, &str>) {
    match answer {
        Value::String(text) if text.split('>').any(|step| names.contains_key(step)) => {
            let steps: Vec<&str> =
                text.split('>').map(|step| names.get(step).copied().unwrap_or(step)).collect();
            *text = steps.join(">");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| reveal_by(item, names)),
        Value::Object(members) => members.values_mut().for_each(|member| reveal_by(member, names)),
        _ => {}
    }
}

/// The report of a tree of which nothing is known.
pub(super) fn empty_report() -> Value {
    let none: Map<String, Value> = SEVERITIES.iter().map(|name| ((*name).to_owned(), 0.into())).collect();
    json!({
        "actions": [], "advisories": {}, "muted": [],
        "metadata": {"vulnerabilities": none, "dependencies": 0, "devDependencies": 0,
            "optionalDependencies": 0, "totalDependencies": 0},
    })
}

/// Adds the advisories of `more` that `all` does not have, their actions and their counts.
pub(super) fn merge(all: Value, more: Value) -> Value {
    let Value::Object(mut all) = all else { return more };
    let mut added = BTreeMap::<String, u64>::new();
    let advisories = more.get("advisories").and_then(Value::as_object);
    if let Value::Object(known) = all.entry("advisories").or_insert_with(|| json!({})) {
        for (id, advisory) in advisories.into_iter().flatten() {
            if known.contains_key(id) {
                continue;
            }
            known.insert(id.clone(), advisory.clone());
            let severity = advisory.get("severity").and_then(Value::as_str).unwrap_or("info");
            *added.entry(severity.to_owned()).or_default() += places(advisory);
        }
    }
    if let (Value::Array(actions), Some(Value::Array(more))) =
        (all.entry("actions").or_insert_with(|| json!([])), more.get("actions"))
    {
        let new: Vec<Value> = more.iter().filter(|action| !actions.contains(action)).cloned().collect();
        actions.extend(new);
    }
    let counts = all.get_mut("metadata").and_then(|metadata| metadata.get_mut("vulnerabilities"));
    if let Some(Value::Object(counts)) = counts {
        for (severity, count) in added {
            let place = counts.entry(severity).or_insert(Value::Null);
            *place = place.as_u64().unwrap_or(0).saturating_add(count).into();
        }
    }
    all.into()
}

/// In how many places of the tree an advisory applies.
fn places(advisory: &Value) -> u64 {
    let findings = advisory.get("findings").and_then(Value::as_array).into_iter().flatten();
    let paths = |finding: &Value| finding.get("paths").and_then(Value::as_array).map_or(0, Vec::len);
    findings.map(paths).sum::<usize>().max(1) as u64
}
