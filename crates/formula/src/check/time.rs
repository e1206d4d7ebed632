//! Functions on dates and times.

use super::call::literal;
use super::{Checker, Typed, meets};
use crate::code::Code;
use crate::function::{Field, Function, Owner, Role};
use crate::refusal::{Refusal, Rule};
use crate::syntax::{Kind, Node};
use crate::types::Types;
use crate::zone::Zone;

/// Year, month, day, hour, minute and second, and the values that each may have.
const PARTS: [(&str, f64, f64); 6] = [
    ("year", 1970.0, 2250.0),
    ("month", 1.0, 12.0),
    ("day", 1.0, 31.0),
    ("hour", 0.0, 23.0),
    ("minute", 0.0, 59.0),
    ("second", 0.0, 60.0),
];

impl Checker<'_> {
    pub(super) fn timestamp(&mut self, arguments: &[Node]) -> Result<Typed, Refusal> {
        let [of] = arguments else { return Ok((Code::Time, Types::NUMBER)) };
        if self.context.owner == Owner::Metric {
            let message = "timestamp takes no argument in a metric, where it is the end of the window";
            return Err(Refusal::new(of.position, Rule::WrongProperty, message));
        }
        if let Kind::Call(call) = &of.kind
            && Function::named(&call.name).is_some_and(|function| function.role == Role::Pretrigger)
        {
            self.function(of.position, call)?;
            let variable = self.variable(&call.arguments[0], "pretrigger")?;
            return Ok((Code::TimeOfPretrigger(variable), Types::NUMBER));
        }
        let variable = self.variable(of, "timestamp")?;
        Ok((Code::TimeOf(variable), Types::NUMBER))
    }

    pub(super) fn mktime(&mut self, position: usize, arguments: &[Node]) -> Result<Typed, Refusal> {
        let (zone, parts) = zoned(arguments)?;
        if !(3..=PARTS.len()).contains(&parts.len()) {
            let message = format!(
                "mktime takes year, month and day, then perhaps hour, minute and second, and a time zone before or \
                 behind them; {} numbers are given",
                parts.len()
            );
            return Err(Refusal::new(position, Rule::Argument, message));
        }
        let mut codes = Vec::with_capacity(parts.len());
        for (node, (name, least, most)) in std::iter::zip(parts, PARTS) {
            let code = self.typed(node, Types::NUMBER, "mktime")?;
            if let Code::Number(number) = code
                && !(least..=most).contains(&number)
            {
                let message = format!("the {name} {number} of mktime is not between {least} and {most}");
                return Err(Refusal::new(node.position, Rule::Argument, message));
            }
            codes.push(code);
        }
        Ok((Code::Mktime(codes.into(), zone), Types::NUMBER))
    }

    pub(super) fn field(
        &mut self,
        function: &'static Function,
        field: Field,
        argument: &Node,
    ) -> Result<Typed, Refusal> {
        let local = |call: &&crate::syntax::Call| {
            Function::named(&call.name).is_some_and(|function| function.role == Role::Localtime)
        };
        let call = if let Kind::Call(call) = &argument.kind { Some(call) } else { None };
        let Some(call) = call.filter(local) else {
            let message = format!("{} reads a field of localtime: {}", function.name, function.usage);
            return Err(Refusal::new(argument.position, Rule::Argument, message));
        };
        self.function(argument.position, call)?;
        let (zone, rest) = zoned(&call.arguments)?;
        let [seconds] = rest else {
            let message = "localtime takes one number of seconds and perhaps a time zone in quotes";
            return Err(Refusal::new(argument.position, Rule::Argument, message));
        };
        let (code, types) = self.value(seconds)?;
        meets(seconds, types, Types::NUMBER, "localtime")?;
        Ok((Code::Field(field, Box::new(code), zone), Types::NUMBER))
    }
}

/// Takes the time zone from the front or the end of arguments; without one it is UTC.
fn zoned(arguments: &[Node]) -> Result<(Zone, &[Node]), Refusal> {
    let is_text = |node: &Node| matches!(node.kind, Kind::Text(_));
    let (node, rest) = match arguments {
        [first, rest @ ..] if is_text(first) => (first, rest),
        [rest @ .., last] if is_text(last) => (last, rest),
        _ => return Ok((Zone::utc(), arguments)),
    };
    let zone = Zone::parse(literal(node, "a time zone")?)
        .map_err(|fault| Refusal::new(node.position, Rule::Argument, fault))?;
    Ok((zone, rest))
}
