//! Writes a plant file: short where nothing is said, in an order that does not depend on when things were made.

use std::collections::BTreeMap;

use super::formula::infer;
use super::read_model::alarm_settings;
use super::{
    Asset, Child, Composite, DataType, Formula, Hierarchy, Implemented, Kind, Model, ModelKind, Plant,
    Property, Settings,
};

/// What is written.
enum Out {
    Text(String),
    /// Text that is never quoted.
    Plain(&'static str),
    List(Vec<Out>),
    /// One line a member.
    Map(Vec<(String, Out)>),
    /// All in one line.
    Line(Vec<(String, Out)>),
}

type Pairs = Vec<(String, Out)>;

fn text(text: impl Into<String>) -> Out {
    Out::Text(text.into())
}

fn put(pairs: &mut Pairs, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        pairs.push((key.to_owned(), text(value)));
    }
}

/// Adds a mapping, unless it is empty.
fn put_all(pairs: &mut Pairs, key: &str, members: Pairs) {
    if !members.is_empty() {
        pairs.push((key.to_owned(), Out::Map(members)));
    }
}

/// Writes the whole file.
pub(super) fn plant(plant: &Plant) -> String {
    let mut whole = vec![("version".to_owned(), Out::Plain("1"))];
    put_all(
        &mut whole,
        "models",
        plant.models.iter().map(|model| named(&model.name, self::model(plant, model))).collect(),
    );
    let assets: Vec<&Asset> = plant.assets.iter().collect();
    if !assets.is_empty() {
        whole.push(("assets".to_owned(), siblings(plant, &assets, true)));
    }
    let mut written = String::new();
    for (key, value) in &whole {
        if key != "version" {
            written.push('\n');
        }
        member(&mut written, key, value, 0);
    }
    written
}

fn named(name: &str, pairs: Pairs) -> (String, Out) {
    (name.to_owned(), Out::Map(pairs))
}

fn model(plant: &Plant, model: &Model) -> Pairs {
    let mut pairs = Pairs::new();
    put(&mut pairs, "externalId", model.external_id.as_ref());
    put(&mut pairs, "id", model.id.as_ref());
    if model.kind != ModelKind::Asset {
        pairs.push(("kind".to_owned(), text(model.kind.name())));
    }
    put(&mut pairs, "description", model.description.as_ref());
    tags(&mut pairs, &model.tags);
    put_all(&mut pairs, "properties", properties(&model.properties, ""));
    put_all(&mut pairs, "hierarchies", model.hierarchies.iter().map(hierarchy).collect());
    put_all(&mut pairs, "composites", composites(&model.composites, ""));
    interfaces(&mut pairs, plant, &model.interfaces);
    pairs
}

fn tags(pairs: &mut Pairs, tags: &BTreeMap<String, String>) {
    if !tags.is_empty() {
        let tags = tags.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        pairs.push(("tags".to_owned(), Out::Line(tags)));
    }
}

fn hierarchy(hierarchy: &Hierarchy) -> (String, Out) {
    let name = hierarchy.name.clone();
    let Some(external_id) = &hierarchy.external_id else { return (name, text(&hierarchy.child)) };
    let pairs =
        vec![("model".to_owned(), text(&hierarchy.child)), ("externalId".to_owned(), text(external_id))];
    (name, Out::Line(pairs))
}

fn properties(properties: &[Property], prefix: &str) -> Pairs {
    let write = |property: &Property| (property.name.clone(), self::property(property, properties, prefix));
    properties.iter().map(write).collect()
}

fn property(property: &Property, beside: &[Property], prefix: &str) -> Out {
    let mut pairs = Pairs::new();
    let kind = property.kind.name().to_owned();
    let on = |given: bool, key: &str, word: &'static str| given.then(|| (key.to_owned(), Out::Plain(word)));
    match &property.kind {
        Kind::Attribute { default } => {
            pairs.push((kind, text(property.data_type.name())));
            put(&mut pairs, "default", default.as_ref());
            put(&mut pairs, "unit", property.unit.as_ref());
        }
        Kind::Measurement { forwarding } => {
            pairs.push((kind, text(property.data_type.name())));
            put(&mut pairs, "unit", property.unit.as_ref());
            pairs.extend(on(!forwarding, "forwarding", "disabled"));
        }
        Kind::Transform { formula, edge, forwarding } => {
            pairs.push((kind, text(&formula.expression)));
            computed(&mut pairs, property, formula, beside, prefix);
            pairs.extend(on(*edge, "compute", "edge"));
            pairs.extend(on(!forwarding, "forwarding", "disabled"));
        }
        Kind::Metric { formula, window, edge } => {
            pairs.push((kind, text(&formula.expression)));
            let interval = text(&window.interval);
            let window = match &window.offset {
                None => interval,
                Some(offset) => {
                    Out::Line(vec![("interval".to_owned(), interval), ("offset".to_owned(), text(offset))])
                }
            };
            pairs.push(("window".to_owned(), window));
            computed(&mut pairs, property, formula, beside, prefix);
            pairs.extend(on(*edge, "compute", "edge"));
        }
    }
    put(&mut pairs, "externalId", property.external_id.as_ref());
    if property.kind.formula().is_some() { Out::Map(pairs) } else { Out::Line(pairs) }
}

