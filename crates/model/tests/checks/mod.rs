//! Checks that hold for the tables of every service; included by the tests of the `model-*` crates.

use std::collections::BTreeSet;

use model::{Location, Members, Protocol, Shape, Spec, StringRule, Structure, validate};
use serde_json::{Value, json};

/// Checks that operations are complete, distinct, and agree with their paths and errors.
pub fn specs(specs: &'static [&'static Spec], count: usize, errors: &[(&str, u16)]) {
    assert_eq!(specs.len(), count);
    let mut seen = BTreeSet::new();
    for spec in specs {
        let key = match spec.service.protocol {
            Protocol::RestJson1 => format!("{} {}", spec.method, without_names(spec.uri)),
            Protocol::AwsJson1_1 => spec.name.to_owned(),
        };
        assert!(seen.insert(key), "{} is reached like another operation", spec.name);
        let labels: BTreeSet<_> = spec.uri.split(['{', '}']).skip(1).step_by(2).collect();
        let members = spec.input.members.iter().filter(|member| member.location == Location::Label);
        assert_eq!(members.map(|member| member.wire).collect::<BTreeSet<_>>(), labels, "{}", spec.name);
        assert!(!spec.errors.is_empty(), "{} declares no error", spec.name);
        for name in spec.errors {
            let status = errors.iter().find(|(error, _)| error == name).map(|(_, status)| *status);
            assert!(matches!(status, Some(400..=599)), "{name} of {} has no status", spec.name);
        }
        if let Some(token) = spec.idempotency_token {
            assert!(spec.input.members.iter().any(|member| member.name == token), "{}", spec.name);
        }
    }
}

fn without_names(uri: &str) -> String {
    uri.split(['{', '}']).enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "*" }).collect()
}

/// Compiles every pattern that inputs can meet; gives the distinct texts.
pub fn patterns(specs: &'static [&'static Spec]) -> BTreeSet<&'static str> {
    let mut walk = Walk { seen: BTreeSet::new(), patterns: BTreeSet::new() };
    for spec in specs {
        walk.structure(spec.input);
    }
    walk.patterns
}

struct Walk {
    seen: BTreeSet<&'static str>,
    patterns: BTreeSet<&'static str>,
}

impl Walk {
    fn structure(&mut self, structure: &'static Structure) {
        if self.seen.insert(structure.name) {
            structure.members.iter().for_each(|member| self.shape(member.shape));
        }
    }

    fn shape(&mut self, shape: &'static Shape) {
        match shape {
            Shape::String(rule) => {
                if let Some(pattern) = rule.pattern {
                    // The first match compiles; a pattern that does not compile panics here.
                    pattern.matches("");
                    self.patterns.insert(pattern.text);
                }
            }
            Shape::List { member, .. } => self.shape(member),
            Shape::Map { key, value, .. } => {
                self.shape(key);
                self.shape(value);
            }
            Shape::Structure(structure) => self.structure(structure),
            Shape::Sensitive(inner) => self.shape(inner),
            _ => {}
        }
    }
}

/// Feeds every input with values of its shape and with values of none: nothing may panic, and each is accepted once.
pub fn arbitrary(specs: &'static [&'static Spec], decoders: &[fn(Members)]) {
    let mut random = Random { state: 0x9e37_79b9_7f4a_7c15, disorder: 0 };
    assert_eq!(specs.len(), decoders.len());
    for (spec, decode) in specs.iter().zip(decoders) {
        let (mut accepted, mut refused) = (0, 0);
        for round in 0..120 {
            random.disorder = [0, 40, 10, 3][round % 4];
            let members = random.structure(spec.input, 0);
            match validate(spec.input, &members) {
                Ok(()) => accepted += 1,
                Err(invalid) => {
                    assert!(!invalid.to_string().is_empty());
                    refused += 1;
                }
            }
            // Also what validation refuses: decoding is total.
            decode(members);
        }
        assert!(accepted > 0, "{} accepts nothing", spec.name);
        assert!(refused > 0 || spec.input.members.is_empty(), "{} refuses nothing", spec.name);
    }
}

