//! Operators against values: cases of AWS's reference, and every operator beside a naive twin.

use super::*;
use crate::condition::operator::Order;

fn context(values: &[&str]) -> Context {
    let mut context = Context::new();
    context.set_all("k:Key", values.iter().map(|value| (*value).to_owned()));
    context
}

fn condition(operator: &str, operands: &[&str]) -> Condition {
    let operator = Operator::parse(operator).unwrap();
    let read = |value: &&str| Operand::read(operator.test, value, true).unwrap();
    Condition { operator, key: "k:key".into(), operands: operands.iter().map(read).collect() }
}

fn holds(operator: &str, operands: &[&str], values: &[&str]) -> bool {
    condition(operator, operands).holds(&context(values), Effect::Allow)
}

#[test]
fn strings_are_compared_with_letter_case_unless_told_otherwise() {
    assert!(holds("StringEquals", &["a", "b"], &["b"]));
    assert!(!holds("StringEquals", &["a"], &["A"]));
    assert!(holds("StringEqualsIgnoreCase", &["ä"], &["Ä"]));
    assert!(!holds("StringEquals", &["a*"], &["ab"]), "no wildcards");
    assert!(holds("StringLike", &["a*"], &["ab"]));
    assert!(holds("StringNotEquals", &["a", "b"], &["c"]));
    assert!(!holds("StringNotEquals", &["a", "b"], &["b"]));
    assert!(!holds("StringNotLike", &["x", "a*"], &["ab"]));
}

#[test]
fn a_key_that_is_absent_satisfies_negations_and_if_exists() {
    assert!(!holds("StringEquals", &["a"], &[]));
    assert!(holds("StringEqualsIfExists", &["a"], &[]));
    assert!(!holds("StringEqualsIfExists", &["a"], &["b"]));
    assert!(holds("StringNotEquals", &["a"], &[]));
    assert!(holds("NumericNotEquals", &["1"], &[]));
    assert!(holds("NotIpAddress", &["10.0.0.0/8"], &[]));
    assert!(holds("Null", &["true"], &[]));
    assert!(!holds("Null", &["true"], &["a"]));
    assert!(holds("Null", &["false"], &["a"]));
}

#[test]
fn sets_are_compared_value_by_value() {
    assert!(holds("ForAllValues:StringEquals", &["a", "b"], &["a", "b"]));
    assert!(!holds("ForAllValues:StringEquals", &["a", "b"], &["a", "c"]));
    assert!(holds("ForAllValues:StringEquals", &["a"], &[]), "also none");
    assert!(holds("ForAnyValue:StringEquals", &["a", "b"], &["c", "b"]));
    assert!(!holds("ForAnyValue:StringEquals", &["a"], &[]));
    assert!(holds("ForAnyValue:StringNotEquals", &["a"], &["a", "c"]));
    assert!(!holds("ForAllValues:StringNotEquals", &["a"], &["a", "c"]));
}

#[test]
fn other_types_are_read_before_they_are_compared() {
    assert!(holds("NumericLessThanEquals", &["3600"], &["3600.0"]));
    assert!(!holds("NumericLessThan", &["3600"], &["many"]));
    assert!(holds("DateGreaterThan", &["2026-01-01T00:00:00Z"], &["2026-01-01T00:00:01Z"]));
    assert!(holds("DateLessThan", &["2026-01-02"], &["1767225600"]));
    assert!(holds("Bool", &["true"], &["True"]));
    assert!(holds("BinaryEquals", &["QmluYXJ5"], &["QmluYXJ5"]));
    assert!(holds("IpAddress", &["10.0.0.0/8", "::1"], &["10.1.2.3"]));
    assert!(!holds("NotIpAddress", &["10.0.0.0/8"], &["10.1.2.3"]));
    assert!(holds("ArnLike", &["arn:aws:iam::*:role/*"], &["arn:aws:iam::111122223333:role/a/b"]));
    assert!(holds("ArnNotEquals", &["arn:aws:iam::*:role/x"], &["arn:aws:iam::111122223333:role/y"]));
}

#[test]
fn orders_agree_with_comparing_numbers() {
    for (name, order) in [
        ("Equals", Order::Equals),
        ("NotEquals", Order::NotEquals),
        ("LessThan", Order::Less),
        ("LessThanEquals", Order::LessOrEquals),
        ("GreaterThan", Order::Greater),
        ("GreaterThanEquals", Order::GreaterOrEquals),
    ] {
        for found in -3..3 {
            for wanted in -3..3 {
                let naive = match order {
                    Order::Equals => found == wanted,
                    Order::NotEquals => found != wanted,
                    Order::Less => found < wanted,
                    Order::LessOrEquals => found <= wanted,
                    Order::Greater => found > wanted,
                    Order::GreaterOrEquals => found >= wanted,
                };
                let (found, wanted) = (found.to_string(), wanted.to_string());
                assert_eq!(
                    holds(&format!("Numeric{name}"), &[&wanted], &[&found]),
                    naive,
                    "{found} {name} {wanted}"
                );
                assert_eq!(
                    holds(&format!("Date{name}"), &[&wanted], &[&found]),
                    naive,
                    "{found} {name} {wanted}"
                );
            }
        }
    }
}

#[test]
fn an_unfilled_variable_opens_nothing() {
    let equals = condition("StringEquals", &["${aws:username}"]);
    assert!(!equals.holds(&context(&["ann"]), Effect::Allow));
    let other = condition("StringNotEquals", &["${aws:username}"]);
    assert!(!other.holds(&context(&["ann"]), Effect::Allow));
    assert!(other.holds(&context(&["ann"]), Effect::Deny));
    let mut filled = context(&["ann"]);
    filled.set("aws:username", "ann");
    assert!(equals.holds(&filled, Effect::Allow));
}

#[test]
fn other_names_are_no_operators() {
    for name in
        ["", "stringEquals", "StringEqual", "NullIfExists", "ForAllValues:Null", "ForSome:Bool", "IfExists"]
    {
        assert_eq!(Operator::parse(name), None, "{name}");
    }
}