/// Writes what transforms and metrics share; variables that a reader infers are left out.
fn computed(pairs: &mut Pairs, property: &Property, formula: &Formula, beside: &[Property], prefix: &str) {
    if property.data_type != DataType::Double {
        pairs.push(("type".to_owned(), text(property.data_type.name())));
    }
    put(pairs, "unit", property.unit.as_ref());
    let mut variables = formula.variables.clone();
    for reference in variables.values_mut().filter(|reference| reference.hierarchy.is_none()) {
        let own = reference.property.strip_prefix(prefix);
        if let Some(own) = own.filter(|own| beside.iter().any(|property| property.name == **own)) {
            reference.property = own.to_owned();
        }
    }
    let (inferred, ambiguous) = infer(&formula.expression, &BTreeMap::new(), beside);
    variables.retain(|name, reference| inferred.get(name) != Some(reference) || ambiguous.contains(name));
    let written = variables.into_iter().map(|(name, reference)| {
        let property = text(reference.property);
        let value = match reference.hierarchy {
            None => property,
            Some(hierarchy) => {
                Out::Line(vec![("hierarchy".to_owned(), text(hierarchy)), ("property".to_owned(), property)])
            }
        };
        (name, value)
    });
    let written: Pairs = written.collect();
    if !written.is_empty() {
        pairs.push(("variables".to_owned(), Out::Line(written)));
    }
}

fn composites(composites: &[Composite], prefix: &str) -> Pairs {
    composites.iter().map(|composite| (composite.name.clone(), self::composite(composite, prefix))).collect()
}

fn composite(composite: &Composite, prefix: &str) -> Out {
    let mut pairs = Pairs::new();
    if composite.alarm {
        let (kind, source) = alarm_settings(&composite.properties);
        let word = if kind == Some("IOT_EVENTS") { "iot_events" } else { "external" };
        pairs.push(("alarm".to_owned(), Out::Plain(word)));
        pairs.extend(source.map(|source| ("source".to_owned(), text(source))));
    }
    put(&mut pairs, "component", composite.component.as_ref());
    put(&mut pairs, "description", composite.description.as_ref());
    put(&mut pairs, "externalId", composite.external_id.as_ref());
    if composite.alarm || composite.component.is_some() {
        return Out::Line(pairs);
    }
    let inside = format!("{prefix}{}/", composite.name);
    put_all(&mut pairs, "properties", properties(&composite.properties, &inside));
    put_all(&mut pairs, "composites", self::composites(&composite.composites, &inside));
    Out::Map(pairs)
}

/// Writes interfaces; properties that have the same name on both sides are not mentioned.
fn interfaces(pairs: &mut Pairs, plant: &Plant, interfaces: &[Implemented]) {
    if interfaces.is_empty() {
        return;
    }
    let by_name = |implemented: &Implemented| {
        let interface = plant.model(&implemented.interface);
        let known = |name: &str| {
            interface.is_some_and(|found| found.properties.iter().any(|property| property.name == name))
        };
        let differ = implemented.mapping.iter().filter(|(theirs, ours)| theirs != ours || !known(theirs));
        differ.map(|(theirs, ours)| (theirs.clone(), text(ours))).collect::<Pairs>()
    };
    let written: Vec<(String, Pairs)> =
        interfaces.iter().map(|implemented| (implemented.interface.clone(), by_name(implemented))).collect();
    let out = if written.iter().all(|(_, mapping)| mapping.is_empty()) {
        Out::List(written.into_iter().map(|(name, _)| text(name)).collect())
    } else {
        Out::Map(written.into_iter().map(|(name, mapping)| (name, Out::Line(mapping))).collect())
    };
    pairs.push(("implements".to_owned(), out));
}

/// Writes assets side by side: by name, or as a list if names repeat.
fn siblings(plant: &Plant, assets: &[&Asset], names_model: bool) -> Out {
    let repeats =
        assets.iter().enumerate().any(|(i, asset)| assets[..i].iter().any(|other| other.name == asset.name));
    if !repeats {
        let write = |asset: &&Asset| named(&asset.name, self::asset(plant, asset, names_model));
        return Out::Map(assets.iter().map(write).collect());
    }
    let write = |asset: &&Asset| {
        let mut pairs = vec![("name".to_owned(), text(&asset.name))];
        pairs.extend(self::asset(plant, asset, names_model));
        Out::Map(pairs)
    };
    Out::List(assets.iter().map(write).collect())
}

