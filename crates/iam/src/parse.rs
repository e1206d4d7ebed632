//! Reading a policy document from its JSON: the shape of every element.

use crate::DOCUMENT_BYTES_MAX;
use crate::condition::{Condition, Operand, Operator};
use crate::document::{Document, Effect, Selection, Statement, Version};
use crate::invalid::{Invalid, quoted};
use crate::json::Json;
use crate::pattern::{Reading, Template};
use crate::principal::Named;
use crate::validate::{self, Kind};

impl Document {
    /// Reads a document and checks it against the rules of its kind.
    ///
    /// Errors in this order: longer than any document may be, not JSON, an element of another shape or name (the
    /// first in the order of the text), rules of the kind.
    pub fn parse(text: &str, kind: Kind) -> Result<Document, Invalid> {
        if text.len() > DOCUMENT_BYTES_MAX {
            let length = text.len();
            return Err(Invalid::new(
                "",
                format!("has {length} bytes; at most {DOCUMENT_BYTES_MAX} are looked at"),
            ));
        }
        let json: Json = serde_json::from_str(text)
            .map_err(|error| Invalid::new("", format!("is not well-formed JSON: {error}")))?;
        let document = document(json)?;
        validate::check(&document, kind)?;
        Ok(document)
    }
}

type Members = Vec<(String, Json)>;

fn document(json: Json) -> Result<Document, Invalid> {
    let members = object("", json)?;
    known("", &members, &["Version", "Id", "Statement"])?;
    // Statements are read in the language of the version, which may stand behind them.
    let version = match find(&members, "Version") {
        None => None,
        Some(version) => Some(match text("Version", version)?.as_str() {
            "2008-10-17" => Version::V2008,
            "2012-10-17" => Version::V2012,
            other => {
                let rule = format!("must be \"2012-10-17\" or \"2008-10-17\", not {}", quoted(other));
                return Err(Invalid::new("Version", rule));
            }
        }),
    };
    let language = version.unwrap_or(Version::V2008);
    let id = find(&members, "Id").map(|id| text("Id", id)).transpose()?;
    let statement = members.into_iter().find(|(name, _)| name == "Statement").map(|(_, statement)| statement);
    let statements = match statement {
        None => return Err(Invalid::new("", "has no Statement")),
        Some(Json::List(list)) => list
            .into_iter()
            .enumerate()
            .map(|(at, one)| read_statement(&format!("Statement[{at}]"), one, language))
            .collect::<Result<Vec<_>, _>>()?,
        Some(one) => vec![read_statement("Statement", one, language)?],
    };
    if statements.is_empty() {
        return Err(Invalid::new("Statement", "must not be empty"));
    }
    Ok(Document { version, id, statements })
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn read_statement(path: &str, json: Json, version: Version) -> Result<Statement, Invalid> {
    let members = object(path, json)?;
    known(path, &members, &ELEMENTS)?;
    let at = |name: &str| format!("{path}.{name}");
    let sid = find(&members, "Sid").map(|sid| text(&at("Sid"), sid)).transpose()?;
    let effect = match find(&members, "Effect") {
        None => return Err(Invalid::new(path, "has no Effect")),
        Some(effect) => match text(&at("Effect"), effect)?.as_str() {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => {
                return Err(Invalid::new(
                    &at("Effect"),
                    format!("must be Allow or Deny, not {}", quoted(other)),
                ));
            }
        },
    };
    let variables = version == Version::V2012;
    let principals = selection(path, &members, "Principal", principals)?;
    let actions = selection(path, &members, "Action", |path, json| each(path, json, action))?
        .ok_or_else(|| Invalid::new(path, "has neither Action nor NotAction"))?;
    let resource = |path: &str, text: &str| resource(path, text, variables);
    let resources = selection(path, &members, "Resource", |path, json| each(path, json, resource))?;
    let conditions = match find(&members, "Condition") {
        None => Vec::new(),
        Some(json) => conditions(&at("Condition"), json, variables)?,
    };
    Ok(Statement { sid, effect, principals, actions, resources, conditions })
}

/// Reads `Name` or `NotName`, which exclude each other.
fn selection<T>(
    path: &str,
    members: &Members,
    name: &str,
    read: impl Fn(&str, &Json) -> Result<Vec<T>, Invalid>,
) -> Result<Option<Selection<T>>, Invalid> {
    let opposite = format!("Not{name}");
    let (named, negated) = match (find(members, name), find(members, &opposite)) {
        (None, None) => return Ok(None),
        (Some(json), None) => ((format!("{path}.{name}"), json), false),
        (None, Some(json)) => ((format!("{path}.{opposite}"), json), true),
        (Some(_), Some(_)) => {
            return Err(Invalid::new(
                path,
                format!("has both {name} and {opposite}; it may have one of them"),
            ));
        }
    };
    Ok(Some(Selection { negated, items: read(&named.0, named.1)? }))
}

/// Reads a text, or a list of texts that is not empty.
fn each<T>(
    path: &str,
    json: &Json,
    read: impl Fn(&str, &str) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    match json {
        Json::List(list) if list.is_empty() => Err(Invalid::new(path, "must not be empty")),
        Json::List(list) => list
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let path = format!("{path}[{at}]");
                read(&path, &text(&path, item)?)
            })
            .collect(),
        one => Ok(vec![read(path, &text(path, one)?)?]),
    }
}

