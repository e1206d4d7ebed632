//! Reads properties: `{measurement: double, unit: kW}`, `{metric: avg(power), window: 15m}`.

use std::collections::BTreeMap;

use super::fault::instead;
use super::node::{Content, Node};
use super::read::{Members, Named, Reader};
use super::read_model::keys;
use super::text::{interval_s, is_variable, value_fault};
use super::{DataType, Formula, Kind, Property, Reference, Window};

const KINDS: [&str; 4] = ["attribute", "measurement", "transform", "metric"];
const ATTRIBUTE_KEYS: &[&str] = &["attribute", "default", "unit", "externalId"];
const MEASUREMENT_KEYS: &[&str] = &["measurement", "unit", "externalId", "forwarding"];
const TRANSFORM_KEYS: &[&str] =
    &["transform", "type", "unit", "variables", "externalId", "compute", "forwarding"];
const METRIC_KEYS: &[&str] = &["metric", "type", "unit", "window", "variables", "externalId", "compute"];
/// Windows last from a minute to a week.
const WINDOW_S: std::ops::RangeInclusive<u64> = 60..=604_800;
/// What attributes and measurements can be.
const TYPES: [(DataType, &str); 4] = [
    (DataType::Double, "double"),
    (DataType::Integer, "integer"),
    (DataType::String, "string"),
    (DataType::Boolean, "boolean"),
];
/// What formulas can compute.
const COMPUTED: [(DataType, &str); 2] = [(DataType::Double, "double"), (DataType::String, "string")];
/// Longest unit.
const UNIT_CHARS_MAX: usize = 256;
/// Longest expression.
const EXPRESSION_CHARS_MAX: usize = 1024;

impl Reader {
    pub(super) fn property(&mut self, named: &Named<'_>) -> Option<Property> {
        let what = format!("the property '{}'", named.name);
        let Content::Map(pairs) = &named.node.content else {
            let sentence = format!("{what} is a mapping such as {{measurement: double, unit: kW}}");
            self.faults.add(named.at, sentence);
            return None;
        };
        let present: Vec<&str> = pairs
            .iter()
            .filter_map(|(key, _)| match &key.content {
                Content::Scalar(key, _) => KINDS.into_iter().find(|kind| kind == key),
                _ => None,
            })
            .collect();
        let [kind] = present.as_slice() else {
            let sentence = match present.as_slice() {
                [] => format!("{what} needs one of the keys attribute, measurement, transform, metric"),
                several => format!("{what} is one of {}, not several", several.join(", ")),
            };
            self.faults.add(named.at, sentence);
            return None;
        };
        let allowed = match *kind {
            "attribute" => ATTRIBUTE_KEYS,
            "measurement" => MEASUREMENT_KEYS,
            "transform" => TRANSFORM_KEYS,
            _ => METRIC_KEYS,
        };
        let members = self.members(named.node, &what, &keys(named, allowed))?;
        let mut property = Property {
            name: named.name.clone(),
            external_id: self.external_id(&members),
            unit: self.unit(&members),
            at: named.at,
            ..Property::default()
        };
        match *kind {
            "attribute" => self.attribute(&mut property, &members),
            "measurement" => self.measurement(&mut property, &members),
            "transform" => self.transform(&mut property, &members),
            _ => self.metric(&mut property, &members, &what),
        }
        Some(property)
    }

    pub(super) fn unit(&mut self, members: &Members<'_>) -> Option<String> {
        let node = members.get("unit")?;
        let unit = self.text(node, "unit").filter(|unit| !unit.is_empty())?;
        if unit.chars().count() > UNIT_CHARS_MAX {
            self.faults.add(node.at, format!("a unit has at most {UNIT_CHARS_MAX} characters"));
        }
        Some(unit)
    }

    fn data_type(&mut self, members: &Members<'_>, key: &str, legal: &[(DataType, &str)]) -> DataType {
        members.get(key).and_then(|node| self.word(node, key, legal)).unwrap_or_default()
    }

    fn attribute(&mut self, property: &mut Property, members: &Members<'_>) {
        property.data_type = self.data_type(members, "attribute", &TYPES);
        let node = members.get("default");
        let default = node.and_then(|node| self.text(node, "default"));
        if let (Some(node), Some(text)) = (node, &default)
            && let Some(right) = value_fault(property.data_type, text)
        {
            let (name, kind) = (&property.name, property.data_type.name());
            self.faults.add(node.at, format!("the default '{text}' of '{name}' is not {kind}: {right}"));
        }
        property.kind = Kind::Attribute { default };
    }

