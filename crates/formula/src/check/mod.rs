//! From a tree to a computation: what names mean, which types meet, and what a variable allows.
//!
//! A type fault is refused only if it is certain, whatever the values are. Comparing a number with a text is none: the
//! user guide has it give no value.

mod call;
mod time;
mod window;

use std::fmt::Write as _;

use crate::Context;
use crate::code::Code;
use crate::format::{Piece, Specifier};
use crate::function::Comparison;
use crate::refusal::{Refusal, Rule, closest};
use crate::syntax::{Infix, Kind, Node, Part, Prefix};
use crate::types::Types;

/// A computation and the types that its result may have.
pub type Typed = (Code, Types);

/// The values that have names of their own, in capital or small letters.
const CONSTANTS: [&str; 5] = ["pi", "e", "true", "false", "none"];

/// Checks a tree and turns it into a computation.
pub fn check(root: &Node, context: &Context<'_>) -> Result<Typed, Refusal> {
    let mut checker = Checker { context, functions: 0, inside: None };
    let (code, types) = checker.value(root)?;
    if types.meets(context.output) {
        return Ok((code, types));
    }
    let message = format!(
        "the expression gives {}, but the data type of its property needs {}",
        types.shown(),
        context.output.shown()
    );
    Err(Refusal::new(root.position, Rule::Type, message))
}

/// What is known while a tree is walked.
struct Checker<'a> {
    context: &'a Context<'a>,
    /// Functions called so far.
    functions: usize,
    /// The argument of an aggregation or temporal function around the place, if any.
    inside: Option<Inside>,
}

