//! The operators of conditions: their names, and what each compares.

use super::operand::Operand;
use super::{date, network, operand};
use crate::context::Context;
use crate::pattern;

/// An operator with its prefix and suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Quantifier,
    pub(crate) test: Test,
    /// A key that the request does not have satisfies it.
    pub(crate) if_exists: bool,
}

/// How many of the request's values must satisfy an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// The key has one value.
    Single,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// What is compared; `not` turns the outcome round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    StringEquals { not: bool },
    StringEqualsIgnoreCase { not: bool },
    StringLike { not: bool },
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    IpAddress { not: bool },
    Arn { not: bool },
    Null,
}

/// How a value stands to that of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equals,
    NotEquals,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
}

const TESTS: [(&str, Test); 27] = [
    ("StringEquals", Test::StringEquals { not: false }),
    ("StringNotEquals", Test::StringEquals { not: true }),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase { not: false }),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase { not: true }),
    ("StringLike", Test::StringLike { not: false }),
    ("StringNotLike", Test::StringLike { not: true }),
    ("NumericEquals", Test::Numeric(Order::Equals)),
    ("NumericNotEquals", Test::Numeric(Order::NotEquals)),
    ("NumericLessThan", Test::Numeric(Order::Less)),
    ("NumericLessThanEquals", Test::Numeric(Order::LessOrEquals)),
    ("NumericGreaterThan", Test::Numeric(Order::Greater)),
    ("NumericGreaterThanEquals", Test::Numeric(Order::GreaterOrEquals)),
    ("DateEquals", Test::Date(Order::Equals)),
    ("DateNotEquals", Test::Date(Order::NotEquals)),
    ("DateLessThan", Test::Date(Order::Less)),
    ("DateLessThanEquals", Test::Date(Order::LessOrEquals)),
    ("DateGreaterThan", Test::Date(Order::Greater)),
    ("DateGreaterThanEquals", Test::Date(Order::GreaterOrEquals)),
    ("Bool", Test::Bool),
    ("BinaryEquals", Test::Binary),
    ("IpAddress", Test::IpAddress { not: false }),
    ("NotIpAddress", Test::IpAddress { not: true }),
    ("ArnEquals", Test::Arn { not: false }),
    ("ArnLike", Test::Arn { not: false }),
    ("ArnNotEquals", Test::Arn { not: true }),
    ("ArnNotLike", Test::Arn { not: true }),
    ("Null", Test::Null),
];

impl Operator {
    /// Reads the name of an operator; none where there is no such operator.
    pub(crate) fn parse(name: &str) -> Option<Operator> {
        let (quantifier, name) = match name.split_once(':') {
            None => (Quantifier::Single, name),
            Some(("ForAllValues", name)) => (Quantifier::All, name),
            Some(("ForAnyValue", name)) => (Quantifier::Any, name),
            Some(_) => return None,
        };
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
        let (_, test) = TESTS.into_iter().find(|(known, _)| *known == name)?;
        let decorated = if_exists || quantifier != Quantifier::Single;
        (test != Test::Null || !decorated).then_some(Operator { quantifier, test, if_exists })
    }
}

impl Test {
    /// Whether a match makes the condition fail.
    pub(crate) fn is_negated(self) -> bool {
        match self {
            Test::StringEquals { not }
            | Test::StringEqualsIgnoreCase { not }
            | Test::StringLike { not }
            | Test::IpAddress { not }
            | Test::Arn { not } => not,
            Test::Numeric(order) | Test::Date(order) => order == Order::NotEquals,
            Test::Bool | Test::Binary | Test::Null => false,
        }
    }

    /// Whether a value of the request fits one of the policy, negation aside; what cannot be read fits nothing.
    pub(super) fn fits(self, value: &str, operand: &Operand, context: &Context) -> bool {
        match (self, operand) {
            (Test::StringEquals { .. } | Test::StringLike { .. }, Operand::Text(template)) => {
                template.resolve(context).is_some_and(|tokens| pattern::matches(&tokens, value))
            }
            (Test::StringEqualsIgnoreCase { .. }, Operand::Text(template)) => template
                .resolve(context)
                .is_some_and(|tokens| operand::plain(&tokens).to_lowercase() == value.to_lowercase()),
            (Test::Arn { .. }, Operand::Text(template)) => {
                template.resolve(context).is_some_and(|tokens| pattern::matches_arn(&tokens, value))
            }
            (Test::Numeric(order), Operand::Number(wanted)) => operand::number(value)
                .and_then(|found| found.partial_cmp(wanted))
                .is_some_and(|is| order.admits(is)),
            (Test::Date(order), Operand::Date(wanted)) => {
                date::parse(value).is_some_and(|found| order.admits(found.cmp(wanted)))
            }
            (Test::Bool, Operand::Bool(wanted)) => operand::boolean(value) == Some(*wanted),
            (Test::Binary, Operand::Bytes(wanted)) => operand::bytes(value).as_ref() == Some(wanted),
            (Test::IpAddress { .. }, Operand::Network(network)) => {
                network::address(value).is_some_and(|address| network.contains(address))
            }
            _ => false,
        }
    }
}

impl Order {
    /// Whether the value stands so to that of the policy; for `NotEquals`, whether it equals it.
    fn admits(self, is: std::cmp::Ordering) -> bool {
        match self {
            Order::Equals | Order::NotEquals => is.is_eq(),
            Order::Less => is.is_lt(),
            Order::LessOrEquals => is.is_le(),
            Order::Greater => is.is_gt(),
            Order::GreaterOrEquals => is.is_ge(),
        }
    }
}
