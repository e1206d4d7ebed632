//! Requests made of the tables of the API: mostly right values in every place, some wrong in every way.

use std::fmt::Write as _;

use model::{Location, Member, Members, Protocol, Shape, Spec, StringRule, Structure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::choices::Choices;

/// Texts that some member of some operation takes.
const TEXTS: &[&str] = &[
    "shop",
    "store",
    "app",
    "npm",
    "public:npmjs",
    "left-pad",
    "1.0.0",
    "us-west-2",
    "ACCOUNT",
    "a",
    "Published",
    "externalId:pump",
    "pump",
    "P1D",
    "2026-01-01T00:00:00Z",
    "temperature + 1",
    "temperature",
    "arn:aws:codeartifact:us-west-2:111122223333:domain/shop",
    "11111111-2222-4333-8444-555555555555",
    "d-server-1234567890abcdefg",
    "hrc-1234567890",
    "mgn-task",
    "BASE64+/=",
    "/npm/scope/name",
    "~!@#$%^&*() <>?",
    "\u{0}",
    "..",
    "",
];

/// Letters of one to four bytes that most patterns let through.
const LETTERS: &[char] = &['a', '\u{e4}', '\u{4e2d}', '\u{1f600}'];

/// How deep values nest.
const DEPTH_MAX: usize = 6;

/// What earlier answers told: member names and texts.
pub type Told = Vec<(String, String)>;

/// Writes one request from choices.
pub struct Author<'c, 'b> {
    choices: &'c mut Choices<'b>,
    account: &'c str,
    told: &'c Told,
    /// One value in this many is wrong.
    wrong: u8,
}

impl<'c, 'b> Author<'c, 'b> {
    /// Starts a request; some authors make no mistakes, some many.
    pub fn new(choices: &'c mut Choices<'b>, account: &'c str, told: &'c Told) -> Self {
        let wrong = [255, 255, 255, 255, 40, 8][choices.below(6)];
        Self { choices, account, told, wrong }
    }

    /// The members of an input.
    pub fn members(&mut self, structure: &'static Structure, depth: usize) -> Members {
        let mut members = Members::new();
        let chosen = if structure.union { self.choices.below(structure.members.len()) } else { usize::MAX };
        for (index, member) in structure.members.iter().enumerate() {
            let optional = if structure.union { index == chosen } else { self.choices.once_in(3) };
            if (member.required || optional) && !self.errs() {
                members.insert(member.name.to_owned(), self.value(member.name, member.shape, depth + 1));
            }
        }
        if self.errs() {
            members.insert("unknown".to_owned(), json!([{"\u{0}": null}]));
        }
        members
    }

    fn errs(&mut self) -> bool {
        self.choices.once_in(self.wrong)
    }

    /// A value of a shape; a wrong one now and then.
    pub fn value(&mut self, name: &str, shape: &'static Shape, depth: usize) -> Value {
        if self.errs() {
            return self.wrong_value();
        }
        match shape {
            Shape::Boolean => self.choices.once_in(if name == "DryRun" { 8 } else { 2 }).into(),
            Shape::Integer { min, max } | Shape::Long { min, max } => {
                let several =
                    [min.unwrap_or(1), 1, max.unwrap_or(100), min.unwrap_or(0) + 1, i64::from(i32::MAX)];
                (*self.choices.of(&several).unwrap_or(&1)).into()
            }
            Shape::Float { min, max } | Shape::Double { min, max } => {
                let several = [min.unwrap_or(0.5), max.unwrap_or(99.5), 1.0, 1e-300];
                (*self.choices.of(&several).unwrap_or(&1.0)).into()
            }
            Shape::String(rule) => self.text(name, rule).into(),
            Shape::Timestamp => {
                (*self.choices.of(&[1_700_000_000.25, 0.0, -1.0, 4e9]).unwrap_or(&0.0)).into()
            }
            Shape::Blob { .. } => "aGVsbG8=".into(),
            Shape::Document => json!({"any": [1, null, {"thing": "\u{0}"}]}),
            Shape::List { member, min, max, .. } => {
                let count = self.count(*min, *max, depth);
                (0..count).map(|_| self.value(name, member, depth + 1)).collect()
            }
            Shape::Map { key, value, min, max } => {
                let count = self.count(*min, *max, depth);
                let mut entries = Members::new();
                for _ in 0..count {
                    let name = match self.value("key", key, depth + 1) {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    let entry = self.value(&name, value, depth + 1);
                    entries.insert(name, entry);
                }
                Value::Object(entries)
            }
            Shape::Structure(structure) => Value::Object(self.members(structure, depth)),
            Shape::Sensitive(inner) => self.value(name, inner, depth),
        }
    }

    fn count(&mut self, min: Option<usize>, max: Option<usize>, depth: usize) -> usize {
        if depth > DEPTH_MAX {
            return min.unwrap_or_default();
        }
        let wanted = self.choices.below(4).max(min.unwrap_or_default());
        wanted.min(max.unwrap_or(usize::MAX))
    }

    /// A text that keeps the rule, if one is found among what was told, what is known and what can be made.
    fn text(&mut self, name: &str, rule: &StringRule) -> String {
        if let Some(value) = self.choices.of(rule.values) {
            return (*value).to_owned();
        }
        if name.to_ascii_lowercase().contains("owner") || name == "accountId" {
            return self.account.to_owned();
        }
        let fits = |text: &&str| keeps(rule, text);
        let all = || self.told.iter().map(|(_, text)| text.as_str()).filter(fits);
        let same_name = || {
            let similar = self.told.iter().filter(|(member, _)| similar(member, name));
            similar.map(|(_, text)| text.as_str()).filter(fits)
        };
        let known = || TEXTS.iter().copied().filter(fits);
        let way = self.choices.byte() % 16;
        let several: Vec<&str> = match way {
            0..=11 if same_name().next().is_some() => same_name().take(6).collect(),
            0..=11 => known().chain(all()).take(12).collect(),
            12 => all().collect(),
            13 => known().collect(),
            _ => Vec::new(),
        };
        if let Some(text) = self.choices.of(&several) {
            return (*text).to_owned();
        }
        self.made(rule)
    }

    /// A text of the least, the greatest or some length in letters that the rule takes.
    fn made(&mut self, rule: &StringRule) -> String {
        let length = match self.choices.below(3) {
            0 => rule.max.unwrap_or(300).min(4_000),
            1 => rule.min.unwrap_or(1),
            _ => rule.min.unwrap_or(0) + self.choices.below(20),
        };
        let mut seed = u32::from(self.choices.byte());
        let first = self.choices.below(LETTERS.len());
        for letter in LETTERS.iter().cycle().skip(first).take(LETTERS.len()) {
            // Each differs from the one before, so that no database can compress them.
            let text: String = (0..length).map(|_| neighbour(*letter, &mut seed)).collect();
            if keeps(rule, &text) {
                return text;
            }
        }
        "1".repeat(length)
    }

    fn wrong_value(&mut self) -> Value {
        match self.choices.below(12) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1),
            3 => json!(u64::MAX),
            4 => json!(1e308),
            5 => json!([]),
            6 => json!([null, [[]]]),
            7 => json!({"": {"a": null}}),
            8 => json!("\u{0}"),
            9 => json!("\u{10ffff}\u{feff}\u{202e}'\"\\"),
            10 => json!("\u{1f600}".repeat(5_000)),
            _ => String::from_utf8_lossy(self.choices.take(12)).into_owned().into(),
        }
    }
}