/// Texts of which every rule of the five services accepts one.
const TEXTS: &[&str] = &[
    "a",
    "ab",
    "abc",
    "7",
    "1",
    "123456789012",
    "us-west-2",
    "1m",
    "LATEST",
    "*",
    "npm",
    "a/b",
    "/*",
    "3f2a1b4c-0d1e-4f2a-8b3c-9d4e5f6a7b8c",
    "externalId:pump_1",
    "public:npmjs",
    "hrc-0123456789ab",
    "arn:aws:iam::123456789012:role/Name-of-a-role",
    "arn:aws:s3:::name",
    "arn:aws:s3:us-east-1:123456789012:accesspoint/a",
    "${input}",
    "a@b.com",
    "https://example.com/",
    "s3://bucket/key",
    "iotsitewise:opcuacollector:2",
    "p95",
    "MAX",
    "import-task-0123456789abcdef0123456789abcdef",
    "public.ecr.aws/name/image:tag",
    "{}",
    "2",
    "t3.micro",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789-0123456789-0123456789-0123456789",
    "0123456789_0123456789_0123456789_012345678901",
    "0123456789012345678901234567890123456789012",
];

/// Values from a fixed seed; `disorder` says at every how-manyth value something else stands.
struct Random {
    state: u64,
    disorder: u64,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("it is below a usize")
    }

    fn is_disorder(&mut self) -> bool {
        self.disorder > 0 && self.next().is_multiple_of(self.disorder)
    }

    fn structure(&mut self, structure: &'static Structure, depth: usize) -> Members {
        let mut members = Members::new();
        let only = structure.union.then(|| self.below(structure.members.len()));
        for (index, member) in structure.members.iter().enumerate() {
            let is_chosen = match only {
                Some(only) => only == index,
                None => member.required || (depth < 4 && self.next().is_multiple_of(2)),
            };
            if is_chosen != self.is_disorder() {
                let value = match member.location {
                    Location::Payload => json!({"sha256": "00", "size": 1}),
                    _ => self.value(member.shape, depth + 1),
                };
                members.insert(member.name.to_owned(), value);
            }
        }
        if self.is_disorder() {
            members.insert("unknownMember".to_owned(), self.junk());
        }
        members
    }

    fn value(&mut self, shape: &'static Shape, depth: usize) -> Value {
        if self.is_disorder() {
            return self.junk();
        }
        match shape {
            Shape::Boolean => json!(self.next().is_multiple_of(2)),
            Shape::Integer { min, max } | Shape::Long { min, max } => json!(min.or(*max).unwrap_or(1)),
            Shape::Float { min, max } | Shape::Double { min, max } => json!(min.or(*max).unwrap_or(0.5)),
            Shape::String(rule) => Value::String(self.text(rule)),
            Shape::Timestamp => json!(1_700_000_000.5),
            Shape::Blob { .. } => json!("aGk="),
            Shape::Document => self.junk(),
            Shape::List { member, min, max, .. } => {
                let count = self.count(*min, *max, depth);
                (0..count).map(|_| self.value(member, depth + 1)).collect()
            }
            Shape::Map { key, value, min, max } => {
                let count = self.count(*min, *max, depth);
                (0..count).map(|_| (self.key(key), self.value(value, depth + 1))).collect::<Members>().into()
            }
            Shape::Structure(structure) => Value::Object(self.structure(structure, depth + 1)),
            Shape::Sensitive(inner) => self.value(inner, depth),
        }
    }

    fn count(&mut self, min: Option<usize>, max: Option<usize>, depth: usize) -> usize {
        let extra = if depth > 6 { 0 } else { self.below(3) };
        (min.unwrap_or(0) + extra).min(max.unwrap_or(usize::MAX))
    }

    fn key(&mut self, shape: &'static Shape) -> String {
        match shape {
            Shape::String(rule) => self.text(rule),
            _ => "key".to_owned(),
        }
    }

    fn text(&mut self, rule: &StringRule) -> String {
        if !rule.values.is_empty() {
            return rule.values[self.below(rule.values.len())].to_owned();
        }
        let keeps = |text: &&&str| {
            let long = text.chars().count();
            rule.min.is_none_or(|min| long >= min)
                && rule.max.is_none_or(|max| long <= max)
                && rule.pattern.is_none_or(|pattern| pattern.matches(text))
        };
        let fitting: Vec<_> = TEXTS.iter().filter(keeps).collect();
        assert!(!fitting.is_empty(), "no text for {rule:?}");
        (*fitting[self.below(fitting.len())]).to_owned()
    }

    fn junk(&mut self) -> Value {
        match self.below(12) {
            0 => Value::Null,
            1 => json!(false),
            2 => json!(-1),
            3 => json!(u64::MAX),
            4 => json!(1e300),
            5 => json!(""),
            6 => json!("\u{0}\n\u{85}😀"),
            7 => json!("x".repeat(3000)),
            8 => json!([]),
            9 => json!([null, [[{}]], "a"]),
            10 => json!({}),
            _ => json!({"": null, "a": {"b": [1, "c"]}}),
        }
    }
}
