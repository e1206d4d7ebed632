//! Functions on texts. Positions count characters (Unicode scalar values; assumed).

use super::{Evaluator, truth};
use crate::code::Code;
use crate::function::TextFunction;
use crate::value::{NoValue, Value, check_length};

impl<'a> Evaluator<'a, '_> {
    pub(super) fn text_function(
        &self,
        function: TextFunction,
        arguments: &'a [Code],
    ) -> Result<Value<'a>, NoValue> {
        if function == TextFunction::Join {
            return self.join(arguments);
        }
        let first = self.value(&arguments[0])?;
        let text = first.text()?;
        let number = match function {
            TextFunction::Len => count(text.chars().count()),
            TextFunction::Upper => return made(text.to_uppercase()),
            TextFunction::Lower => return made(text.to_lowercase()),
            TextFunction::Find | TextFunction::Contains => {
                let part = self.value(&arguments[1])?;
                let found = text.find(part.text()?);
                match function {
                    TextFunction::Contains => truth(found.is_some()),
                    _ => found.map_or(-1.0, |at| count(text[..at].chars().count())),
                }
            }
            TextFunction::Join => return Err(NoValue::Type),
        };
        Ok(Value::Number(number))
    }

    fn join(&self, arguments: &'a [Code]) -> Result<Value<'a>, NoValue> {
        let mut separator = String::new();
        self.value(&arguments[0])?.write(&mut separator)?;
        let mut out = String::new();
        for (i, part) in arguments[1..].iter().enumerate() {
            if i > 0 {
                out.push_str(&separator);
            }
            self.value(part)?.write(&mut out)?;
        }
        made(out)
    }

    /// Cuts a part out of a text as Python does.
    pub(super) fn slice(&self, text: &'a Code, bounds: &'a [Option<Code>; 3]) -> Result<Value<'a>, NoValue> {
        let text = self.value(text)?;
        let chars: Vec<char> = text.text()?.chars().collect();
        let bound = |bound: &'a Option<Code>| -> Result<Option<i64>, NoValue> {
            bound.as_ref().map(|code| whole(self.number(code)?)).transpose()
        };
        let [from, to, step] = bounds;
        let (from, to, step) = (bound(from)?, bound(to)?, bound(step)?.unwrap_or(1));
        if step == 0 {
            return Err(NoValue::Domain);
        }
        let len = i64::try_from(chars.len()).unwrap_or(i64::MAX);
        // Going backwards, the place before the first character is one that can be reached.
        let (least, most) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamped = |index: i64| (if index < 0 { index + len } else { index }).clamp(least, most);
        let mut at = from.map_or(if step > 0 { least } else { most }, clamped);
        let end = to.map_or(if step > 0 { most } else { least }, clamped);
        let mut out = String::new();
        while (step > 0 && at < end) || (step < 0 && at > end) {
            out.extend(usize::try_from(at).ok().and_then(|at| chars.get(at)));
            at = at.saturating_add(step);
        }
        Ok(Value::Text(out.into()))
    }
}

/// Takes one character of a text as Python does. Assumed: outside of it there is no value.
pub fn index<'a>(text: &Value<'_>, index: f64) -> Result<Value<'a>, NoValue> {
    let text = text.text()?;
    let index = whole(index)?;
    let found = if index < 0 {
        usize::try_from(-(index + 1)).ok().and_then(|behind| text.chars().rev().nth(behind))
    } else {
        usize::try_from(index).ok().and_then(|at| text.chars().nth(at))
    };
    found.map(|c| Value::Text(c.to_string().into())).ok_or(NoValue::Domain)
}

fn made<'a>(text: String) -> Result<Value<'a>, NoValue> {
    check_length(&text)?;
    Ok(Value::Text(text.into()))
}

#[expect(clippy::cast_precision_loss, reason = "texts have at most 1,024 characters, or what an input holds")]
fn count(chars: usize) -> f64 {
    chars as f64
}

/// Reads a whole number that counts characters; far outside of any text, it does not matter how far.
fn whole(number: f64) -> Result<i64, NoValue> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(NoValue::Domain);
    }
    #[expect(clippy::cast_possible_truncation, reason = "clamped to ±10^9")]
    Ok(number.clamp(-1e9, 1e9) as i64)
}
