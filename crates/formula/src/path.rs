//! The paths of `jp`: from `$`, the whole JSON value, down to the one that is meant.
//!
//! Names (`.name`, `['name']`), indexes (`[0]`, `[-1]`), parts (`[1:3]`), all (`.*`, `[*]`) and descendants (`..name`).
//! Filters and functions of JsonPath are refused.

use serde_json::Value as Json;

use crate::value::{NoValue, TEXT_CHARS_MAX, Value};

/// Most values that a path may select; further ones are dropped, since only the number of matches is known anyway.
const MATCHES_MAX: usize = 4096;

/// A path, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    steps: Box<[Step]>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Index(i64),
    Part(Option<i64>, Option<i64>),
    All,
    Descendants,
}

impl Path {
    /// Reads a path; one without `$` begins there all the same.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        let mut steps = Vec::new();
        match rest.strip_prefix('$') {
            Some(behind) => rest = behind,
            None if rest.is_empty() => {
                return Err("the path of jp is empty; '$' means the whole text".to_owned());
            }
            None if rest.starts_with(['.', '[']) => {}
            None => steps.push(name(&mut rest, text)?),
        }
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("..") {
                rest = behind;
                steps.push(Step::Descendants);
                if !rest.starts_with('[') {
                    steps.push(name(&mut rest, text)?);
                }
            } else if let Some(behind) = rest.strip_prefix('.') {
                rest = behind;
                steps.push(name(&mut rest, text)?);
            } else if let Some(behind) = rest.strip_prefix('[') {
                rest = behind;
                steps.push(bracket(&mut rest, text)?);
            } else {
                return Err(fault(text, "a step begins with '.' or '['"));
            }
        }
        Ok(Self { steps: steps.into() })
    }

    /// Reads what the path leads to in a JSON text.
    pub fn read(&self, text: &str) -> Result<Value<'static>, NoValue> {
        let json: Json = serde_json::from_str(text).map_err(|_| NoValue::Domain)?;
        let definite = self.steps.iter().all(|step| matches!(step, Step::Name(_) | Step::Index(_)));
        let mut found = vec![&json];
        for step in &self.steps {
            let mut next = Vec::new();
            for value in found {
                step.follow(value, &mut next);
            }
            next.truncate(MATCHES_MAX);
            found = next;
        }
        if !definite {
            return Ok(Value::Array(found.len()));
        }
        match found.first() {
            Some(Json::Number(number)) => number.as_f64().map(Value::Number).ok_or(NoValue::Domain),
            Some(Json::String(text)) if text.chars().count() > TEXT_CHARS_MAX => Err(NoValue::TooLong),
            Some(Json::String(text)) => Ok(Value::Text(text.clone().into())),
            Some(Json::Bool(holds)) => Ok(Value::Number(f64::from(u8::from(*holds)))),
            Some(Json::Array(list)) => Ok(Value::Array(list.len())),
            Some(Json::Null) => Ok(Value::None),
            Some(Json::Object(_)) => Err(NoValue::Type),
            None => Err(NoValue::Missing),
        }
    }
}

impl Step {
    fn follow<'a>(&self, value: &'a Json, next: &mut Vec<&'a Json>) {
        match (self, value) {
            (Self::Name(name), Json::Object(members)) => next.extend(members.get(name)),
            (Self::Index(index), Json::Array(list)) => {
                next.extend(position(*index, list.len()).and_then(|index| list.get(index)));
            }
            (Self::Part(from, to), Json::Array(list)) => {
                let bound = |index: i64| {
                    position(index, list.len())
                        .unwrap_or(if index < 0 { 0 } else { list.len() })
                        .min(list.len())
                };
                let (from, to) = (from.map_or(0, bound), to.map_or(list.len(), bound));
                next.extend(list.get(from..to).unwrap_or_default());
            }
            (Self::All, Json::Array(list)) => next.extend(list),
            (Self::All, Json::Object(members)) => next.extend(members.values()),
            (Self::Descendants, _) => descend(value, next),
            _ => {}
        }
    }
}

fn descend<'a>(value: &'a Json, found: &mut Vec<&'a Json>) {
    if found.len() >= MATCHES_MAX {
        return;
    }
    found.push(value);
    match value {
        Json::Array(list) => list.iter().for_each(|value| descend(value, found)),
        Json::Object(members) => members.values().for_each(|value| descend(value, found)),
        _ => {}
    }
}

/// Counts an index from the front, or from the end if it is negative.
fn position(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    usize::try_from(if index < 0 { len + index } else { index }).ok()
}

fn fault(path: &str, why: &str) -> String {
    format!("'{path}' is not a path of jp such as '$.value' or '$.list[0]': {why}")
}