/// The argument of a function over points, while it is read.
struct Inside {
    /// Name of the function.
    function: &'static str,
    /// Whether it is a temporal function, which reads the own asset only and nothing aggregated.
    temporal: bool,
    /// The variable that the argument reads point by point.
    variable: Option<usize>,
    /// What the argument computes once for all points.
    constants: Vec<Code>,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node) -> Result<Typed, Refusal> {
        match &node.kind {
            Kind::Number(number) => Ok((Code::Number(*number), Types::NUMBER)),
            Kind::Text(text) => Ok((Code::Text(text.as_str().into()), Types::TEXT)),
            Kind::Name(name) => self.name(node.position, name),
            Kind::Template(parts) => self.template(parts),
            Kind::Prefix(operator, operand) => self.prefix(*operator, operand),
            Kind::Infix(operator, one, other) => self.infix(*operator, one, other),
            Kind::Index(text, index) => {
                let text = self.typed(text, Types::TEXT, "[…]")?;
                let index = self.typed(index, Types::NUMBER, "an index")?;
                Ok((Code::Index(Box::new((text, index))), Types::TEXT))
            }
            Kind::Slice(text, bounds) => {
                let text = self.typed(text, Types::TEXT, "[…]")?;
                let mut read = [None, None, None];
                for (bound, read) in std::iter::zip(bounds, &mut read) {
                    if let Some(bound) = bound {
                        *read = Some(self.typed(bound, Types::NUMBER, "a bound")?);
                    }
                }
                Ok((Code::Slice(Box::new((text, read))), Types::TEXT))
            }
            Kind::Call(call) => self.call(node.position, call),
        }
    }

    /// Checks a value that has to be of one of some types for `what` to work on it.
    fn typed(&mut self, node: &Node, wanted: Types, what: &str) -> Result<Code, Refusal> {
        let (code, types) = self.value(node)?;
        meets(node, types, wanted, what)?;
        Ok(code)
    }

    fn name(&mut self, position: usize, name: &str) -> Result<Typed, Refusal> {
        let declared = self.context.variables;
        if let Some(variable) = declared.iter().position(|variable| variable.name == name) {
            self.read(position, variable)?;
            return Ok((Code::Variable(variable), declared[variable].types));
        }
        let number = |number| Ok((Code::Number(number), Types::NUMBER));
        match name.to_ascii_lowercase().as_str() {
            "pi" => number(std::f64::consts::PI),
            "e" => number(std::f64::consts::E),
            "true" => number(1.0),
            "false" => number(0.0),
            "none" => Ok((Code::None, Types::NONE)),
            _ => Err(self.unknown(position, name)),
        }
    }

    fn unknown(&self, position: usize, name: &str) -> Refusal {
        let declared = self.context.variables;
        let names = declared.iter().map(|variable| variable.name);
        let mut message =
            format!("'{name}' is neither a declared variable nor a constant ({})", CONSTANTS.join(", "));
        if let Some(near) = closest(name, names.chain(CONSTANTS)) {
            let _ = write!(message, "; did you mean '{near}'?");
        } else if crate::Function::named(name).is_some() {
            message.push_str("; a function is followed by parentheses");
        } else if !declared.is_empty() {
            let names: Vec<&str> = declared.iter().map(|variable| variable.name).collect();
            let _ = write!(message, "; declared: {}", names.join(", "));
        }
        Refusal::new(position, Rule::UnknownName, message)
    }

    fn template(&mut self, parts: &[Part]) -> Result<Typed, Refusal> {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(match part {
                Part::Text(text) => Piece::Text(text.as_str().into()),
                Part::Value(node, format) => self.piece(node, format.as_deref())?,
            });
        }
        Ok((Code::Format(pieces.into()), Types::TEXT))
    }

    /// Checks a value with its own format, which is a conversion without the percent sign: `"d"`.
    fn piece(&mut self, node: &Node, format: Option<&str>) -> Result<Piece, Refusal> {
        let specifier = match format {
            None => None,
            Some(format) => Some(
                Specifier::bare(format)
                    .map_err(|fault| Refusal::new(node.position, Rule::Argument, fault))?,
            ),
        };
        let wanted = specifier.as_ref().map_or(Types::PLAIN, Specifier::wanted);
        Ok(Piece::Value(self.typed(node, wanted, "the format")?, specifier))
    }

    fn prefix(&mut self, operator: Prefix, operand: &Node) -> Result<Typed, Refusal> {
        let code = match operator {
            Prefix::Minus => match self.typed(operand, Types::NUMBER, "'-'")? {
                Code::Number(number) => Code::Number(-number),
                code => Code::Negate(Box::new(code)),
            },
            Prefix::Plus => Code::Plus(Box::new(self.typed(operand, Types::NUMBER, "'+'")?)),
            Prefix::Bang | Prefix::Not => Code::Not(Box::new(self.value(operand)?.0)),
        };
        Ok((code, Types::NUMBER))
    }

    fn infix(&mut self, operator: Infix, one: &Node, other: &Node) -> Result<Typed, Refusal> {
        let comparison = match operator {
            Infix::Less => Comparison::Less,
            Infix::Greater => Comparison::Greater,
            Infix::LessOrEqual => Comparison::LessOrEqual,
            Infix::GreaterOrEqual => Comparison::GreaterOrEqual,
            Infix::Equal => Comparison::Equal,
            Infix::NotEqual => Comparison::NotEqual,
            Infix::Or | Infix::And => {
                let (one, (other, types)) = (self.value(one)?.0, self.value(other)?);
                let pair = Box::new((one, other));
                let code = if operator == Infix::And { Code::And(pair) } else { Code::Or(pair) };
                return Ok((code, types | Types::NUMBER));
            }
            Infix::Add => return self.sum(one, other),
            Infix::Subtract | Infix::Multiply | Infix::Divide | Infix::Remainder | Infix::Power => {
                let what = format!("'{}'", operator.as_str());
                let one = self.typed(one, Types::NUMBER, &what)?;
                let other = self.typed(other, Types::NUMBER, &what)?;
                return Ok((Code::Arithmetic(operator, Box::new((one, other))), Types::NUMBER));
            }
        };
        let what = format!("'{}'", operator.as_str());
        let one = self.typed(one, Types::PLAIN, &what)?;
        let other = self.typed(other, Types::PLAIN, &what)?;
        Ok((Code::Compare(comparison, Box::new((one, other))), Types::NUMBER))
    }

    /// `+` adds two numbers, and joins whatever else it meets as texts.
    fn sum(&mut self, one: &Node, other: &Node) -> Result<Typed, Refusal> {
        let (left, left_types) = self.value(one)?;
        meets(one, left_types, Types::PLAIN, "'+'")?;
        let (right, right_types) = self.value(other)?;
        meets(other, right_types, Types::PLAIN, "'+'")?;
        let numbers = left_types.meets(Types::NUMBER) && right_types.meets(Types::NUMBER);
        let texts = left_types.meets(Types::TEXT) || right_types.meets(Types::TEXT);
        let types = match (numbers, texts) {
            (true, true) => Types::PLAIN,
            (true, false) => Types::NUMBER,
            _ => Types::TEXT,
        };
        Ok((Code::Arithmetic(Infix::Add, Box::new((left, right))), types))
    }
}

/// Checks that a value may be of one of some types.
fn meets(node: &Node, types: Types, wanted: Types, what: &str) -> Result<(), Refusal> {
    if types.meets(wanted) {
        return Ok(());
    }
    let message = format!("{what} needs {}, not {}", wanted.shown(), types.shown());
    Err(Refusal::new(node.position, Rule::Type, message))
}
