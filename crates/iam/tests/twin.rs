//! Documents and requests made up at random, decided here once more in the plainest way there is.

use iam::{Context, Document, Kind, Principal, Request, Verdict};
use serde_json::{Map, Value, json};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const ACTIONS: [&str; 4] = ["s:Get", "s:Put", "s:GetMore", "t:Get"];
const RESOURCES: [&str; 4] = ["arn:aws:s:::a", "arn:aws:s:::a/b", "arn:aws:s:::b", "*"];
const KEYS: [&str; 3] = ["s:Color", "s:Count", "s:Tags"];
const WORDS: [&str; 5] = ["red", "green", "1", "2", "Red"];

/// Numbers that look random and are the same with every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    fn some(&mut self, items: &[&str]) -> Value {
        let count = 1 + self.below(2);
        Value::from((0..count).map(|_| self.of(items).to_owned()).collect::<Vec<_>>())
    }
}

fn made_up(random: &mut Random) -> Value {
    let mut statements = Vec::new();
    for _ in 0..=random.below(3) {
        let mut statement = Map::new();
        statement.insert("Effect".into(), random.of(&["Allow", "Allow", "Deny"]).into());
        let principal = random.some(&["*", ACCOUNTS[0], ACCOUNTS[1], "arn:aws:iam::111122223333:user/ann"]);
        statement.insert(random.of(&["Principal", "NotPrincipal"]).into(), json!({ "AWS": principal }));
        let action = random.some(&["*", "s:*", "s:Get", "S:get*", "s:G?t", "t:Get"]);
        statement.insert(random.of(&["Action", "Action", "NotAction"]).into(), action);
        let resource = random.some(&["*", "arn:aws:s:::*", "arn:aws:s:::a", "arn:aws:s:::?/*", "arn:*:b"]);
        statement.insert(random.of(&["Resource", "Resource", "NotResource"]).into(), resource);
        if random.below(2) == 0 {
            let operators = [
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIfExists",
                "StringLike",
                "StringNotLike",
                "StringEqualsIgnoreCase",
                "ForAllValues:StringEquals",
                "ForAnyValue:StringLike",
                "ForAnyValue:StringNotEquals",
                "Null",
            ];
            let operator = random.of(&operators);
            let values = if operator == "Null" {
                random.some(&["true", "false"])
            } else {
                random.some(&["red", "r*", "1", "?ed", "green"])
            };
            let mut condition = Map::new();
            condition.insert(random.of(&KEYS).to_owned(), values);
            statement.insert("Condition".into(), json!({ operator: condition }));
        }
        statements.push(Value::Object(statement));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    fits_from(&pattern, &text)
}

fn fits_from(pattern: &[char], text: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some('*') => (0..=text.len()).any(|skipped| fits_from(&pattern[1..], &text[skipped..])),
        Some('?') => !text.is_empty() && fits_from(&pattern[1..], &text[1..]),
        Some(character) => text.first() == Some(character) && fits_from(&pattern[1..], &text[1..]),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

struct Asked<'a> {
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    values: &'a [(&'a str, Vec<String>)],
}

fn either(statement: &Value, name: &str, is: impl Fn(&Value) -> bool) -> bool {
    match statement.get(name) {
        Some(value) => is(value),
        None => !is(&statement[format!("Not{name}")]),
    }
}

fn holds(operator: &str, wanted: &[&str], found: &[String]) -> bool {
    if operator == "Null" {
        return wanted.contains(&if found.is_empty() { "true" } else { "false" });
    }
    let (quantifier, test) = operator.split_once(':').unwrap_or(("", operator));
    let is = |value: &String| match test {
        "StringEquals" | "StringEqualsIfExists" => wanted.contains(&value.as_str()),
        "StringNotEquals" => !wanted.contains(&value.as_str()),
        "StringLike" => wanted.iter().any(|wanted| fits(wanted, value)),
        "StringNotLike" => !wanted.iter().any(|wanted| fits(wanted, value)),
        "StringEqualsIgnoreCase" => wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)),
        _ => unreachable!("not made up: {test}"),
    };
    match (quantifier, found.is_empty()) {
        ("ForAllValues", _) => found.iter().all(is),
        ("ForAnyValue", _) => found.iter().any(is),
        (_, true) => test.contains("Not") || test.ends_with("IfExists"),
        (_, false) if test.contains("Not") => found.iter().all(is),
        (_, false) => found.iter().any(is),
    }
}

