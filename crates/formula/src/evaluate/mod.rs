//! Computes a formula. Numbers are computed without any allocation.
//!
//! Whatever has no value gives no data point; there are no points that tell of an error.

mod arithmetic;
mod text;
mod window;

use crate::code::Code;
use crate::format::{self, Piece};
use crate::inputs::{Inputs, Point};
use crate::value::{NUMBER_MAX, NoValue, Value};
use crate::{Formula, Types};

impl Formula {
    /// Computes the formula; the result is a number or a text of the property's data type.
    pub fn evaluate<'a>(&'a self, inputs: &'a dyn Inputs) -> Result<Value<'a>, NoValue> {
        let value = Evaluator { inputs, argument: None }.value(self.code())?;
        let types = match &value {
            Value::Number(number) if number.abs() <= NUMBER_MAX => Types::NUMBER,
            Value::Number(_) => return Err(NoValue::Domain),
            Value::Text(_) => Types::TEXT,
            Value::Array(_) | Value::None => return Err(NoValue::None),
        };
        if types.meets(self.output) { Ok(value) } else { Err(NoValue::Type) }
    }
}

/// Computes codes from inputs; inside an argument of a function over points, from one point of its variable.
#[derive(Clone, Copy)]
struct Evaluator<'a, 'b> {
    inputs: &'a dyn Inputs,
    argument: Option<Inside<'a, 'b>>,
}

/// The argument of a function over points, while one of them is looked at.
#[derive(Clone, Copy)]
struct Inside<'a, 'b> {
    /// Value of the point.
    point: &'b Value<'a>,
    /// What is the same for all points.
    constants: &'b [Result<Value<'a>, NoValue>],
}

impl<'a> Evaluator<'a, '_> {
    fn value(&self, code: &'a Code) -> Result<Value<'a>, NoValue> {
        let number = match code {
            Code::Number(number) => *number,
            Code::Text(text) => return Ok(Value::Text((&**text).into())),
            Code::None => return Ok(Value::None),
            Code::Variable(variable) => return self.variable(*variable),
            Code::Constant(index) => {
                let constants = self.argument.map_or(&[][..], |argument| argument.constants);
                return constants.get(*index).cloned().unwrap_or(Err(NoValue::Missing));
            }
            Code::Negate(code) => -self.number(code)?,
            Code::Plus(code) => self.number(code)?,
            Code::Not(code) => truth(!self.value(code)?.is_truthy()),
            Code::And(pair) => {
                if self.value(&pair.0)?.is_truthy() {
                    return self.value(&pair.1);
                }
                0.0
            }
            Code::Or(pair) => {
                if !self.value(&pair.0)?.is_truthy() {
                    return self.value(&pair.1);
                }
                1.0
            }
            Code::Arithmetic(operator, pair) => {
                return arithmetic::binary(*operator, &self.value(&pair.0)?, &self.value(&pair.1)?);
            }
            Code::Compare(comparison, pair) => {
                truth(arithmetic::compare(*comparison, &self.value(&pair.0)?, &self.value(&pair.1)?)?)
            }
            Code::IsNan(code) => truth(self.number(code)?.is_nan()),
            Code::Math(math, code) => arithmetic::math(*math, self.number(code)?)?,
            Code::If(branches, otherwise) => return self.branch(branches, otherwise),
            Code::Index(pair) => return text::index(&self.value(&pair.0)?, self.number(&pair.1)?),
            Code::Slice(parts) => return self.slice(&parts.0, &parts.1),
            Code::TextFunction(function, arguments) => return self.text_function(*function, arguments),
            Code::Format(pieces) => return self.format(pieces),
            Code::JsonPath(text, path) => return path.read(self.value(text)?.text()?),
            Code::Aggregate(aggregate, arguments) => self.aggregate(*aggregate, arguments)?,
            Code::Temporal(weighing, argument) => return self.temporal(*weighing, argument),
            Code::Pretrigger(variable) => return Ok(self.pretrigger(*variable)?.value),
            Code::Now => self.inputs.now(),
            Code::Time => self.inputs.time().seconds(),
            Code::TimeOf(variable) => self.inputs.value(*variable).ok_or(NoValue::Missing)?.time.seconds(),
            Code::TimeOfPretrigger(variable) => self.pretrigger(*variable)?.time.seconds(),
            Code::Mktime(parts, zone) => {
                let mut read = [1970.0, 1.0, 1.0, 0.0, 0.0, 0.0];
                for (part, read) in std::iter::zip(parts, &mut read) {
                    *read = self.number(part)?;
                }
                zone.seconds(read)?
            }
            Code::Field(field, seconds, zone) => zone.field(*field, self.number(seconds)?)?,
        };
        Ok(Value::Number(number))
    }

    fn number(&self, code: &'a Code) -> Result<f64, NoValue> {
        self.value(code)?.number()
    }

    fn variable(&self, variable: usize) -> Result<Value<'a>, NoValue> {
        match self.argument {
            Some(argument) => Ok(argument.point.clone()),
            None => Ok(self.inputs.value(variable).ok_or(NoValue::Missing)?.value),
        }
    }

    fn pretrigger(&self, variable: usize) -> Result<Point<'a>, NoValue> {
        self.inputs.pretrigger(variable).ok_or(NoValue::Missing)
    }

    /// Takes the first branch whose condition holds; the others are not computed, so they may have no value.
    fn branch(&self, branches: &'a [(Code, Code)], otherwise: &'a Code) -> Result<Value<'a>, NoValue> {
        for (condition, result) in branches {
            let condition = self.value(condition)?;
            if matches!(condition, Value::Array(_) | Value::None) {
                return Err(NoValue::Type);
            }
            if condition.is_truthy() {
                return self.value(result);
            }
        }
        self.value(otherwise)
    }

    fn format(&self, pieces: &'a [Piece]) -> Result<Value<'a>, NoValue> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(code, None) => format::write_plain(&self.value(code)?, &mut out)?,
                Piece::Value(code, Some(specifier)) => specifier.write(&self.value(code)?, &mut out)?,
            }
        }
        crate::value::check_length(&out)?;
        Ok(Value::Text(out.into()))
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