fn name(rest: &mut &str, path: &str) -> Result<Step, String> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    *rest = behind;
    match name {
        "" => Err(fault(path, "a name is missing behind '.'")),
        "*" => Ok(Step::All),
        name if name.contains(['(', ')', '?', '@', ']']) => {
            Err(fault(path, "filters and functions are not supported"))
        }
        name => Ok(Step::Name(name.to_owned())),
    }
}

/// Reads what stands between brackets, the first of which is taken.
fn bracket(rest: &mut &str, path: &str) -> Result<Step, String> {
    let open = rest.trim_start();
    if let Some(quote) = open.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let mut name = String::new();
        let mut chars = open[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => name.extend(chars.next().map(|(_, c)| c)),
                c if c == quote => {
                    let behind = open[1 + at + 1..].trim_start();
                    let Some(behind) = behind.strip_prefix(']') else {
                        return Err(fault(path, "']' is expected behind one name in quotes"));
                    };
                    *rest = behind;
                    return Ok(Step::Name(name));
                }
                c => name.push(c),
            }
        }
        return Err(fault(path, "a quote is not closed"));
    }
    let Some((inside, behind)) = open.split_once(']') else { return Err(fault(path, "'[' is not closed")) };
    *rest = behind;
    let inside = inside.trim();
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let bound = |text: &str| match text.trim() {
        "" => Some(None),
        text => number(text).map(Some),
    };
    match inside.split_once(':') {
        _ if inside == "*" => Ok(Step::All),
        None => number(inside)
            .map(Step::Index)
            .ok_or_else(|| fault(path, "'[…]' holds an index, or a name in quotes")),
        Some((from, to)) => match (bound(from), bound(to)) {
            (Some(from), Some(to)) => Ok(Step::Part(from, to)),
            _ => Err(fault(path, "the bounds of a part are whole numbers")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, path: &str) -> Result<Value<'static>, NoValue> {
        Path::parse(path).unwrap().read(text)
    }

    #[test]
    fn the_examples_of_the_guide() {
        let number = |number| Ok(Value::Number(number));
        assert_eq!(read(r#"{"status":"active","value":15}"#, "$.value"), number(15.0));
        let nested = r#"{"measurement":{"reading":25,"confidence":0.95}}"#;
        assert_eq!(read(nested, "$.measurement.reading"), number(25.0));
        assert_eq!(read("[2,8,23]", "$[2]"), number(23.0));
        assert_eq!(read(r#"{"values":[3,6,7]}"#, "$.values[1]"), number(6.0));
        assert_eq!(read("111", "$"), number(111.0));
        assert_eq!(read(r#"{"values":[3,6,7]}"#, "$.values"), Ok(Value::Array(3)));
    }

    #[test]
    fn what_a_path_can_say() {
        let text = r#"{"a b":{"c.d":[true,null,"x",{"n":1}]},"n":2,"e":[]}"#;
        assert_eq!(read(text, "$['a b'][\"c.d\"][0]"), Ok(Value::Number(1.0)));
        assert_eq!(read(text, "$['a b']['c.d'][1]"), Ok(Value::None));
        assert_eq!(read(text, "$['a b']['c.d'][-2]"), Ok(Value::Text("x".into())));
        assert_eq!(read(text, "$['a b']['c.d'][1:3]"), Ok(Value::Array(2)));
        assert_eq!(read(text, "$['a b']['c.d'][3:1]"), Ok(Value::Array(0)));
        assert_eq!(read(text, "$['a b']['c.d'][-99:]"), Ok(Value::Array(4)));
        assert_eq!(read(text, "$..n"), Ok(Value::Array(2)));
        assert_eq!(read(text, "$.*"), Ok(Value::Array(3)));
        assert_eq!(read(text, "n"), Ok(Value::Number(2.0)));
        assert_eq!(read(text, "$.e"), Ok(Value::Array(0)));
        assert_eq!(read(text, "$.missing"), Err(NoValue::Missing));
        assert_eq!(read(text, "$.n.deeper"), Err(NoValue::Missing));
        assert_eq!(read(text, "$['a b']"), Err(NoValue::Type));
        assert_eq!(read("no json", "$"), Err(NoValue::Domain));
    }

    #[test]
    fn a_wrong_path_says_what_is_wrong() {
        for (path, why) in [
            ("", "is empty"),
            ("$.", "a name is missing"),
            ("$a", "begins with"),
            ("$[x]", "an index"),
            ("$[1", "not closed"),
            ("$['a", "not closed"),
            ("$['a','b']", "one name"),
            ("$[?(@.a > 1)]", "an index"),
            ("$.a.length()", "not supported"),
            ("$[a:b]", "whole numbers"),
        ] {
            let message = Path::parse(path).unwrap_err();
            assert!(message.contains(why), "{path}: {message}");
        }
    }
}
