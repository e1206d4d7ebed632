//! Writes the tables that inputs are checked against.

use std::collections::BTreeMap;

use super::api::{Api, Match, Member, Shape};
use super::names::{constant, type_name};

/// Writes a table per shape that inputs reach, as (name, text).
pub fn write(api: &Api) -> Result<Vec<(String, String)>, String> {
    let mut tables: BTreeMap<String, (String, String)> = BTreeMap::new();
    let patterns = patterns(api);
    for name in api.inputs() {
        let shape = api.shape(&name);
        let text = match shape.kind.as_str() {
            "structure" => structure(api, &name, shape),
            "boolean" | "timestamp" => continue,
            _ => {
                let rule = rule(api, &name, shape, &patterns)?;
                let rule = if shape.sensitive { format!("Shape::Sensitive(&{rule})") } else { rule };
                pattern(&name, shape, &patterns)
                    + &format!("pub static {}: Shape = {rule};\n", constant(&name))
            }
        };
        if let Some((other, _)) = tables.insert(constant(&name), (name.clone(), text)) {
            return Err(format!("{}: {name} and {other} have one Rust name", api.id));
        }
    }
    Ok(tables.into_values().collect())
}

/// Names each distinct pattern after the first shape that has it.
fn patterns(api: &Api) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for name in api.inputs() {
        if let Some(pattern) = &api.shape(&name).pattern {
            owners.entry(pattern.clone()).or_insert(name);
        }
    }
    owners
}

fn pattern(name: &str, shape: &Shape, owners: &BTreeMap<String, String>) -> String {
    let Some(text) =
        shape.pattern.as_ref().filter(|text| owners.get(*text).is_some_and(|owner| owner == name))
    else {
        return String::new();
    };
    let hashes = if text.contains("\"#") {
        "##"
    } else if text.contains('"') {
        "#"
    } else {
        ""
    };
    let literal = format!("r{hashes}\"{text}\"{hashes}");
    let value = match &shape.pattern_match {
        Match::Whole => format!("Pattern::new({literal})"),
        Match::Prefix => format!("Pattern::prefix({literal})"),
        Match::Twin(function) => format!("Pattern::twin({literal}, crate::pattern::{function})"),
    };
    format!("pub static {}_PATTERN: Pattern = {value};\n", constant(name))
}

fn rule(api: &Api, name: &str, shape: &Shape, patterns: &BTreeMap<String, String>) -> Result<String, String> {
    let bounds = |float: bool| {
        let bound = |bound: &Option<String>| match bound {
            Some(number) if float && !number.contains('.') => format!("Some({number}.0)"),
            Some(number) => format!("Some({})", grouped(number)),
            None => "None".to_owned(),
        };
        format!("min: {}, max: {}", bound(&shape.min), bound(&shape.max))
    };
    let part = |part: &Option<String>| reference(api, part.as_deref().expect("the model says what it holds"));
    Ok(match shape.kind.as_str() {
        "string" => format!("Shape::String({})", string(name, shape, patterns)),
        "integer" => format!("Shape::Integer {{ {} }}", bounds(false)),
        "long" => format!("Shape::Long {{ {} }}", bounds(false)),
        "float" => format!("Shape::Float {{ {} }}", bounds(true)),
        "double" => format!("Shape::Double {{ {} }}", bounds(true)),
        "blob" => format!("Shape::Blob {{ {} }}", bounds(false)),
        "list" => {
            let member = part(&shape.member);
            format!("Shape::List {{ member: {member}, {}, sparse: {} }}", bounds(false), shape.sparse)
        }
        "map" => {
            let (key, value) = (part(&shape.key), part(&shape.member));
            format!("Shape::Map {{ key: {key}, value: {value}, {} }}", bounds(false))
        }
        other => return Err(format!("{}: {name} is a {other}, which no writer knows", api.id)),
    })
}

fn string(name: &str, shape: &Shape, patterns: &BTreeMap<String, String>) -> String {
    let mut rule = "StringRule::ANY".to_owned();
    if let Some(min) = &shape.min {
        rule += &format!(".min({})", grouped(min));
    }
    if let Some(max) = &shape.max {
        rule += &format!(".max({})", grouped(max));
    }
    if let Some(owner) = shape.pattern.as_ref().and_then(|pattern| patterns.get(pattern)) {
        rule += &format!(".pattern(&{}_PATTERN)", constant(owner));
    }
    if !shape.values.is_empty() {
        rule += &format!(".values(types::{}::VALUES)", type_name(name));
    }
    if shape.blank {
        rule += ".blank()";
    }
    rule
}

fn structure(api: &Api, name: &str, shape: &Shape) -> String {
    let members: String =
        shape.members.iter().map(|member| format!("{},\n", table_member(api, shape, member))).collect();
    let union = shape.union;
    format!(
        "pub static {}: Structure = Structure {{ name: {name:?}, members: &[{members}], union: {union} }};\n",
        constant(name)
    )
}

fn table_member(api: &Api, shape: &Shape, member: &Member) -> String {
    let function = if member.required { "required_member" } else { "optional_member" };
    let text = format!("{function}({:?}, {})", member.name, reference(api, &member.shape));
    let is_payload = shape.payload.as_deref() == Some(&member.name);
    match member.location.as_deref() {
        Some("querystring") => format!("{text}.query({:?})", member.wire),
        Some("uri") => format!("{text}.label({:?})", member.wire),
        Some("header") => format!("{text}.header({:?})", member.wire),
        _ if is_payload => format!("{text}.payload()"),
        _ => text,
    }
}

fn reference(api: &Api, name: &str) -> String {
    let shape = api.shape(name);
    let hidden = |text: String| if shape.sensitive { format!("&Shape::Sensitive({text})") } else { text };
    match shape.kind.as_str() {
        "boolean" => "&Shape::Boolean".to_owned(),
        "timestamp" => "&Shape::Timestamp".to_owned(),
        "structure" => hidden(format!("&Shape::Structure(&{})", constant(name))),
        _ => format!("&{}", constant(name)),
    }
}

/// Groups the digits of a long number, as clippy asks for.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    if digits.len() < 6 || digits.contains('.') {
        return number.to_owned();
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}