fn similar(told: &str, wanted: &str) -> bool {
    let (told, wanted) = (told.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    told.ends_with(&wanted) || wanted.ends_with(&told)
}

/// A letter of the same length in bytes.
fn neighbour(letter: char, seed: &mut u32) -> char {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let step = (*seed >> 16) % 16;
    char::from_u32(u32::from(letter) + step).unwrap_or(letter)
}

/// Whether a text keeps a rule, as far as an author cares.
fn keeps(rule: &StringRule, text: &str) -> bool {
    let length = text.chars().count();
    rule.min.is_none_or(|min| length >= min)
        && rule.max.is_none_or(|max| length <= max)
        && rule.pattern.is_none_or(|pattern| pattern.matches(text))
}

/// Writes a signed request that ends its connection.
pub fn signed(spec: &Spec, members: &Members, account: &str) -> Vec<u8> {
    let mut path = spec.uri.to_owned();
    let mut query = String::new();
    let mut headers = String::new();
    let mut body = Members::new();
    let mut raw = None;
    for (name, value) in members {
        let member = spec.input.members.iter().find(|member| member.name == name);
        match member.map_or(Location::Body, |member| member.location) {
            Location::Body => drop(body.insert(name.clone(), value.clone())),
            Location::Payload => raw = Some(text(value)),
            Location::Label => {
                path = path.replace(&format!("{{{}}}", wire(member)), &encoded(&text(value)));
            }
            Location::Query => append(&mut query, wire(member), value),
            Location::Header => {
                let shown: String = text(value).chars().filter(|c| !c.is_control()).collect();
                write!(headers, "{}: {shown}\r\n", wire(member)).expect("a String takes every write");
            }
        }
    }
    let body = raw.unwrap_or_else(|| Value::Object(body).to_string());
    let service = spec.service;
    if service.protocol == Protocol::AwsJson1_1 {
        let prefix = service.target_prefix.unwrap_or_default();
        write!(headers, "X-Amz-Target: {prefix}.{}\r\n", spec.name).expect("a String takes every write");
    }
    if !query.is_empty() {
        path = format!("{path}?{query}");
    }
    format!(
        "{} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={account}/20231114/us-west-2/{}/aws4_request, SignedHeaders=host;x-amz-date, Signature=0\r\n\
         {headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        spec.method,
        service.signing_name,
        body.len(),
    )
    .into_bytes()
}

fn wire(member: Option<&Member>) -> &'static str {
    member.map_or("", |member| member.wire)
}

fn append(query: &mut String, name: &str, value: &Value) {
    let single = [value.clone()];
    for one in value.as_array().map_or(&single[..], Vec::as_slice) {
        let separator = if query.is_empty() { "" } else { "&" };
        let pair = format!("{separator}{}={}", encoded(name), encoded(&text(one)));
        query.push_str(&pair);
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Collects the texts of an answer under their member names.
pub fn collect(name: &str, value: &Value, told: &mut Told) {
    match value {
        Value::String(text) => told.insert(0, (name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, told)),
        Value::Object(entries) => entries.iter().for_each(|(name, entry)| collect(name, entry, told)),
        _ => {}
    }
}