fn asset(plant: &Plant, asset: &Asset, names_model: bool) -> Pairs {
    let mut pairs = Pairs::new();
    if names_model {
        put(&mut pairs, "model", Some(&asset.model));
    }
    put(&mut pairs, "externalId", asset.external_id.as_ref());
    put(&mut pairs, "id", asset.id.as_ref());
    put(&mut pairs, "description", asset.description.as_ref());
    tags(&mut pairs, &asset.tags);
    let attributes = asset.attributes.iter().map(|(path, value)| (path.clone(), text(value)));
    put_all(&mut pairs, "attributes", attributes.collect());
    let settings = asset.settings.iter().filter(|(_, settings)| !settings.is_empty());
    put_all(
        &mut pairs,
        "properties",
        settings.map(|(path, set)| (path.clone(), self::settings(set))).collect(),
    );
    let mut hierarchies = Pairs::new();
    let mut rest: &[Child] = &asset.children;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|child| child.hierarchy == first.hierarchy).count();
        let children: Vec<&Asset> = rest[..count].iter().map(|child| &child.asset).collect();
        hierarchies.push((first.hierarchy.clone(), siblings(plant, &children, false)));
        rest = &rest[count..];
    }
    put_all(&mut pairs, "hierarchies", hierarchies);
    pairs
}

fn settings(settings: &Settings) -> Out {
    if let Settings { alias: Some(alias), unit: None, notifications: None } = settings {
        return text(alias);
    }
    let mut pairs = Pairs::new();
    put(&mut pairs, "alias", settings.alias.as_ref());
    put(&mut pairs, "unit", settings.unit.as_ref());
    let word = |on| Out::Plain(if on { "enabled" } else { "disabled" });
    pairs.extend(settings.notifications.map(|on| ("notifications".to_owned(), word(on))));
    Out::Line(pairs)
}

fn member(written: &mut String, key: &str, value: &Out, depth: usize) {
    let indent = "  ".repeat(depth);
    written.push_str(&indent);
    written.push_str(&scalar(key));
    written.push(':');
    below(written, value, depth);
}

/// Writes a value behind its key.
fn below(written: &mut String, value: &Out, depth: usize) {
    match value {
        Out::Map(pairs) if !pairs.is_empty() => {
            written.push('\n');
            for (key, value) in pairs {
                member(written, key, value, depth + 1);
            }
        }
        Out::List(elements) if elements.iter().any(|element| matches!(element, Out::Map(_))) => {
            written.push('\n');
            for element in elements {
                let mut inner = String::new();
                if let Out::Map(pairs) = element {
                    for (key, value) in pairs {
                        member(&mut inner, key, value, depth + 2);
                    }
                }
                let indent = "  ".repeat(depth + 1);
                written.push_str(&indent);
                written.push_str("- ");
                written.push_str(inner.trim_start());
            }
        }
        _ => {
            written.push(' ');
            line(written, value);
            written.push('\n');
        }
    }
}

fn line(written: &mut String, value: &Out) {
    let mut comma = "";
    match value {
        Out::Plain(word) => written.push_str(word),
        Out::Text(text) => written.push_str(&scalar(text)),
        Out::List(elements) => {
            written.push('[');
            for element in elements {
                written.push_str(std::mem::replace(&mut comma, ", "));
                line(written, element);
            }
            written.push(']');
        }
        Out::Map(pairs) | Out::Line(pairs) => {
            written.push('{');
            for (key, value) in pairs {
                written.push_str(std::mem::replace(&mut comma, ", "));
                written.push_str(&scalar(key));
                written.push_str(": ");
                line(written, value);
            }
            written.push('}');
        }
    }
}

/// Writes text, in quotes where it could be taken for something else, here or by another reader of YAML.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_inner = |c: char| c.is_alphanumeric() || " _-./()*+=<>^".contains(c);
    let first = text.chars().next();
    let plain = first.is_some_and(|c| c.is_alphabetic() || c == '_' || c == '/' || c == '(')
        && text.chars().all(is_inner)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str());
    let number = !text.is_empty()
        && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
        && text.parse::<f64>().is_ok();
    // What begins with a number and goes on with words is a formula.
    let formula = first.is_some_and(|c| c.is_ascii_digit())
        && text.contains(' ')
        && text.chars().any(char::is_alphabetic)
        && text.chars().all(is_inner)
        && !text.ends_with(' ');
    let window = text.len() > 1
        && text.ends_with(['m', 'h', 'd', 'w'])
        && text[..text.len() - 1].chars().all(|c| c.is_ascii_digit());
    if plain || number || window || formula {
        return text.to_owned();
    }
    // YAML takes in JSON's strings as they are; what JSON leaves bare beyond ASCII controls is text in YAML, too.
    let quoted = serde_json::Value::from(text).to_string();
    quoted
        .replace('\u{7f}', "\\x7f")
        .replace('\u{85}', "\\N")
        .replace('\u{feff}', "\\uFEFF")
        .replace('\u{2028}', "\\L")
        .replace('\u{2029}', "\\P")
}