    fn measurement(&mut self, property: &mut Property, members: &Members<'_>) {
        property.data_type = self.data_type(members, "measurement", &TYPES);
        property.kind = Kind::Measurement { forwarding: self.forwarding(members) };
    }

    fn transform(&mut self, property: &mut Property, members: &Members<'_>) {
        property.data_type = self.data_type(members, "type", &COMPUTED);
        let formula = self.formula(members, "transform");
        let forwarding = self.forwarding(members);
        property.kind = Kind::Transform { formula, edge: self.edge(members), forwarding };
    }

    fn metric(&mut self, property: &mut Property, members: &Members<'_>, what: &str) {
        property.data_type = self.data_type(members, "type", &COMPUTED);
        let formula = self.formula(members, "metric");
        let node = members.get("window");
        if node.is_none() {
            self.faults.add(property.at, format!("{what} is a metric and needs a window, such as 15m or 1h"));
        }
        let window = node.map(|node| self.window(node)).unwrap_or_default();
        property.kind = Kind::Metric { formula, window, edge: self.edge(members) };
    }

    fn window(&mut self, node: &Node) -> Window {
        let (interval, offset) = match &node.content {
            Content::Map(_) => {
                let Some(members) = self.members(node, "a window", &["interval", "offset"]) else {
                    return Window::default();
                };
                let text = |reader: &mut Self, key| members.get(key).and_then(|node| reader.text(node, key));
                (text(self, "interval").unwrap_or_default(), text(self, "offset"))
            }
            _ => (self.text(node, "window").unwrap_or_default(), None),
        };
        if !interval_s(&interval).is_some_and(|seconds| WINDOW_S.contains(&seconds)) {
            self.faults.add(
                node.at,
                format!("the window '{interval}' is none: a number with m, h, d or w, from 1m to 1w"),
            );
        }
        Window { interval, offset }
    }

    fn forwarding(&mut self, members: &Members<'_>) -> bool {
        let words = [(true, "enabled"), (false, "disabled")];
        members.get("forwarding").and_then(|node| self.word(node, "forwarding", &words)).unwrap_or(true)
    }

    fn edge(&mut self, members: &Members<'_>) -> bool {
        let words = [(false, "cloud"), (true, "edge")];
        members.get("compute").and_then(|node| self.word(node, "compute", &words)).unwrap_or(false)
    }

    /// Reads an expression and the variables that are declared for it.
    fn formula(&mut self, members: &Members<'_>, key: &str) -> Formula {
        let node = members.get(key);
        let expression = node.and_then(|node| self.text(node, key)).unwrap_or_default();
        if let Some(node) = node.filter(|_| expression.chars().count() > EXPRESSION_CHARS_MAX) {
            self.faults.add(node.at, format!("a formula has at most {EXPRESSION_CHARS_MAX} characters"));
        }
        let mut variables = BTreeMap::new();
        let Some(declared) = members.get("variables") else { return Formula { expression, variables } };
        let Content::Map(pairs) = &declared.content else {
            self.faults.add(declared.at, "variables is a mapping of names to properties");
            return Formula { expression, variables };
        };
        for (key, value) in pairs {
            let Content::Scalar(name, _) = &key.content else { continue };
            if !is_variable(name) {
                let sentence = "is no variable: a small letter, then small letters, digits and _, 64 at most";
                self.faults.add(key.at, format!("'{name}' {sentence}"));
            }
            if let Some(reference) = self.reference(value) {
                variables.insert(name.clone(), reference);
            }
        }
        Formula { expression, variables }
    }

    /// Reads `Power`, or `{hierarchy: Turbines, property: Power}`.
    fn reference(&mut self, node: &Node) -> Option<Reference> {
        if let Content::Scalar(property, _) = &node.content {
            return Some(Reference { hierarchy: None, property: property.clone() });
        }
        let members = self.members(node, "a variable", &["hierarchy", "property"])?;
        let hierarchy = members.get("hierarchy").and_then(|node| self.text(node, "hierarchy"));
        let Some(property) = members.get("property").and_then(|node| self.text(node, "property")) else {
            let instead = instead("", ["property"]);
            self.faults.add(node.at, format!("a variable needs the key property{instead}"));
            return None;
        };
        Some(Reference { hierarchy, property })
    }
}
