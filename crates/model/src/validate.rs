//! The check of an input against its shape: types at once, constraints all together, in the order of the model.

use serde_json::Value;

use crate::decode::{bytes, double, whole};
use crate::violation::{shortened, shown};
use crate::{Invalid, Location, Member, Members, Shape, StringRule, Structure, Timestamp, Violation};

/// More violations than this are not collected: an answer must not outgrow the request that caused it.
const VIOLATIONS_MAX: usize = 100;

/// The rule that no model states: PostgreSQL keeps no U+0000 in a text, while some of AWS's patterns let it through.
///
/// A document may hold one, for it is kept as JSON, where the character is spelled out.
const NO_NULL: &str = "not contain the character U+0000";

/// Checks the members of an input, those of all locations merged.
///
/// Null equals absence, unknown members are ignored. A value of the wrong type is reported at once; broken
/// constraints are collected, at most 100. Depth is bounded by the JSON parser (128).
pub fn validate(input: &'static Structure, members: &Members) -> Result<(), Invalid> {
    let mut check = Check { path: String::new(), hidden: false, violations: Vec::new() };
    check.structure(input, members)?;
    if check.violations.is_empty() { Ok(()) } else { Err(Invalid::Constraints(check.violations)) }
}

struct Check {
    path: String,
    hidden: bool,
    violations: Vec<Violation>,
}

