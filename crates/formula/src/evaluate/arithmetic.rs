//! Operators and functions on numbers, and comparisons.
//!
//! What a function is not defined for, a division by zero and an overflow have no value. NaN comes only from outside,
//! and everything computed from it is NaN.

use crate::function::{Comparison, Math};
use crate::syntax::Infix;
use crate::value::{NoValue, Value};

/// Two numbers count as equal if they differ by no more than this part of the larger one (user guide, comparison
/// functions).
const TOLERANCE: f64 = 1e-9;

/// Computes an operator between two values; `+` joins texts.
pub fn binary<'a>(operator: Infix, one: &Value<'_>, other: &Value<'_>) -> Result<Value<'a>, NoValue> {
    let (one, other) = match (one, other) {
        (Value::Number(one), Value::Number(other)) => (*one, *other),
        _ if operator == Infix::Add => {
            let mut out = String::new();
            one.write(&mut out)?;
            other.write(&mut out)?;
            return Ok(Value::Text(out.into()));
        }
        _ => return Err(NoValue::Type),
    };
    let result = match operator {
        Infix::Add => one + other,
        Infix::Subtract => one - other,
        Infix::Multiply => one * other,
        Infix::Divide => one / other,
        // Truncated, with the sign of the left operand.
        Infix::Remainder => one % other,
        Infix::Power => one.powf(other),
        _ => return Err(NoValue::Type),
    };
    defined(result, one.is_nan() || other.is_nan()).map(Value::Number)
}

/// Computes a function of one number.
pub fn math(math: Math, x: f64) -> Result<f64, NoValue> {
    let result = match math {
        Math::Abs => x.abs(),
        Math::Acos => x.acos(),
        Math::Asin => x.asin(),
        Math::Atan => x.atan(),
        Math::Cbrt => x.cbrt(),
        Math::Ceil => x.ceil(),
        Math::Cos => x.cos(),
        Math::Cosh => x.cosh(),
        Math::Cot => 1.0 / x.tan(),
        Math::Exp => x.exp(),
        Math::Expm1 => x.exp_m1(),
        Math::Floor => x.floor(),
        Math::Log => x.ln(),
        Math::Log10 => x.log10(),
        Math::Log1p => x.ln_1p(),
        Math::Log2 => x.log2(),
        Math::Signum if x == 0.0 => 0.0,
        Math::Signum => x.signum(),
        Math::Sin => x.sin(),
        Math::Sinh => x.sinh(),
        Math::Sqrt => x.sqrt(),
        Math::Tan => x.tan(),
        Math::Tanh => x.tanh(),
    };
    defined(result, x.is_nan())
}

/// Compares two values. Assumed: operators have the tolerance of the functions.
pub fn compare(comparison: Comparison, one: &Value<'_>, other: &Value<'_>) -> Result<bool, NoValue> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (*one, *other);
            let equal = (one - other).abs() <= TOLERANCE * one.abs().max(other.abs());
            Ok(match comparison {
                Comparison::Less => one < other,
                Comparison::Greater => one > other,
                Comparison::LessOrEqual => one < other || equal,
                Comparison::GreaterOrEqual => one > other || equal,
                Comparison::Equal => equal,
                #[expect(clippy::float_cmp, reason = "neq has no tolerance (user guide)")]
                Comparison::NotEqual => one != other,
            })
        }
        (Value::Text(one), Value::Text(other)) => Ok(match comparison {
            Comparison::Less => one < other,
            Comparison::Greater => one > other,
            Comparison::LessOrEqual => one <= other,
            Comparison::GreaterOrEqual => one >= other,
            Comparison::Equal => one == other,
            Comparison::NotEqual => one != other,
        }),
        _ => Err(NoValue::Type),
    }
}

fn defined(result: f64, from_nan: bool) -> Result<f64, NoValue> {
    if result.is_finite() || from_nan { Ok(result) } else { Err(NoValue::Domain) }
}
