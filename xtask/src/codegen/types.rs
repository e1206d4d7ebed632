//! Writes the types: a structure, union or enumeration a declaration, alphabetically.

use std::collections::BTreeSet;

use super::api::{Api, Member, Shape};
use super::names::{field, type_name, variant};
use super::tree::wrapped;

/// What a Rust type would hide.
const RESERVED: [&str; 14] = [
    "Blob",
    "Timestamp",
    "Option",
    "Some",
    "None",
    "Vec",
    "Box",
    "String",
    "Result",
    "Ok",
    "Err",
    "Error",
    "Default",
    "BTreeMap",
];

/// Writes every type that inputs, outputs and errors reach, as (name, text).
pub fn write(api: &Api) -> Result<Vec<(String, String)>, String> {
    let (inputs, outputs) = (api.inputs(), api.outputs());
    let all: BTreeSet<&String> = inputs.union(&outputs).collect();
    let tops: BTreeSet<&String> =
        api.operations.iter().flat_map(|operation| operation.input.iter().chain(&operation.output)).collect();
    let mut types = Vec::new();
    for name in all {
        let shape = api.shape(name);
        let rust = type_name(name);
        if shape.is_type() && RESERVED.contains(&rust.as_str()) {
            return Err(format!("{}: the shape {name} would hide a Rust name", api.id));
        }
        // What stands inside other structures works both ways: rooms keep such parts as JSON documents.
        let nested = !tops.contains(name) && shape.status.is_none();
        let ways = Ways { decode: nested || inputs.contains(name), encode: nested || outputs.contains(name) };
        if shape.kind == "structure" && (shape.union || shape.event_stream) {
            types.push((rust, union(api, name, shape, ways)));
        } else if shape.kind == "structure" {
            types.push((rust, structure(api, name, shape, ways)));
        } else if shape.is_type() {
            types.push((rust, enumeration(name, shape)?));
        }
    }
    Ok(types)
}

#[derive(Clone, Copy)]
struct Ways {
    decode: bool,
    encode: bool,
}

impl Ways {
    fn text(self) -> &'static str {
        match (self.decode, self.encode) {
            (true, true) => "Decode Encode",
            (true, false) => "Decode",
            (false, _) => "Encode",
        }
    }
}

fn enumeration(name: &str, shape: &Shape) -> Result<String, String> {
    let variants: Vec<String> =
        shape.values.iter().map(|value| format!("{} = {value:?}", variant(value))).collect();
    let distinct: BTreeSet<String> = shape.values.iter().map(|value| variant(value)).collect();
    if distinct.len() != shape.values.len() {
        return Err(format!("{name}: two values have one Rust name"));
    }
    let body = wrapped(&variants, "        ");
    Ok(format!("names! {{\n    {} {{\n{body}    }}\n}}\n", type_name(name)))
}

fn union(api: &Api, name: &str, shape: &Shape, ways: Ways) -> String {
    let ways = if shape.event_stream { "Event" } else { ways.text() };
    let mut text = format!("union! {{ {} [{ways}] {{\n", type_name(name));
    for member in &shape.members {
        let variant = variant(&member.name);
        let variant = variant.strip_suffix("Exception").unwrap_or(&variant);
        text += &format!("    {variant}({}) = {:?},\n", plain(api, &member.shape), member.name);
    }
    text + "} }\n"
}

fn structure(api: &Api, name: &str, shape: &Shape, ways: Ways) -> String {
    let special = ways.encode && shape.members.iter().any(|member| is_outside_body(shape, member));
    let ways = if special { "" } else { ways.text() };
    if shape.members.is_empty() {
        return format!("structure! {{ {} [{ways}] {{}} }}\n", type_name(name));
    }
    let mut text = format!("structure! {{ {} [{ways}] {{\n", type_name(name));
    for member in &shape.members {
        let mark = if api.shape(&member.shape).blank { " | blank" } else { "" };
        let rust = field(&member.name);
        text += &format!("    {rust}: {} = {:?}{mark},\n", typed(api, name, shape, member), member.name);
    }
    text += "} }\n";
    if special {
        text += &special_encode(api, name, shape);
    }
    text
}