fn applies(statement: &Value, asked: &Asked<'_>) -> bool {
    let account = asked.principal.split(':').nth(4).unwrap();
    let names = |value: &Value| {
        texts(&value["AWS"])
            .iter()
            .any(|named| *named == "*" || *named == account || *named == asked.principal)
    };
    let action = |value: &Value| {
        texts(value).iter().any(|pattern| fits(&pattern.to_lowercase(), &asked.action.to_lowercase()))
    };
    let resource = |value: &Value| texts(value).iter().any(|pattern| fits(pattern, asked.resource));
    let conditions = statement.get("Condition").and_then(Value::as_object).is_none_or(|operators| {
        operators.iter().all(|(operator, keys)| {
            keys.as_object().unwrap().iter().all(|(key, wanted)| {
                let found = asked.values.iter().find(|(known, _)| known == key);
                holds(operator, &texts(wanted), found.map_or(&[][..], |(_, values)| values))
            })
        })
    });
    either(statement, "Principal", names)
        && either(statement, "Action", action)
        && either(statement, "Resource", resource)
        && conditions
}

fn naive(document: &Value, asked: &Asked<'_>) -> Verdict {
    let applying: Vec<&Value> = document["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|statement| applies(statement, asked))
        .collect();
    if applying.iter().any(|statement| statement["Effect"] == "Deny") {
        return Verdict::Deny;
    }
    if applying.is_empty() { Verdict::Silent } else { Verdict::Allow }
}

#[test]
fn every_verdict_is_that_of_the_plainest_reading() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut seen = [0_u32; 3];
    for _ in 0..20_000 {
        let document = made_up(&mut random);
        let parsed = Document::parse(&document.to_string(), Kind::Resource).unwrap();
        let principal = format!("arn:aws:iam::{}:user/{}", random.of(&ACCOUNTS), random.of(&["ann", "bob"]));
        let mut values = Vec::new();
        let mut context = Context::new();
        for key in KEYS {
            let count = if key == "s:Tags" { random.below(3) } else { random.below(2) };
            let given: Vec<String> = (0..count).map(|_| random.of(&WORDS).to_owned()).collect();
            context.set_all(key, given.clone());
            values.push((key, given));
        }
        let (action, resource) = (random.of(&ACTIONS), random.of(&RESOURCES));
        let asked = Asked { principal: &principal, action, resource, values: &values };
        let caller = Principal::parse(&principal);
        let request = Request { principal: caller.as_ref(), action, resource, context: &context };
        let verdict = parsed.verdict(&request);
        assert_eq!(
            verdict,
            naive(&document, &asked),
            "{document} {principal} {action} {resource} {values:?}"
        );
        seen[verdict as usize] += 1;
    }
    assert!(seen.iter().all(|count| *count > 1_000), "all outcomes come up: {seen:?}");
}

/// Every request that one of two documents denies, their union denies; what it allows, one of them allows.
#[test]
fn adding_statements_never_takes_a_denial_away() {
    let mut random = Random(7);
    for _ in 0..5_000 {
        let (one, two) = (made_up(&mut random), made_up(&mut random));
        let mut both = one.clone();
        both["Statement"].as_array_mut().unwrap().extend(two["Statement"].as_array().unwrap().clone());
        let caller = Principal::parse("arn:aws:iam::111122223333:user/ann");
        let context = Context::new();
        let (action, resource) = (random.of(&ACTIONS), random.of(&RESOURCES));
        let request = Request { principal: caller.as_ref(), action, resource, context: &context };
        let of = |document: &Value| {
            Document::parse(&document.to_string(), Kind::Resource).unwrap().verdict(&request)
        };
        let expected = match (of(&one), of(&two)) {
            (Verdict::Deny, _) | (_, Verdict::Deny) => Verdict::Deny,
            (Verdict::Allow, _) | (_, Verdict::Allow) => Verdict::Allow,
            _ => Verdict::Silent,
        };
        assert_eq!(of(&both), expected, "{both}");
    }
}
