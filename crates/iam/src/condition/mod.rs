//! Conditions of a statement: an operator, a key, and the values that the request's are held against.

mod date;
mod network;
mod operand;
mod operator;

pub(crate) use operand::Operand;
pub(crate) use operator::{Operator, Quantifier, Test};

use crate::context::Context;
use crate::document::Effect;

/// One condition: a key under an operator.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// In lower case.
    pub(crate) key: String,
    /// At least one.
    pub(crate) operands: Vec<Operand>,
}

impl Condition {
    /// Whether it looks at a key that begins with `prefix` (in lower case), or a value of it stands for one.
    pub(crate) fn asks_for(&self, prefix: &str) -> bool {
        let text = |operand: &Operand| match operand {
            Operand::Text(template) => template.keys().any(|key| key.starts_with(prefix)),
            _ => false,
        };
        self.key.starts_with(prefix) || self.operands.iter().any(text)
    }

    /// Decides whether the condition holds for a request.
    ///
    /// A variable that the request does not fill stands for nothing; where the absence of a match would open
    /// something (`...Not...` in an Allow), the condition does not hold (assumed).
    pub(crate) fn holds(&self, context: &Context, effect: Effect) -> bool {
        let values = context.get(&self.key);
        if self.operator.test == Test::Null {
            let absent = values.is_empty();
            return self.operands.contains(&Operand::Bool(absent));
        }
        let negated = self.operator.test.is_negated();
        if values.is_empty() {
            return match self.operator.quantifier {
                Quantifier::All => true,
                Quantifier::Any => self.operator.if_exists,
                Quantifier::Single => self.operator.if_exists || negated,
            };
        }
        if negated && effect == Effect::Allow && self.has_unfilled(context) {
            return false;
        }
        let fits = |value: &String| self.fits(value, context);
        match self.operator.quantifier {
            Quantifier::All => values.iter().all(|value| fits(value) != negated),
            Quantifier::Any => values.iter().any(|value| fits(value) != negated),
            Quantifier::Single => values.iter().any(fits) != negated,
        }
    }

    /// Whether a value fits one of the operands, negation aside.
    fn fits(&self, value: &str, context: &Context) -> bool {
        self.operands.iter().any(|operand| self.operator.test.fits(value, operand, context))
    }

    fn has_unfilled(&self, context: &Context) -> bool {
        self.operands.iter().any(|operand| match operand {
            Operand::Text(template) => template.resolve(context).is_none(),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests;