fn principals(path: &str, json: &Json) -> Result<Vec<Named>, Invalid> {
    let members = match json {
        Json::Text(text) if text == "*" => return Ok(vec![Named::Anyone]),
        Json::Text(text) => {
            let rule = format!(
                "must be \"*\" or an object like {{\"AWS\": \"111122223333\"}}, not {}",
                quoted(text)
            );
            return Err(Invalid::new(path, rule));
        }
        other => members_of(path, other)?,
    };
    if members.is_empty() {
        return Err(Invalid::new(path, "must not be empty"));
    }
    let mut named = Vec::new();
    for (kind, values) in members {
        let path = format!("{path}.{kind}");
        let foreign = |path: &str, value: &str| {
            let rule = || Invalid::new(path, "must not be empty");
            if value.is_empty() { Err(rule()) } else { Ok(Named::Foreign) }
        };
        named.extend(match kind.as_str() {
            "AWS" => {
                each(&path, values, |path, value| Named::aws(value).map_err(|rule| Invalid::new(path, rule)))?
            }
            "Service" | "Federated" | "CanonicalUser" => each(&path, values, foreign)?,
            _ => {
                let rule = "is not a kind of principal; kinds are AWS, Service, Federated and CanonicalUser";
                return Err(Invalid::new(&path, rule));
            }
        });
    }
    Ok(named)
}

/// Reads `*` or `service:Name` with wildcards in the name; letter case is ignored. Which services and actions there
/// are is not looked at (assumed).
fn action(path: &str, text: &str) -> Result<Template, Invalid> {
    let is_service = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*?-_".contains(&byte))
    };
    let known = text == "*"
        || text.split_once(':').is_some_and(|(service, name)| is_service(service) && is_name(name));
    if !known {
        let rule = format!(
            "must be \"*\" or service:Action, with wildcards only in the action, not {}",
            quoted(text)
        );
        return Err(Invalid::new(path, rule));
    }
    Template::read(&text.to_ascii_lowercase(), Reading { wildcards: true, variables: false })
        .map_err(|rule| Invalid::new(path, rule))
}

fn resource(path: &str, text: &str, variables: bool) -> Result<Template, Invalid> {
    if text != "*" && !text.starts_with("arn:") {
        return Err(Invalid::new(path, format!("must be \"*\" or an ARN, not {}", quoted(text))));
    }
    Template::read(text, Reading { wildcards: true, variables }).map_err(|rule| Invalid::new(path, rule))
}

fn conditions(path: &str, json: &Json, variables: bool) -> Result<Vec<Condition>, Invalid> {
    let mut conditions = Vec::new();
    for (name, keys) in members_of(path, json)? {
        let path = format!("{path}.{name}");
        let operator =
            Operator::parse(name).ok_or_else(|| Invalid::new(&path, "is not a condition operator"))?;
        for (key, values) in members_of(&path, keys)? {
            let path = format!("{path}.{key}");
            if !key.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty()) {
                return Err(Invalid::new(&path, "is not a condition key like aws:SourceIp"));
            }
            let operand = |path: &str, value: &Json| {
                let value = scalar(path, value)?;
                Operand::read(operator.test, &value, variables).map_err(|rule| Invalid::new(path, rule))
            };
            let operands = match values {
                Json::List(list) if list.is_empty() => return Err(Invalid::new(&path, "must not be empty")),
                Json::List(list) => list
                    .iter()
                    .enumerate()
                    .map(|(at, value)| operand(&format!("{path}[{at}]"), value))
                    .collect::<Result<Vec<_>, _>>()?,
                one => vec![operand(&path, one)?],
            };
            conditions.push(Condition { operator, key: key.to_lowercase(), operands });
        }
    }
    Ok(conditions)
}

fn find<'a>(members: &'a Members, name: &str) -> Option<&'a Json> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn known(path: &str, members: &Members, names: &[&str]) -> Result<(), Invalid> {
    match members.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            let rule = format!("has an element {}; elements are {}", quoted(name), names.join(", "));
            Err(Invalid::new(path, rule))
        }
    }
}

fn object(path: &str, json: Json) -> Result<Members, Invalid> {
    match json {
        Json::Object(members) => Ok(members),
        other => Err(Invalid::new(path, format!("must be an object, not {}", other.type_name()))),
    }
}

fn members_of<'a>(path: &str, json: &'a Json) -> Result<&'a Members, Invalid> {
    match json {
        Json::Object(members) => Ok(members),
        other => Err(Invalid::new(path, format!("must be an object, not {}", other.type_name()))),
    }
}

fn text(path: &str, json: &Json) -> Result<String, Invalid> {
    match json {
        Json::Text(text) => Ok(text.clone()),
        other => Err(Invalid::new(path, format!("must be a string, not {}", other.type_name()))),
    }
}

/// Values of conditions may be written as numbers and booleans, too.
fn scalar(path: &str, json: &Json) -> Result<String, Invalid> {
    match json {
        Json::Text(text) | Json::Number(text) => Ok(text.clone()),
        Json::Bool(value) => Ok(value.to_string()),
        other => Err(Invalid::new(
            path,
            format!("must be a string, a number or a boolean, not {}", other.type_name()),
        )),
    }
}
