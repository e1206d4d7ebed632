//! One service's model as the writers need it.

use std::collections::{BTreeMap, BTreeSet};

use super::json::Json;

/// A service.
pub struct Api {
    pub id: String,
    pub sdk_id: String,
    pub api_version: String,
    pub signing_name: String,
    pub rest: bool,
    pub target_prefix: Option<String>,
    pub operations: Vec<Operation>,
    pub shapes: BTreeMap<String, Shape>,
}

/// An operation.
pub struct Operation {
    pub name: String,
    pub method: String,
    pub uri: String,
    pub status: u16,
    pub input: Option<String>,
    pub output: Option<String>,
    pub errors: Vec<String>,
}

/// How a pattern is judged.
#[derive(Clone, PartialEq)]
pub enum Match {
    Whole,
    Prefix,
    Twin(String),
}

/// A shape of any type.
pub struct Shape {
    pub kind: String,
    pub min: Option<String>,
    pub max: Option<String>,
    pub pattern: Option<String>,
    pub pattern_match: Match,
    pub values: Vec<String>,
    pub blank: bool,
    pub sensitive: bool,
    pub union: bool,
    pub event_stream: bool,
    pub streaming: bool,
    pub sparse: bool,
    /// The HTTP status of an exception.
    pub status: Option<u16>,
    pub payload: Option<String>,
    pub members: Vec<Member>,
    /// What a list or the values of a map hold.
    pub member: Option<String>,
    pub key: Option<String>,
}

/// A member of a structure.
pub struct Member {
    pub name: String,
    pub shape: String,
    pub location: Option<String>,
    pub wire: String,
    pub required: bool,
    pub idempotency_token: bool,
    pub also_header: Option<String>,
}

impl Api {
    pub fn read(id: &str, model: &Json) -> Result<Self, String> {
        let metadata = model.get("metadata").ok_or("the model has no metadata")?;
        let text = |key| metadata.text_at(key).ok_or_else(|| format!("{id}: metadata has no {key}"));
        let shapes = model.get("shapes").ok_or("the model has no shapes")?.entries();
        let operations = model.get("operations").ok_or("the model has no operations")?.entries();
        Ok(Self {
            id: id.to_owned(),
            sdk_id: text("serviceId")?,
            api_version: text("apiVersion")?,
            signing_name: metadata.text_at("signingName").map_or_else(|| text("endpointPrefix"), Ok)?,
            rest: text("protocol")? == "rest-json",
            target_prefix: metadata.text_at("targetPrefix"),
            operations: operations.iter().filter_map(|(_, value)| Operation::read(value)).collect(),
            shapes: shapes.iter().map(|(name, value)| (name.clone(), Shape::read(value))).collect(),
        })
    }

    pub fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).unwrap_or_else(|| panic!("{}: the model names no shape {name}", self.id))
    }

    pub fn inputs(&self) -> BTreeSet<String> {
        self.reach(self.operations.iter().filter_map(|operation| operation.input.clone()))
    }

    /// Everything that answers may hold, errors included.
    pub fn outputs(&self) -> BTreeSet<String> {
        let results = self.operations.iter().filter_map(|operation| operation.output.clone());
        let errors = self.operations.iter().flat_map(|operation| operation.errors.clone());
        self.reach(results.chain(errors))
    }

    /// The exceptions that operations declare.
    pub fn errors(&self) -> BTreeSet<String> {
        self.operations.iter().flat_map(|operation| operation.errors.clone()).collect()
    }

    fn reach(&self, roots: impl Iterator<Item = String>) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<String> = roots.collect();
        while let Some(name) = open.pop() {
            if reached.insert(name.clone()) {
                open.extend(self.shape(&name).parts().map(str::to_owned));
            }
        }
        reached
    }

    /// Tells whether a member of structure `name` leads back to it without a list or map between.
    pub fn needs_box(&self, name: &str, member: &Member) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![member.shape.as_str()];
        while let Some(next) = open.pop() {
            if next == name {
                return true;
            }
            if self.shape(next).kind == "structure" && seen.insert(next) {
                open.extend(self.shape(next).members.iter().map(|member| member.shape.as_str()));
            }
        }
        false
    }
}

impl Operation {
    fn read(value: &Json) -> Option<Self> {
        let http = value.get("http")?;
        let status = http.number_at("responseCode").and_then(|code| code.parse().ok());
        let errors = value.get("errors").map(Json::items).unwrap_or_default();
        Some(Self {
            name: value.text_at("name")?,
            method: http.text_at("method")?,
            uri: http.text_at("requestUri")?,
            status: status.unwrap_or(200),
            input: value.get("input").and_then(|input| input.text_at("shape")),
            output: value.get("output").and_then(|output| output.text_at("shape")),
            errors: errors.iter().filter_map(|error| error.text_at("shape")).collect(),
        })
    }
}

impl Shape {
    fn read(value: &Json) -> Self {
        let part = |key| value.get(key).and_then(|part| part.text_at("shape"));
        let required = value.texts_at("required");
        let members = value.get("members").map(Json::entries).unwrap_or_default();
        Self {
            kind: value.text_at("type").unwrap_or_default(),
            min: value.number_at("min"),
            max: value.number_at("max"),
            pattern: value.text_at("pattern"),
            pattern_match: Match::Whole,
            values: value.texts_at("enum"),
            blank: false,
            sensitive: value.flag_at("sensitive"),
            union: value.flag_at("union"),
            event_stream: value.flag_at("eventstream"),
            streaming: value.flag_at("streaming"),
            sparse: value.flag_at("sparse"),
            status: value.flag_at("exception").then(|| status(value)),
            payload: value.text_at("payload"),
            members: members.iter().map(|(name, member)| Member::read(name, member, &required)).collect(),
            member: part("member").or_else(|| part("value")),
            key: part("key"),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        let members = self.members.iter().map(|member| member.shape.as_str());
        members.chain(self.member.as_deref()).chain(self.key.as_deref())
    }

    /// Tells whether it becomes a Rust type of its own.
    pub fn is_type(&self) -> bool {
        self.kind == "structure" || !self.values.is_empty()
    }
}

/// Without a status of its own, an exception is the caller's fault (400) or the service's (500).
fn status(value: &Json) -> u16 {
    let stated = value.get("error").and_then(|error| error.number_at("httpStatusCode"));
    let default = if value.flag_at("fault") { 500 } else { 400 };
    stated.and_then(|status| status.parse().ok()).unwrap_or(default)
}

impl Member {
    fn read(name: &str, value: &Json, required: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            shape: value.text_at("shape").unwrap_or_default(),
            location: value.text_at("location"),
            wire: value.text_at("locationName").unwrap_or_else(|| name.to_owned()),
            required: required.iter().any(|wanted| wanted == name),
            idempotency_token: value.flag_at("idempotencyToken"),
            also_header: None,
        }
    }
}
