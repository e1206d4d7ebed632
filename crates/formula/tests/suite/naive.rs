//! Random formulas against an interpreter that walks over the tree as it is written, without types or compilation.

use formula::syntax::{Infix, Kind, Node, Prefix};
use formula::{NoValue, Owner, Value, parse};

use crate::random::Random;
use crate::series::{Series, points};

/// What a formula gives; nothing where it has no value.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Number(f64),
    Text(String),
}

use Plain::{Number, Text};

impl Plain {
    fn truthy(&self) -> bool {
        match self {
            Number(number) => *number != 0.0,
            Text(text) => !text.is_empty(),
        }
    }

    fn shown(&self) -> String {
        match self {
            // All numbers of this test are small multiples of 1/4.
            Number(number) => format!("{}", number + 0.0),
            Text(text) => text.clone(),
        }
    }
}

fn holds(condition: bool) -> Plain {
    Number(if condition { 1.0 } else { 0.0 })
}

/// Computes a tree by the words of the user guide.
fn naive(node: &Node) -> Option<Plain> {
    match &node.kind {
        Kind::Number(number) => Some(Number(*number)),
        Kind::Text(text) => Some(Text(text.clone())),
        Kind::Name(name) => Some(Number(if name == "x" { 3.0 } else { -0.5 })),
        Kind::Prefix(Prefix::Bang | Prefix::Not, operand) => Some(holds(!naive(operand)?.truthy())),
        Kind::Prefix(prefix, operand) => match naive(operand)? {
            Number(number) => Some(Number(if *prefix == Prefix::Minus { -number } else { number })),
            Text(_) => None,
        },
        Kind::Infix(Infix::And, one, other) => {
            if naive(one)?.truthy() {
                naive(other)
            } else {
                Some(Number(0.0))
            }
        }
        Kind::Infix(Infix::Or, one, other) => {
            if naive(one)?.truthy() {
                Some(Number(1.0))
            } else {
                naive(other)
            }
        }
        Kind::Infix(operator, one, other) => infix(*operator, naive(one)?, naive(other)?),
        Kind::Call(call) if call.name == "if" => {
            naive(&call.arguments[if naive(&call.arguments[0])?.truthy() { 1 } else { 2 }])
        }
        Kind::Call(call) => {
            let arguments: Option<Vec<Plain>> = call.arguments.iter().map(naive).collect();
            match (call.name.as_str(), arguments?.as_slice()) {
                ("abs", [Number(x)]) => Some(Number(x.abs())),
                ("floor", [Number(x)]) => Some(Number(x.floor())),
                ("len", [Text(text)]) => {
                    Some(Number(f64::from(u32::try_from(text.chars().count()).unwrap())))
                }
                ("upper", [Text(text)]) => Some(Text(text.to_uppercase())),
                ("gt", [Number(x), Number(y)]) => Some(holds(x > y)),
                ("gt", [Text(x), Text(y)]) => Some(holds(x > y)),
                _ => None,
            }
        }
        other => panic!("{other:?} is not made here"),
    }
}

fn infix(operator: Infix, one: Plain, other: Plain) -> Option<Plain> {
    let (x, y) = match (&one, &other) {
        (Number(x), Number(y)) => (*x, *y),
        _ if operator == Infix::Add => return Some(Text(one.shown() + &other.shown())),
        (Text(x), Text(y)) => {
            return Some(holds(match operator {
                Infix::Less => x < y,
                Infix::Greater => x > y,
                Infix::LessOrEqual => x <= y,
                Infix::GreaterOrEqual => x >= y,
                Infix::Equal => x == y,
                Infix::NotEqual => x != y,
                _ => return None,
            }));
        }
        _ => return None,
    };
    let near = (x - y).abs() <= 1e-9 * x.abs().max(y.abs());
    let result = match operator {
        Infix::Less => return Some(holds(x < y)),
        Infix::Greater => return Some(holds(x > y)),
        Infix::LessOrEqual => return Some(holds(x < y || near)),
        Infix::GreaterOrEqual => return Some(holds(x > y || near)),
        Infix::Equal => return Some(holds(near)),
        #[expect(clippy::float_cmp, reason = "exactly, as the guide says")]
        Infix::NotEqual => return Some(holds(x != y)),
        Infix::Add => x + y,
        Infix::Subtract => x - y,
        Infix::Multiply => x * y,
        Infix::Divide => x / y,
        Infix::Remainder => x - y * (x / y).trunc(),
        Infix::Power | Infix::And | Infix::Or => return None,
    };
    result.is_finite().then_some(Number(result))
}

/// Writes a random formula of which all numbers stay small multiples of powers of two.
fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.pick(&["0", "1", "2", "4", "0.5", "x", "y", "''", "'a'", "'Bc'", "'é'"]).to_owned();
    }
    let mut part = |depth: usize| expression(random, depth);
    let (one, other, third) = (part(depth - 1), part(depth - 1), part(depth / 2));
    match random.below(12) {
        0 => format!("!{one}"),
        1 => format!("-({one})"),
        2 => format!("({one}) {} ({other})", random.pick(&["and", "or"])),
        3 => format!("if({one}, {other}, {third})"),
        4 => format!("{}({one})", random.pick(&["abs", "floor", "len", "upper"])),
        5 => format!("gt({one}, {other})"),
        6..=8 => format!("({one}) {} ({other})", random.pick(&["<", ">", "<=", ">=", "==", "!="])),
        9 => format!("{one} + {other}"),
        _ => format!("({one}) {} ({other})", random.pick(&["+", "-", "*", "%"])),
    }
}

#[test]
fn compiled_and_naive_computations_agree() {
    let series = Series::new(&[("x", points(&[(0, 3.0)])), ("y", points(&[(0, -0.5)]))]);
    let mut random = Random::new(3);
    let (mut values, mut refused) = (0, 0);
    for round in 0..40_000 {
        let text = expression(&mut random, round % 5);
        let Ok(formula) = series.compile(Owner::Transform, &text) else {
            // A type that never fits, or too many functions: what is refused has no value, if the types say so.
            refused += 1;
            continue;
        };
        let expected = naive(&parse(&text).unwrap());
        let found = match formula.evaluate(&series) {
            Ok(Value::Number(number)) => Some(Number(number)),
            Ok(Value::Text(text)) => Some(Text(text.into_owned())),
            Ok(other) => panic!("{text} gave {other:?}"),
            Err(NoValue::Missing | NoValue::None) => panic!("{text} misses something"),
            Err(NoValue::TooLong | NoValue::Type | NoValue::Domain) => None,
        };
        assert_eq!(found, expected, "{text}");
        values += usize::from(found.is_some());
    }
    assert!(values > 10_000 && refused > 1_000, "{values} values, {refused} refused: the test proves little");
}
