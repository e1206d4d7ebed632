//! Calls of functions: which function, whether it may stand there, and what its arguments are.

use super::{Checker, Typed, meets};
use crate::code::Code;
use crate::format::{Pattern, Piece, pattern};
use crate::function::{Function, Owner, Role, TextFunction, suggestion};
use crate::path::Path;
use crate::refusal::{Refusal, Rule};
use crate::syntax::{Call, Infix, Kind, Node};
use crate::types::Types;

impl Checker<'_> {
    pub(super) fn call(&mut self, position: usize, call: &Call) -> Result<Typed, Refusal> {
        let function = self.function(position, call)?;
        let arguments = call.arguments.as_slice();
        match function.role {
            Role::Math(math) => {
                let code = self.typed(&arguments[0], Types::NUMBER, function.name)?;
                Ok((Code::Math(math, Box::new(code)), Types::NUMBER))
            }
            Role::Power => {
                let base = self.typed(&arguments[0], Types::NUMBER, function.name)?;
                let exponent = self.typed(&arguments[1], Types::NUMBER, function.name)?;
                Ok((Code::Arithmetic(Infix::Power, Box::new((base, exponent))), Types::NUMBER))
            }
            Role::Compare(comparison) => {
                let one = self.typed(&arguments[0], Types::PLAIN, function.name)?;
                let other = self.typed(&arguments[1], Types::PLAIN, function.name)?;
                Ok((Code::Compare(comparison, Box::new((one, other))), Types::NUMBER))
            }
            Role::IsNan => {
                let code = self.typed(&arguments[0], Types::PLAIN, function.name)?;
                Ok((Code::IsNan(Box::new(code)), Types::NUMBER))
            }
            Role::If if arguments.len() == 2 => Err(Refusal::new(
                position,
                Rule::Argument,
                "if with two arguments is followed by .elif(…); give the value otherwise as the third argument, \
                 which may be none",
            )),
            Role::If | Role::Elif => self.branches(position, call),
            Role::Text(text) => self.text(function, text, arguments),
            Role::Format => self.format(position, call),
            Role::JsonPath => {
                let text = self.typed(&arguments[0], Types::TEXT, function.name)?;
                let path = literal(&arguments[1], "the path of jp")?;
                let path = Path::parse(path)
                    .map_err(|fault| Refusal::new(arguments[1].position, Rule::Argument, fault))?;
                Ok((Code::JsonPath(Box::new(text), path), Types::ANY))
            }
            Role::Aggregate(aggregate) => self.aggregate(function, aggregate, arguments),
            Role::Temporal(temporal) => self.temporal(position, function, temporal, arguments),
            Role::Pretrigger => {
                let variable = self.variable(&arguments[0], function.name)?;
                Ok((Code::Pretrigger(variable), self.context.variables[variable].types))
            }
            Role::Now => Ok((Code::Now, Types::NUMBER)),
            Role::Timestamp => self.timestamp(arguments),
            Role::Mktime => self.mktime(position, arguments),
            Role::Localtime => {
                let message = "localtime gives no value by itself; read a field of it: year, mon, mday, wday, yday, \
                               hour, minute or sec, such as hour(localtime(timestamp()))";
                Err(Refusal::new(position, Rule::Argument, message))
            }
            Role::Field(field) => self.field(function, field, &arguments[0]),
        }
    }

    /// Finds the function of a call, and checks that it may be called here with so many arguments.
    pub(super) fn function(&mut self, position: usize, call: &Call) -> Result<&'static Function, Refusal> {
        let Some(function) = Function::named(&call.name) else { return Err(unknown(position, &call.name)) };
        self.functions += 1;
        if self.functions > self.context.functions_max {
            let message = format!("the expression calls more than {} functions", self.context.functions_max);
            return Err(Refusal::new(position, Rule::FunctionCount, message));
        }
        let name = function.name;
        if !function.allowed_in(self.context.owner) {
            let message = match self.context.owner {
                Owner::Transform => format!("{name} works on a window of time, which only a metric has"),
                Owner::Metric => format!("{name} is for transforms only: no single point triggers a metric"),
            };
            return Err(Refusal::new(position, Rule::WrongProperty, message));
        }
        let given = call.arguments.len();
        if !(function.least..=function.most).contains(&given) {
            let message = format!("{name} takes {}, not {given}: {}", function.counts(), function.usage);
            return Err(Refusal::new(position, Rule::Argument, message));
        }
        if call.format.is_some() && function.role != Role::Format {
            let message = format!("': …' gives a format, which {name} does not take; format does");
            return Err(Refusal::new(position, Rule::Argument, message));
        }
        Ok(function)
    }

    /// Reads a chain such as `if(a, x).elif(b, y).elif(c, z, otherwise)` from its last call back to its first.
    fn branches(&mut self, position: usize, last: &Call) -> Result<Typed, Refusal> {
        let (mut links, mut call) = (vec![last], last);
        while is(call, Role::Elif) {
            let before = call.arguments.first().map(|node| &node.kind);
            call = match before {
                Some(Kind::Call(before))
                    if call.dotted && is(before, Role::If) && before.arguments.len() == 2 =>
                {
                    before
                }
                Some(Kind::Call(before))
                    if call.dotted && is(before, Role::Elif) && before.arguments.len() == 3 =>
                {
                    before
                }
                _ => {
                    let message = "elif follows an if or elif that has no value otherwise: \
                                   if(a, x).elif(b, y, otherwise)";
                    return Err(Refusal::new(position, Rule::Argument, message));
                }
            };
            links.push(call);
        }
        // The last one was counted when its function was found.
        for link in &links[1..] {
            self.function(position, link)?;
        }
        let (mut branches, mut types) = (Vec::with_capacity(links.len()), None);
        for link in links.iter().rev() {
            let own = &link.arguments[usize::from(is(link, Role::Elif))..];
            let condition = self.typed(&own[0], Types::PLAIN, "a condition")?;
            let (result, result_types) = self.value(&own[1])?;
            types = Some(types.map_or(result_types, |types| types | result_types));
            branches.push((condition, result));
        }
        let Some(otherwise) = last.arguments.get(2 + usize::from(is(last, Role::Elif))) else {
            let message = "the last elif needs a value otherwise as its third argument; none is one";
            return Err(Refusal::new(position, Rule::Argument, message));
        };
        let (otherwise, otherwise_types) = self.value(otherwise)?;
        let types = types.map_or(otherwise_types, |types| types | otherwise_types);
        Ok((Code::If(branches.into(), Box::new(otherwise)), types))
    }

    fn text(
        &mut self,
        function: &'static Function,
        text: TextFunction,
        arguments: &[Node],
    ) -> Result<Typed, Refusal> {
        // join writes numbers as text, as '+' does; the others take nothing but texts.
        let wanted = if text == TextFunction::Join { Types::PLAIN } else { Types::TEXT };
        let mut codes = Vec::with_capacity(arguments.len());
        for argument in arguments {
            codes.push(self.typed(argument, wanted, function.name)?);
        }
        let types = match text {
            TextFunction::Len | TextFunction::Find | TextFunction::Contains => Types::NUMBER,
            TextFunction::Upper | TextFunction::Lower | TextFunction::Join => Types::TEXT,
        };
        Ok((Code::TextFunction(text, codes.into()), types))
    }

    fn format(&mut self, position: usize, call: &Call) -> Result<Typed, Refusal> {
        let arguments = call.arguments.as_slice();
        if let Some(format) = &call.format {
            let [value] = arguments else {
                let message = "format(value: \"d\") takes one value";
                return Err(Refusal::new(position, Rule::Argument, message));
            };
            let piece = self.piece(value, Some(format))?;
            return Ok((Code::Format([piece].into()), Types::TEXT));
        }
        let text = literal(&arguments[0], "the format")?;
        let values = &arguments[1..];
        let pattern = pattern(text, values.len())
            .map_err(|fault| Refusal::new(arguments[0].position, Rule::Argument, fault))?;
        let mut codes = Vec::with_capacity(values.len());
        for value in values {
            codes.push((value, self.value(value)?));
        }
        let mut pieces = Vec::with_capacity(pattern.len());
        for piece in pattern {
            pieces.push(match piece {
                Pattern::Text(text) => Piece::Text(text.into()),
                Pattern::Value(value, specifier) => {
                    let (node, (code, types)) = &codes[value];
                    meets(node, *types, specifier.wanted(), "the format")?;
                    Piece::Value(code.clone(), Some(specifier))
                }
            });
        }
        Ok((Code::Format(pieces.into()), Types::TEXT))
    }
}

fn is(call: &Call, role: Role) -> bool {
    Function::named(&call.name).is_some_and(|function| function.role == role)
}

fn unknown(position: usize, name: &str) -> Refusal {
    let hint = suggestion(name).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    Refusal::new(position, Rule::UnknownFunction, format!("there is no function '{name}'{hint}"))
}

/// Reads an argument that has to be a text in quotes, since it is read before any value is there.
pub(super) fn literal<'a>(node: &'a Node, what: &str) -> Result<&'a str, Refusal> {
    if let Kind::Text(text) = &node.kind {
        return Ok(text);
    }
    let message = format!("{what} is a text in quotes, not a computed value");
    Err(Refusal::new(node.position, Rule::Argument, message))
}