/// Answers' labels and query bindings do not exist: what has a location travels in a header or is the payload.
fn is_outside_body(shape: &Shape, member: &Member) -> bool {
    let in_header = member.location.as_deref() == Some("header") || member.also_header.is_some();
    in_header || shape.payload.as_deref() == Some(&member.name)
}

/// Writes `Encode` in full for a structure with members in headers or a raw payload.
fn special_encode(api: &Api, name: &str, shape: &Shape) -> String {
    let (mut body, mut headers, mut content) = (String::new(), String::new(), String::new());
    for member in &shape.members {
        let rust = field(&member.name);
        let is_payload = shape.payload.as_deref() == Some(&member.name);
        if api.shape(&member.shape).streaming {
            content = format!(
                "    fn content(&self) -> Option<&model::Content> {{\n        Some(&self.{rust})\n    }}\n"
            );
        } else if !is_payload && member.location.is_none() {
            body += &format!("        out.field({:?}, &self.{rust});\n", member.name);
        }
        let in_header = (member.location.is_some()).then_some(&member.wire).or(member.also_header.as_ref());
        if let Some(header) = in_header {
            headers += &if is_plain(api, shape, member) {
                format!("        out.push(({header:?}, self.{rust}.to_string()));\n")
            } else {
                format!(
                    "        out.extend(self.{rust}.iter().map(|value| ({header:?}, value.to_string())));\n"
                )
            };
        }
    }
    let out = if body.is_empty() { "_out" } else { "out" };
    let mut text = format!("\nimpl model::Encode for {} {{\n", type_name(name));
    text += &format!("    fn encode(&self, {out}: &mut model::json::Object<'_>) {{\n{body}    }}\n");
    if !headers.is_empty() {
        text +=
            &format!("\n    fn headers(&self, out: &mut Vec<(&'static str, String)>) {{\n{headers}    }}\n");
    }
    if !content.is_empty() {
        text += &format!("\n{content}");
    }
    text + "}\n"
}

/// Tells whether a field is no `Option`: required members, every payload, and the message of an exception.
fn is_plain(api: &Api, shape: &Shape, member: &Member) -> bool {
    let is_payload = shape.payload.as_deref() == Some(&member.name);
    let is_message = shape.status.is_some() && member.name.eq_ignore_ascii_case("message");
    is_payload || is_message || (member.required && !api.shape(&member.shape).blank)
}

fn typed(api: &Api, structure: &str, shape: &Shape, member: &Member) -> String {
    let mut rust = plain(api, &member.shape);
    if api.shape(&member.shape).event_stream {
        rust = format!("Vec<{rust}>");
    }
    if api.needs_box(structure, member) {
        rust = format!("Box<{rust}>");
    }
    if is_plain(api, shape, member) { rust } else { format!("Option<{rust}>") }
}

fn plain(api: &Api, name: &str) -> String {
    let shape = api.shape(name);
    let inner = || plain(api, shape.member.as_deref().expect("lists and maps say what they hold"));
    match shape.kind.as_str() {
        "string" => "String".to_owned(),
        "boolean" => "bool".to_owned(),
        "integer" | "long" => "i64".to_owned(),
        "float" | "double" => "f64".to_owned(),
        "timestamp" => "Timestamp".to_owned(),
        "blob" if shape.streaming => "model::Content".to_owned(),
        "blob" => "Blob".to_owned(),
        "list" if shape.sparse => format!("Vec<Option<{}>>", inner()),
        "list" => format!("Vec<{}>", inner()),
        "map" => format!("BTreeMap<String, {}>", inner()),
        _ => type_name(name),
    }
}
