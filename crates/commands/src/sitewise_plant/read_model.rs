//! Reads models: what they hold, implement, and where assets of others go below theirs.

use super::fault::Mark;
use super::node::Content;
use super::read::{Members, Named, Reader};
use super::{Composite, DataType, Hierarchy, Implemented, Kind, Model, ModelKind, Property};

const MODEL_KEYS: &[&str] = &[
    "kind",
    "externalId",
    "id",
    "description",
    "tags",
    "properties",
    "hierarchies",
    "composites",
    "implements",
];
const COMPOSITE_KEYS: &[&str] =
    &["component", "alarm", "source", "externalId", "description", "properties", "composites"];
/// The properties of alarms, as AWS prescribes them.
const ALARM_TYPE: &str = "AWS/ALARM_TYPE";
const ALARM_STATE: &str = "AWS/ALARM_STATE";
const ALARM_SOURCE: &str = "AWS/ALARM_SOURCE";

/// The keys of an element: those of its kind, and `name` if it stands in a list.
pub(super) fn keys<'a>(named: &Named<'_>, own: &[&'a str]) -> Vec<&'a str> {
    let mut keys = own.to_vec();
    if named.listed {
        keys.push("name");
    }
    keys
}

impl Reader {
    pub(super) fn model(&mut self, named: &Named<'_>) -> Option<Model> {
        let what = format!("the model '{}'", named.name);
        let members = self.members(named.node, &what, &keys(named, MODEL_KEYS))?;
        let kinds: Vec<_> = ModelKind::NAMES.iter().map(|(kind, name, _)| (*kind, *name)).collect();
        let kind = members.get("kind").and_then(|node| self.word(node, "kind", &kinds)).unwrap_or_default();
        let mut model = Model {
            name: named.name.clone(),
            id: self.id(&members),
            external_id: self.external_id(&members),
            kind,
            description: self.description(&members),
            tags: self.tags(&members),
            at: named.at,
            ..Model::default()
        };
        model.properties = self.properties(&members);
        for named in self.collection(members.get("hierarchies"), "hierarchies", false) {
            model.hierarchies.extend(self.hierarchy(&named));
        }
        model.composites = self.composites(&members);
        model.interfaces = self.interfaces(&members);
        self.check_kind(&model, &members);
        Some(model)
    }

    fn check_kind(&mut self, model: &Model, members: &Members<'_>) {
        let name = &model.name;
        let mut no = |key: &str, given: bool, sentence: &str| {
            if let Some(node) = members.get(key).filter(|_| given) {
                self.faults.add(node.at, format!("the model '{name}' {sentence}"));
            }
        };
        match model.kind {
            ModelKind::Asset => {}
            ModelKind::Component => {
                no("hierarchies", !model.hierarchies.is_empty(), "is a component, which has no hierarchies");
                let alarms = model.composites.iter().any(|composite| composite.alarm);
                no("composites", alarms, "is a component, which has no alarms");
                no(
                    "implements",
                    !model.interfaces.is_empty(),
                    "is a component, which implements no interface",
                );
            }
            ModelKind::Interface => {
                let components = model.composites.iter().any(|composite| composite.component.is_some());
                no("composites", components, "is an interface, which contains no components");
                no("implements", !model.interfaces.is_empty(), "is an interface, which implements no other");
            }
        }
    }

    pub(super) fn properties(&mut self, members: &Members<'_>) -> Vec<Property> {
        let collection = self.collection(members.get("properties"), "properties", false);
        collection.iter().filter_map(|named| self.property(named)).collect()
    }

    /// Reads `Turbines: Turbine`, or with an external id `Turbines: {model: Turbine, externalId: turbines}`.
    fn hierarchy(&mut self, named: &Named<'_>) -> Option<Hierarchy> {
        let what = format!("the hierarchy '{}'", named.name);
        if let Content::Scalar(child, _) = &named.node.content
            && !named.node.is_nothing()
        {
            let (name, child) = (named.name.clone(), child.clone());
            return Some(Hierarchy { name, external_id: None, child, at: named.node.at });
        }
        let members = self.members(named.node, &what, &keys(named, &["model", "externalId"]))?;
        let external_id = self.external_id(&members);
        let Some(node) = members.get("model") else {
            self.faults
                .add(named.at, format!("{what} needs the model of its assets: `{}: Turbine`", named.name));
            return None;
        };
        let child = self.text(node, "model")?;
        Some(Hierarchy { name: named.name.clone(), external_id, child, at: node.at })
    }

    fn composites(&mut self, members: &Members<'_>) -> Vec<Composite> {
        let collection = self.collection(members.get("composites"), "composites", false);
        collection.iter().filter_map(|named| self.composite(named)).collect()
    }

    fn composite(&mut self, named: &Named<'_>) -> Option<Composite> {
        let what = format!("the composite '{}'", named.name);
        let members = self.members(named.node, &what, &keys(named, COMPOSITE_KEYS))?;
        let mut composite = Composite {
            name: named.name.clone(),
            external_id: self.external_id(&members),
            description: self.description(&members),
            component: members.get("component").and_then(|node| self.text(node, "component")),
            alarm: members.has("alarm"),
            properties: self.properties(&members),
            composites: self.composites(&members),
            at: members.get("component").map_or(named.at, |node| node.at),
        };
        let has_own = !composite.properties.is_empty() || !composite.composites.is_empty();
        if composite.component.is_some() && has_own {
            let sentence = "repeats a component, so it has no properties and composites of its own";
            self.faults.add(named.at, format!("{what} {sentence}"));
        }
        if composite.alarm && (has_own || composite.component.is_some()) {
            self.faults.add(named.at, format!("{what} is an alarm, which has only its type and its source"));
        }
        if composite.alarm {
            composite.properties = self.alarm(&what, &members);
        } else if let Some(node) = members.get("source") {
            self.faults.add(node.at, format!("{what} has a source, which only alarms have"));
        }
        Some(composite)
    }

    /// Reads `alarm: external`, or `alarm: iot_events` with the ARN of the alarm model as source.
    fn alarm(&mut self, what: &str, members: &Members<'_>) -> Vec<Property> {
        let words = [(false, "external"), (true, "iot_events")];
        let node = members.get("alarm");
        let events = node.and_then(|node| self.word(node, "alarm", &words)).unwrap_or(false);
        let source = members.get("source").and_then(|node| self.text(node, "source"));
        if let (Some(node), false) = (members.get("source"), events) {
            self.faults.add(node.at, format!("{what} is external; only alarms of iot_events have a source"));
        }
        alarm_properties(if events { "IOT_EVENTS" } else { "EXTERNAL" }, source, members.at)
    }

    /// Reads `implements: [Interface]`, or `implements: {Interface: {its property: ours}}`.
    fn interfaces(&mut self, members: &Members<'_>) -> Vec<Implemented> {
        let Some(node) = members.get("implements") else { return Vec::new() };
        let mut found: Vec<Implemented> = Vec::new();
        match &node.content {
            Content::List(elements) => {
                for element in elements {
                    let interface = self.text(element, "an interface");
                    found.extend(interface.map(|interface| Implemented {
                        interface,
                        at: element.at,
                        ..Implemented::default()
                    }));
                }
            }
            Content::Map(pairs) => {
                for (key, value) in pairs {
                    let Content::Scalar(interface, _) = &key.content else { continue };
                    let mapping = Some(value).filter(|value| !value.is_nothing());
                    let texts = self.texts(mapping, "the mapping of an interface");
                    let mapping = texts.into_iter().map(|(theirs, ours, ..)| (theirs, ours)).collect();
                    found.push(Implemented { interface: interface.clone(), mapping, at: key.at });
                }
            }
            Content::Scalar(..) => {
                self.faults.add(node.at, "implements is a list of interfaces, or a mapping by their names");
            }
        }
        found
    }
}

/// The properties that an alarm has.
pub(super) fn alarm_properties(alarm_type: &str, source: Option<String>, at: Mark) -> Vec<Property> {
    let attribute = |name: &str, default: String| Property {
        name: name.to_owned(),
        data_type: DataType::String,
        kind: Kind::Attribute { default: Some(default) },
        at,
        ..Property::default()
    };
    let state =
        Property { name: ALARM_STATE.to_owned(), data_type: DataType::AlarmState, at, ..Property::default() };
    let mut properties = vec![attribute(ALARM_TYPE, alarm_type.to_owned()), state];
    properties.extend(source.map(|source| attribute(ALARM_SOURCE, source)));
    properties
}

/// The type and the source that the properties of an alarm tell.
pub(super) fn alarm_settings(properties: &[Property]) -> (Option<&str>, Option<&str>) {
    let default = |name: &str| {
        let property = properties.iter().find(|property| property.name == name)?;
        match &property.kind {
            Kind::Attribute { default } => default.as_deref(),
            _ => None,
        }
    };
    (default(ALARM_TYPE), default(ALARM_SOURCE))
}