impl Check {
    fn structure(&mut self, structure: &'static Structure, members: &Members) -> Result<(), Invalid> {
        if structure.union {
            self.union(structure, members);
        }
        for member in structure.members {
            let value = members.get(member.name).filter(|value| !value.is_null());
            let depth = self.enter_member(member.name);
            match value {
                Some(value) => self.member(member, value)?,
                None if member.required => {
                    self.violate(Some("null".to_owned()), "Member must not be null".to_owned());
                }
                None => {}
            }
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn union(&mut self, structure: &'static Structure, members: &Members) {
        let is_set = |member: &&Member| members.get(member.name).is_some_and(|value| !value.is_null());
        if structure.members.iter().filter(is_set).count() != 1 {
            let names: Vec<_> = structure.members.iter().map(|member| member.name).collect();
            let rule = format!("Member must have exactly one of these members set: [{}]", names.join(", "));
            self.violate(None, rule);
        }
    }

    /// A payload is a blob's name that the gateway put there; its bytes are not checked here.
    fn member(&mut self, member: &Member, value: &Value) -> Result<(), Invalid> {
        if member.location == Location::Payload { Ok(()) } else { self.value(member.shape, value) }
    }

    fn value(&mut self, shape: &'static Shape, value: &Value) -> Result<(), Invalid> {
        match shape {
            Shape::Boolean if value.is_boolean() => Ok(()),
            Shape::Boolean => Err(self.wrong("a boolean", value)),
            Shape::Integer { min, max } => {
                let number = whole(value).filter(|number| i32::try_from(*number).is_ok());
                self.number(number, *min, *max, value, "a whole number of 32 bits")
            }
            Shape::Long { min, max } => {
                self.number(whole(value), *min, *max, value, "a whole number of 64 bits")
            }
            Shape::Float { min, max } | Shape::Double { min, max } => {
                self.number(double(value), *min, *max, value, "a number")
            }
            Shape::String(rule) => {
                let text = value.as_str().ok_or_else(|| self.wrong("a string", value))?;
                self.string(rule, text, value);
                Ok(())
            }
            Shape::Timestamp => match Timestamp::from_json_number(value) {
                Some(_) => Ok(()),
                None => Err(self.wrong("a number of seconds in the years 1 to 9999", value)),
            },
            Shape::Blob { min, max } => {
                let bytes = value.as_str().and_then(bytes);
                let length = bytes.map(|bytes| bytes.len()).ok_or_else(|| self.wrong("base64", value))?;
                self.length(length, *min, *max, value);
                Ok(())
            }
            Shape::Document => Ok(()),
            Shape::List { member, min, max, sparse } => {
                let items = value.as_array().ok_or_else(|| self.wrong("a list", value))?;
                self.length(items.len(), *min, *max, value);
                self.list(member, *sparse, items)
            }
            Shape::Map { key, value: entry, min, max } => {
                let entries = value.as_object().ok_or_else(|| self.wrong("an object", value))?;
                self.length(entries.values().filter(|value| !value.is_null()).count(), *min, *max, value);
                self.map(key, entry, entries, value)
            }
            Shape::Structure(structure) => {
                let members = value.as_object().ok_or_else(|| self.wrong("an object", value))?;
                self.structure(structure, members)
            }
            Shape::Sensitive(inner) => {
                let outer = std::mem::replace(&mut self.hidden, true);
                let result = self.value(inner, value);
                self.hidden = outer;
                result
            }
        }
    }

    fn list(&mut self, member: &'static Shape, sparse: bool, items: &[Value]) -> Result<(), Invalid> {
        for (index, item) in items.iter().enumerate() {
            let depth = self.enter(&format!("{}.member", index + 1));
            if !item.is_null() {
                self.value(member, item)?;
            } else if !sparse {
                self.violate(Some("null".to_owned()), "Member must not be null".to_owned());
            }
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn map(
        &mut self,
        key: &'static Shape,
        entry: &'static Shape,
        entries: &Members,
        whole: &Value,
    ) -> Result<(), Invalid> {
        if entries.keys().any(|name| !keeps(key, name)) {
            let null = entries.keys().any(|name| name.contains('\0'));
            let rules = rules(key, null);
            self.violate(Some(shown(whole)), format!("Map keys must satisfy constraint: [{rules}]"));
        }
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            let depth = self.enter(&format!("{}.member", shortened(name)));
            self.value(entry, value)?;
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn string(&mut self, rule: &StringRule, text: &str, value: &Value) {
        for broken in broken_rules(rule, text) {
            self.violate(Some(shown(value)), format!("Member must {broken}"));
        }
    }

    fn length(&mut self, length: usize, min: Option<usize>, max: Option<usize>, value: &Value) {
        for broken in broken_lengths(length, min, max) {
            self.violate(Some(shown(value)), format!("Member must {broken}"));
        }
    }

    fn number<N: PartialOrd + std::fmt::Display>(
        &mut self,
        number: Option<N>,
        min: Option<N>,
        max: Option<N>,
        value: &Value,
        expected: &'static str,
    ) -> Result<(), Invalid> {
        let Some(number) = number else { return Err(self.wrong(expected, value)) };
        if let Some(min) = min.filter(|min| number < *min) {
            self.violate(
                Some(shown(value)),
                format!("Member must have value greater than or equal to {min}"),
            );
        }
        if let Some(max) = max.filter(|max| number > *max) {
            self.violate(Some(shown(value)), format!("Member must have value less than or equal to {max}"));
        }
        Ok(())
    }

    /// Extends the path by a member, with a lower-case first letter as AWS writes it, also where the wire has a capital.
    fn enter_member(&mut self, name: &str) -> usize {
        let depth = self.enter(name);
        let start = self.path.len() - name.len();
        if let Some(first) = self.path.get_mut(start..=start) {
            first.make_ascii_lowercase();
        }
        depth
    }

    /// Extends the path and gives the length to cut it back to.
    fn enter(&mut self, step: &str) -> usize {
        let depth = self.path.len();
        if depth > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        depth
    }

    fn violate(&mut self, value: Option<String>, rule: String) {
        if self.violations.len() < VIOLATIONS_MAX {
            let value = value.filter(|value| !self.hidden || value == "null");
            self.violations.push(Violation { path: self.path.clone(), value, rule });
        }
    }

    fn wrong(&self, expected: &'static str, value: &Value) -> Invalid {
        let found = match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "a boolean".to_owned(),
            Value::Number(number) if !self.hidden => format!("the number {number}"),
            Value::Number(_) => "a number".to_owned(),
            Value::String(_) => "a string".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        Invalid::WrongType { path: self.path.clone(), expected, found }
    }
}

fn broken_lengths(length: usize, min: Option<usize>, max: Option<usize>) -> Vec<String> {
    let mut broken = Vec::new();
    if let Some(min) = min.filter(|min| length < *min) {
        broken.push(format!("have length greater than or equal to {min}"));
    }
    if let Some(max) = max.filter(|max| length > *max) {
        broken.push(format!("have length less than or equal to {max}"));
    }
    broken
}

fn broken_rules(rule: &StringRule, text: &str) -> Vec<String> {
    if rule.blank && text.is_empty() {
        return Vec::new();
    }
    // Counting is skipped where no bound asks for it.
    let bounded = rule.min.is_some() || rule.max.is_some();
    let length = if bounded { text.chars().count() } else { 0 };
    let mut broken = if bounded { broken_lengths(length, rule.min, rule.max) } else { Vec::new() };
    let too_long = rule.max.is_some_and(|max| length > max);
    // A text that is too long is not matched: the cost of matching stays bounded by the model.
    if let Some(pattern) = rule.pattern.filter(|pattern| !too_long && !pattern.matches(text)) {
        broken.push(format!("satisfy regular expression pattern: {}", pattern.text));
    }
    if !rule.values.is_empty() && !rule.values.contains(&text) {
        broken.push(format!("satisfy enum value set: [{}]", rule.values.join(", ")));
    }
    if broken.is_empty() && text.contains('\0') {
        broken.push(NO_NULL.to_owned());
    }
    broken
}

fn string_rule(shape: &Shape) -> Option<&StringRule> {
    match shape {
        Shape::String(rule) => Some(rule),
        Shape::Sensitive(inner) => string_rule(inner),
        _ => None,
    }
}

fn keeps(shape: &Shape, key: &str) -> bool {
    string_rule(shape).is_none_or(|rule| broken_rules(rule, key).is_empty())
}

/// Lists all rules on a map's keys, that on U+0000 only where it matters.
fn rules(shape: &Shape, null: bool) -> String {
    let Some(rule) = string_rule(shape) else { return String::new() };
    let mut rules = Vec::new();
    rules.extend(rule.max.map(|max| format!("Member must have length less than or equal to {max}")));
    rules.extend(rule.min.map(|min| format!("Member must have length greater than or equal to {min}")));
    rules.extend(
        rule.pattern
            .map(|pattern| format!("Member must satisfy regular expression pattern: {}", pattern.text)),
    );
    if !rule.values.is_empty() {
        rules.push(format!("Member must satisfy enum value set: [{}]", rule.values.join(", ")));
    }
    if null {
        rules.push(format!("Member must {NO_NULL}"));
    }
    rules.join(", ")
}

#[cfg(test)]
mod tests;
